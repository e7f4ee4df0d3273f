"""The synthetic lesson, whose every sentence is known: from its truth, and as Whisper hears it."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import opencc
import pytest
from faster_whisper import WhisperModel
from faster_whisper.vad import VadOptions, get_speech_timestamps

from media.words import Segment, Transcript, Word
from rehearsal.measures import pace, pauses, plan_fit, questions, speech_to_noise
from rehearsal.plan import Plan
from rehearsal.take import Take
from tests.rehearsal.makers import lesson, lesson_marks, lesson_plan, lesson_starts, told_lesson
from tests.rehearsal.sounds import heard, read


@cache
def whispered(material: Path, model: str) -> Take:
    """The lesson as a real recogniser and a real voice detector hear it."""
    truth = lesson(material)
    samples = read(material / "media/synthetic/lesson_grid_zh.wav")
    whisper = WhisperModel(str(material / f"models/whisper-{model}"), compute_type="int8")
    simple = opencc.OpenCC("t2s")
    found, _ = whisper.transcribe(samples, language="zh", vad_filter=True, word_timestamps=True)
    segments = []
    for segment in found:
        timed = (
            Word(float(word.start), float(word.end), re.sub(r"\W", "", simple.convert(word.word)))
            for word in segment.words or ()
        )
        words = tuple(word for word in timed if word.text)
        segments.append(Segment(segment.start, segment.end, simple.convert(segment.text), words))
    sound = heard(samples, voiced(samples))
    transcript = Transcript(tuple(segments), "zh", "faster-whisper", model)
    return Take(truth["duration_s"], transcript, sound, plan=lesson_plan(truth))


def voiced(samples: np.ndarray) -> list[tuple[float, float]]:
    """Where a real voice detector hears speech, in seconds."""
    options = VadOptions(min_silence_duration_ms=300, speech_pad_ms=100)
    spans = get_speech_timestamps(samples, options)
    return [(span["start"] / 16000, span["end"] / 16000) for span in spans]


def take_of(material: Path, source: str) -> Take:
    return told_lesson(lesson(material)) if source == "truth" else whispered(material, source)


def lines(truth: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    return [line for line in truth["lines"] if line["kind"] in kinds]


HEARD = [pytest.param(model, marks=pytest.mark.long) for model in ("tiny", "base")]
SOURCES = ("truth", *HEARD)  # what tiny hears is measured in tests/server/takes/test_from_file.py


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_all_four_questions_are_found_with_their_kind(material: Path, source: str) -> None:
    result = questions.measure(take_of(material, source))
    assert result is not None
    asked = lines(lesson(material), "open", "closed", "tag")
    right = 0
    for line in asked:
        near = [clip for clip in result.clips if abs(clip.end - line["end"]) <= 1]
        assert near, f"not found: {line['text']}"
        right += any(clip.kind == line["kind"] for clip in near)
    assert right >= 3
    assert len(result.clips) <= 5


def test_long_pauses_are_those_of_the_truth(material: Path, source: str) -> None:
    result = pauses.measure(take_of(material, source))
    assert result is not None
    true = [line["end"] for line in lesson(material)["lines"] if line["gap_after"] >= 3]
    found = [clip.start for clip in result.clips if clip.kind == "very_long"]
    assert found == pytest.approx(true, abs=0.6)


def test_pace_of_each_segment_with_taps(material: Path, source: str) -> None:
    truth = lesson(material)
    marks = lesson_marks(truth)
    true = pace.measure(told_lesson(truth, marks=marks))
    result = pace.measure(replace(take_of(material, source), marks=marks))
    assert true is not None
    assert result is not None
    for part, right in zip(result.parts["segments"], true.parts["segments"], strict=True):
        assert part["value"] == pytest.approx(right["value"], rel=0.08), part["title"]


def test_plan_fit_with_taps(material: Path, source: str) -> None:
    truth = lesson(material)
    result = plan_fit.measure(replace(take_of(material, source), marks=lesson_marks(truth)))
    assert result is not None
    assert result.parts["boundaries_from"] == "marks"
    assert all(abs(part["off_s"]) <= 3 for part in result.parts["segments"])
    assert result.parts["key_points_said"] == len(result.parts["key_points"])
    assert result.parts["questions_asked"] == 3


def without_hints(plan: Plan, **fields: Any) -> Plan:
    return replace(plan, segments=tuple(replace(s, **fields) for s in plan.segments))


@pytest.mark.parametrize(
    "known", ["whole", "equal_minutes", "no_key_points", "no_questions", "lectures"]
)
def test_boundaries_by_words(material: Path, source: str, known: str) -> None:
    truth = lesson(material)
    plan = {
        "whole": lesson_plan(truth),
        "equal_minutes": without_hints(lesson_plan(truth), minutes=1.0),
        "no_key_points": without_hints(lesson_plan(truth), key_points=()),
        "no_questions": without_hints(lesson_plan(truth), questions=()),
        "lectures": without_hints(lesson_plan(truth), activity="lecture"),
    }[known]
    result = plan_fit.measure(replace(take_of(material, source), plan=plan))
    assert result is not None
    assert result.parts["boundaries_from"] == "words"
    found = [part["start"] for part in result.parts["segments"]]
    assert found == pytest.approx(lesson_starts(truth), abs=8)


def test_a_steady_voice_in_noise_stands_clear_of_it(material: Path) -> None:
    told = take_of(material, "truth")
    samples = read(material / "media/synthetic/lesson_grid_zh.wav")
    noise = np.random.default_rng(1).normal(0, 0.002, len(samples)).astype(np.float32)
    speech = voiced(samples)
    result = speech_to_noise.measure(replace(told, sound=heard(samples + noise, speech)))
    spoken = np.concatenate(
        [samples[int(start * 16000) : int(end * 16000)] for start, end in speech]
    )
    assert result is not None
    assert result.value == pytest.approx(10 * np.log10(np.mean(spoken**2) / 0.002**2), abs=1)
