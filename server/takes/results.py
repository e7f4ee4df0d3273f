"""What has been found out about a take, as programs and the player read it."""

from pathlib import Path
from typing import Any

import msgspec

from media.layout import Manifest
from server.errors import NotFound
from server.recordings.recording import recording_folder
from server.store.folder import DataFolder
from server.takes.jobs import events_of
from server.takes.take import Take, take_folder


def result_file(folder: DataFolder, take: Take, name: str) -> Path:
    """A file of the take's results. NotFound until it is there."""
    if take.result is None:
        raise NotFound("error.take.no_report")
    return take_folder(folder, take.id) / take.result / name


def read_report(folder: DataFolder, take: Take) -> dict[str, Any] | None:
    """The report of a take; None until it is there."""
    if take.result is None:
        return None
    try:
        report: dict[str, Any] = msgspec.json.decode(
            result_file(folder, take, "report.json").read_bytes()
        )
    except FileNotFoundError:
        return None
    return report


def manifest_of(folder: DataFolder, take: Take) -> Manifest | None:
    """How the take's media fit together; None while there are none."""
    if take.recording_id is None:
        return None
    try:
        return Manifest.load(recording_folder(folder, take.recording_id))
    except (FileNotFoundError, ValueError):
        return None


def timeline(folder: DataFolder, take: Take, plan: dict[str, Any] | None) -> dict[str, Any]:
    """Everything that lies along the take, in seconds from its start.

    `{duration, spans: [{media_start, take_start, duration}], gaps: [{start, end, reason}],
    slides: [{at, page, confidence}], slides_from, marks: [{at, segment}], segments: [{title,
    minutes, activity}]}`
    """
    manifest, report = manifest_of(folder, take), read_report(folder, take)
    events = events_of(folder, take.id)
    spans = [
        {"media_start": s.media_start, "take_start": s.take_start, "duration": s.duration}
        for s in (manifest.spans if manifest else [])
        if s.duration is not None
    ]
    slides = report["slides"] if report else msgspec.to_builtins(events.slides)
    return {
        "duration": take.duration or (manifest.duration if manifest else 0.0),
        "spans": spans,
        "gaps": msgspec.to_builtins(events.gaps),
        "slides": slides,
        "slides_from": report["slides_from"] if report else "events" if slides else "",
        "marks": msgspec.to_builtins(events.marks),
        "segments": [
            {key: segment.get(key) for key in ("title", "minutes", "activity")}
            for segment in (plan or {}).get("segments", [])
        ],
    }
