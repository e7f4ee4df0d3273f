"""A take in, a report out: every measure, what is worth a look, and `report.json`."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from rehearsal.findings import Finding, findings, strengths
from rehearsal.measures import Measure, registered
from rehearsal.plan import plan_to_data
from rehearsal.take import Take

SCHEMA = "jiangtai-report/1"

_log = logging.getLogger(__name__)

OnMeasure = Callable[[str, Measure | None], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What the machine found in one take.

    measures   by name; a measure that had nothing to work on is not there
    absent     names of measures for which the take holds too little (no sound, no plan …)
    failed     names of measures that broke; the log says how
    findings   up to three things worth a look, the first one first
    strengths  up to three things that went as planned or as the references have it
    created    when the report was made, UTC
    """

    take: Take
    measures: Mapping[str, Measure]
    absent: tuple[str, ...]
    failed: tuple[str, ...]
    findings: tuple[Finding, ...]
    strengths: tuple[Finding, ...]
    created: datetime


def build_report(take: Take, on_measure: OnMeasure | None = None) -> Report:
    """Run every registered measure; `on_measure` hears of each as soon as it is done.

    A measure that raises is logged and named in `failed`; the others go on.
    """
    found: dict[str, Measure] = {}
    absent: list[str] = []
    failed: list[str] = []
    for name, measure in registered().items():
        result: Measure | None = None
        try:
            result = measure(take)
        except Exception:
            _log.exception("measure failed: %s", name)
            failed.append(name)
        else:
            if result is None:
                absent.append(name)
            else:
                found[name] = result
        if on_measure is not None:
            on_measure(name, result)
    return Report(
        take=take,
        measures=found,
        absent=tuple(absent),
        failed=tuple(failed),
        findings=_guarded(findings, take, found),
        strengths=_guarded(strengths, take, found),
        created=datetime.now(UTC),
    )


def _guarded(
    find: Callable[[Take, Mapping[str, Measure]], tuple[Finding, ...]],
    take: Take,
    measures: Mapping[str, Measure],
) -> tuple[Finding, ...]:
    try:
        return find(take, measures)
    except Exception:
        _log.exception("findings failed")
        return ()


def to_json(report: Report) -> dict[str, Any]:
    """The report as plain data for `report.json`: finite numbers, seconds to the millisecond."""
    take = report.take
    transcript = take.transcript
    data = {
        "schema": SCHEMA,
        "created": report.created.isoformat(timespec="seconds"),
        "language": transcript.language,
        "duration_s": take.duration,
        "engine": transcript.engine,
        "model": transcript.model,
        "transcript": [
            {
                "start": segment.start,
                "end": segment.end,
                "text": segment.text,
                "speaker": segment.speaker,
                "corrected": segment.corrected,
                "words": [
                    {"start": word.start, "end": word.end, "word": word.text}
                    for word in segment.words
                ],
            }
            for segment in transcript.segments
        ],
        "measures": report.measures,
        "absent": report.absent,
        "failed": report.failed,
        "findings": [_finding(finding) for finding in report.findings],
        "strengths": [_finding(finding) for finding in report.strengths],
        "plan": plan_to_data(take.plan) if take.plan else None,
        "slides": take.slides,
        "slides_from": take.slides_from,
        "marks": take.marks,
        "gaps": take.gaps,
        "intentional": take.intentional,
    }
    plain: dict[str, Any] = _plain(data)
    return plain


def _finding(finding: Finding) -> dict[str, Any]:
    return {"name": finding.name, "params": finding.params, "clips": finding.clips}


def _plain(value: object) -> Any:
    """`value` in what JSON knows; what is not finite becomes null."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return round(float(value), 3) if math.isfinite(value) else None
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, Sequence | np.ndarray | set | frozenset):
        return [_plain(entry) for entry in value]
    raise TypeError(f"not for JSON: {type(value).__name__}")
