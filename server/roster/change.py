"""What writing a roster in would do: one change a row, and the groups that would be made."""

from collections import Counter
from typing import Any

import msgspec

from server.roster.rows import Row

KINDS = ("wrong", "alike", "new", "changed", "leaves", "absent", "same")
ABOUT = ("name", "unit", "rank", "post", "email", "login")  # what a row may say of a person


class Join(msgspec.Struct, frozen=True):
    """To be, or with `ends` to be no longer, `part` of a cohort. `cohort` is its name, `key` its
    id here or, where it is to be made, its outside id or name."""

    cohort: str
    key: str
    part: str
    ends: bool = False


class Change(msgspec.Struct):
    """What a row would do: `kind` is one of KINDS.

    wrong: nothing, `problem` says why. alike: nothing until a person has decided whether it is
    `alike_name`. leaves: the file says they are gone. absent: the file, which is the whole of its
    source, does not name them any more; done only where the person who writes it in says so.
    """

    row: Row
    kind: str = "same"
    person_id: str = ""  # who is there already
    problem: tuple[str, dict[str, Any]] | None = None
    name: str = ""  # the new name, where it changes
    login: str = ""
    unit: str = ""
    rank: str = ""
    post: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()  # to be added
    joins: tuple[Join, ...] = ()
    links: bool = False  # the outside id is to be kept
    deactivates: bool = False
    alike: str = ""  # id of the person it may be, "" where that is a row above
    alike_name: str = ""


class GroupChange(msgspec.Struct, frozen=True):
    """A course or cohort to be made (`id` empty), or one that is named or dated anew or tied to
    its outside id."""

    kind: str
    name: str
    outside_id: str = ""
    id: str = ""
    course_id: str = ""  # of a cohort: outside id of the course
    starts_on: str = ""
    ends_on: str = ""


class Preview(msgspec.Struct):
    """All changes in the order of the rows."""

    changes: list[Change]
    groups: list[GroupChange]

    def counts(self) -> dict[str, int]:
        """How many rows are of each kind."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in KINDS}

    def effective(self, *, absent: bool = False) -> list[Change]:
        """The rows that would change something; those who are absent only where asked for."""
        kinds = {"new", "changed", "leaves"} | ({"absent"} if absent else set())
        return [change for change in self.changes if change.kind in kinds]
