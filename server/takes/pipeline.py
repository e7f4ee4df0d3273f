"""From sound and picture to transcript and report, for every take, wherever it is from.

    sound     levels, pitch, and where a voice is
    words     the transcript of record
    slides    slide turns from the picture, where no events tell them
    measures  everything the report says

Blocks for as long as it takes: a server runs it in a process of its own (`server.takes.worker`).
"""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from dataclasses import replace as changed
from functools import partial
from pathlib import Path
from typing import Any, Literal

from media.files import NoSound, probe, sound_of
from media.layout import replace
from media.models import Model
from media.picture_process import turns_of_media
from media.recording import Recording
from media.slides import texts
from media.sound import RATE, Samples
from media.speech_process import SpeechFailed, SpeechProcess
from media.track import Kind
from media.transcribe import transcribe
from media.voice import Voice
from media.vtt import to_vtt
from media.words import Transcript
from rehearsal.correcting import Correction, corrected
from rehearsal.measures import registered
from rehearsal.plan import plan_from_data
from rehearsal.report import build_report, to_json
from rehearsal.sound import Sound, SoundAnalyser
from rehearsal.take import Gap, Intent, SegmentMark, SlideTurn, Take
from server.takes.heard import keep, keep_heard, keep_sound, read_heard, read_sound

STAGES = ("sound", "words", "slides", "measures")
# About how much of the whole each stage takes, for one bar over all of them.
WEIGHTS = {"import": 0.05, "sound": 0.15, "words": 0.7, "slides": 0.07, "measures": 0.03}

Progress = Callable[[str, float], None]  # stage, its share done 0 … 1


