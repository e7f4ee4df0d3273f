"""What the machine heard and saw in a take, kept so that measures can be taken again without it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np

from media.layout import replace
from media.words import Segment, Transcript, Word
from rehearsal.sound import Sound
from rehearsal.take import SlideTurn, Take

HEARD, SOUND = "heard.json", "sound.npz"


@dataclass(frozen=True, slots=True)
class Heard:
    """A take before anybody put anything right."""

    duration: float
    transcript: Transcript
    slides: tuple[SlideTurn, ...]
    slides_from: str


def keep(out: Path, take: Take) -> None:
    """Write down what was heard, and the small numbers of the sound."""
    out.mkdir(parents=True, exist_ok=True)
    keep_heard(out, Heard(take.duration, take.transcript, take.slides, take.slides_from))
    if take.sound is not None:
        keep_sound(out, take.sound)


def keep_heard(out: Path, heard: Heard) -> None:
    """Write down what was heard."""
    replace(out / HEARD, msgspec.json.encode(heard).decode())


def keep_sound(out: Path, sound: Sound) -> None:
    """The arrays as they are, so that measuring again gives the same figures."""
    np.savez_compressed(
        out / SOUND,
        level=sound.level,
        f0=sound.f0,
        flux=sound.flux,
        speech=np.array(sound.speech, dtype=np.float64).reshape(-1, 2),
        clipped=np.array([sound.clipped]),
    )


def read_heard(folder: Path) -> Heard:
    """What was heard, of a result; one of before this was kept has it in its report."""
    file = folder / HEARD
    if file.is_file():
        return msgspec.json.decode(file.read_bytes(), type=Heard)
    report: dict[str, Any] = msgspec.json.decode((folder / "report.json").read_bytes())
    segments = tuple(_segment(one) for one in report["transcript"])
    return Heard(
        report["duration_s"],
        Transcript(segments, report["language"], report["engine"], report["model"]),
        tuple(SlideTurn(**turn) for turn in report["slides"]),
        report["slides_from"],
    )


def read_sound(folder: Path) -> Sound | None:
    """The numbers of the sound; None where they were not kept."""
    file = folder / SOUND
    if not file.is_file():
        return None
    with np.load(file, allow_pickle=False) as kept:
        return Sound(
            level=kept["level"],
            f0=kept["f0"],
            flux=kept["flux"],
            speech=tuple((float(start), float(end)) for start, end in kept["speech"]),
            clipped=float(kept["clipped"][0]),
        )


def _segment(one: dict[str, Any]) -> Segment:
    words = tuple(Word(word["start"], word["end"], word["word"]) for word in one["words"])
    speaker = cast(str, one.get("speaker", ""))
    return Segment(one["start"], one["end"], one["text"], words, speaker)
