"""A policy 考勤规则: what evidence amounts to. Pure; `policies.py` keeps versions of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, get_args

from server.errors import Invalid

Proof = Literal["none", "one", "two"]
PROOFS: tuple[Proof, ...] = get_args(Proof)
BOUNDS = {
    "present_percent": (1, 100),
    "late_min": (0, 240),
    "early_min": (0, 240),
    "grace_s": (0, 3600),
    "recorded_percent": (0, 100),
    "recorded_days": (0, 365),
    "apart_min": (0, 240),
}  # the numbers of a policy, smallest and largest


@dataclass(frozen=True, slots=True)
class Policy:
    """How attendance is reckoned.

    present_percent   there for so much of the lesson counts as present
    late_min          who came later than this after the beginning is late
    early_min         who left for good more than this before the end left early
    grace_s           who was away for no longer was there all the time
    recorded_percent  studying the recording stands for at most so much of the lesson; 0: for none
    recorded_days     until so many days after its end
    code_counts       a code that was scanned stands for being there from then on: for rooms in
                      which people sit together
    proof             beside being there: "none" is asked for, "one" code or answered roll-call, or
                      "two" of them, at least `apart_min` minutes apart
    """

    present_percent: int = 70
    late_min: int = 10
    early_min: int = 10
    grace_s: int = 120
    recorded_percent: int = 100
    recorded_days: int = 14
    code_counts: bool = True
    proof: Proof = "none"
    apart_min: int = 20

    @property
    def grace(self) -> timedelta:
        """`grace_s` as time."""
        return timedelta(seconds=self.grace_s)


def policy_from(body: dict[str, Any]) -> Policy:
    """The policy that is kept as `body`; what it does not say is as it always was. Invalid."""
    for name, (low, high) in BOUNDS.items():
        value = body.get(name, low)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Invalid("error.form.number", field=name, low=low, high=high)
    if body.get("proof", "none") not in PROOFS:
        raise Invalid("error.form.choice", field="proof")
    known = Policy.__dataclass_fields__
    return Policy(**{name: value for name, value in body.items() if name in known})