@dataclass(frozen=True, slots=True)
class Events:
    """What the room knew: times in seconds from the take's start."""

    slides: tuple[SlideTurn, ...] = ()
    marks: tuple[SegmentMark, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class ByHand:
    """What the owner put right. `revision` goes into the report."""

    revision: int = 0
    corrections: tuple[Correction, ...] = ()
    intentional: tuple[Intent, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What to do. `media` is one file, or the folder of a recording; `slides` a PDF or "".

    `plan` has the keys of the YAML form; `duration` is 0 where the media know it themselves.
    """

    media: str
    model: Model | None
    language: Literal["zh", "en", "auto"] = "zh"
    plan: dict[str, Any] | None = None
    slides: str = ""
    events: Events = field(default_factory=Events)
    threads: int = 2
    nice: int = 0
    by_hand: ByHand = field(default_factory=ByHand)


def run(order: Order, out: Path, progress: Progress) -> dict[str, Any]:
    """Write report.json and transcript.vtt into `out`; returns the report.

    Raises MediaError, Refused (slides), PlanError, SpeechFailed (without a model too), OSError.
    """
    heard = examine(order, progress)
    keep(out, heard)
    return _measure(heard, order, out, progress)


def run_again(order: Order, before: Path, out: Path, progress: Progress) -> dict[str, Any]:
    """Take the measures again from what an earlier run left in `before`, without recognising.

    Raises as `run` does, and OSError or ValueError where `before` cannot be read.
    """
    heard, sound_before = read_heard(before), read_sound(before)
    out.mkdir(parents=True, exist_ok=True)
    if sound_before is None:
        media = Path(order.media)
        sound_before, _ = _listen(media, duration_of(media), partial(progress, "sound"))
    keep_heard(out, heard)
    keep_sound(out, sound_before)
    take = Take(
        duration=heard.duration,
        transcript=heard.transcript,
        sound=sound_before,
        slides=heard.slides,
        slide_texts=texts(Path(order.slides)) if order.slides else (),
        slides_from=heard.slides_from,
        plan=plan_from_data(order.plan) if order.plan else None,
        marks=order.events.marks,
        gaps=order.events.gaps,
    )
    return _measure(take, order, out, progress)


def _measure(heard: Take, order: Order, out: Path, progress: Progress) -> dict[str, Any]:
    """The report of a take with what was put right by hand."""
    hand = order.by_hand
    words = corrected(heard.transcript, hand.corrections)
    take = changed(heard, transcript=words, intentional=hand.intentional)
    every, done = len(registered()), itertools.count(1)
    made = to_json(build_report(take, lambda *_: progress("measures", next(done) / every)))
    made["by_hand"] = hand.revision
    write(out, take, made)
    return made


def examine(order: Order, progress: Progress) -> Take:
    """The take itself, with everything the measures need."""
    media = Path(order.media)
    plan = plan_from_data(order.plan) if order.plan else None
    pages = texts(Path(order.slides)) if order.slides else ()
    duration = duration_of(media)
    sound, heard = _listen(media, duration, lambda share: progress("sound", share))
    glossary = plan.glossary if plan else ()
    transcript = _write_down(order, glossary, heard, lambda share: progress("words", share))
    slides, slides_from = _slides(order, lambda share: progress("slides", share))
    return Take(
        duration=heard,
        transcript=transcript,
        sound=sound,
        slides=slides,
        slide_texts=pages,
        slides_from=slides_from,
        plan=plan,
        marks=order.events.marks,
        gaps=order.events.gaps,
    )


def duration_of(media: Path) -> float:
    """Seconds of a file or recording, 0 where unknown. Raises NoSound where nothing is heard."""
    if media.is_dir():
        recording = Recording.open(media)
        if "audio" not in recording.kinds:
            raise NoSound(media.name)
        return recording.duration
    found = probe(media)
    if not found.has_audio:
        raise NoSound(media.name)
    return found.duration


def sound(media: Path) -> Iterator[Samples]:
    """16 kHz mono from the take's first second on."""
    return Recording.open(media).sound() if media.is_dir() else sound_of(media)


def _listen(media: Path, duration: float, tell: Callable[[float], None]) -> tuple[Sound, float]:
    """What is kept of the sound, and its length in seconds; one pass, flat memory."""
    analyser, voice, samples = SoundAnalyser(), Voice(), 0
    spans: list[tuple[float, float]] = []
    for chunk in sound(media):
        analyser.feed(chunk)
        spans += voice.feed(chunk)
        samples += len(chunk)
        if duration:
            tell(min(1.0, samples / RATE / duration))
    spans += voice.finish()
    tell(1.0)
    return analyser.finish(spans), samples / RATE


def _write_down(
    order: Order, glossary: tuple[str, ...], duration: float, tell: Callable[[float], None]
) -> Transcript:
    if order.model is None:
        raise SpeechFailed("no model")
    with SpeechProcess(order.model, cpu_threads=order.threads, nice=order.nice) as recogniser:
        transcript = transcribe(
            sound(Path(order.media)),
            recogniser,
            language=order.language,
            glossary=glossary,
            duration=duration,
            progress=lambda done, total: tell(min(1.0, done / total) if total else 0.0),
        )
    tell(1.0)
    return transcript


def _slides(
    order: Order, tell: Callable[[float], None]
) -> tuple[tuple[SlideTurn, ...], Literal["events", "picture", ""]]:
    """The slide turns, and whether the room's events or the picture told them."""
    if order.events.slides:
        tell(1.0)
        return order.events.slides, "events"
    kinds: tuple[Kind, ...] = ("screen", "camera") if order.slides else ("screen",)
    pages = Path(order.slides) if order.slides else None
    found = tuple(
        SlideTurn(turn.at, turn.page, turn.confidence)
        for turn in turns_of_media(Path(order.media), pages, kinds, tell)
        if turn.page is not None
    )
    tell(1.0)
    return found, "picture" if found else ""


def write(out: Path, take: Take, report: dict[str, Any]) -> None:
    """The results as files; each is there whole or not at all."""
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, ensure_ascii=False, allow_nan=False, indent=1)
    replace(out / "report.json", text + "\n")
    replace(out / "transcript.vtt", to_vtt(take.transcript) + "\n")
