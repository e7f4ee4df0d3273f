"""The second pass on real speech, and on all that is none. Error rates are of normalised text."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from media.engines import RATE, Heard, HeardWord, Hearing, Samples
from media.files import sound_of
from media.models import Model, find
from media.speech_process import SpeechProcess
from media.transcribe import echoes, hotwords_of, stretches, transcribe
from media.words import Transcript
from tests.media.speech import NO_SPEECH, PLAN_TERMS, lesson
from tests.words import cer, characters, edits, words


@pytest.fixture(scope="module")
def tiny(material: Path) -> Iterator[SpeechProcess]:
    with SpeechProcess(find(str(material / "models/whisper-tiny"), Path("/nowhere"))) as process:
        yield process


@pytest.fixture(scope="module")
def base(material: Path) -> Iterator[SpeechProcess]:
    with SpeechProcess(find(str(material / "models/whisper-base"), Path("/nowhere"))) as process:
        yield process


@pytest.fixture(scope="module")
def lesson_by_tiny(material: Path, tiny: SpeechProcess) -> Transcript:
    return transcribe([lesson(material)], tiny)


def text_of(transcript: Transcript) -> str:
    return " ".join(segment.text for segment in transcript.segments)


def truth(material: Path) -> list[dict[str, object]]:
    return json.loads((material / "media/synthetic/lesson_grid_zh.json").read_text())["lines"]


def lesson_cer(transcript: Transcript, material: Path, until: float = 1000) -> float:
    lines = [line for line in truth(material) if float(str(line["end"])) <= until]
    return cer(text_of(transcript), "".join(str(line["text"]) for line in lines))


def rows(material: Path, folder: str) -> list[tuple[str, str]]:
    """Name and reference of the manifest's rows in `folder`."""
    manifest = (material / "media/MANIFEST.md").read_text()
    return [
        (row[1], row[2])
        for row in re.finditer(r"^\| (\S+) \|.*REF: (.*?) *\|$", manifest, re.MULTILINE)
        if row[1].startswith(f"{folder}/")
    ]


def pooled(
    process: SpeechProcess, material: Path, names: list[tuple[str, str]], language: str
) -> float:
    units = characters if language == "zh" else words
    wrong = total = 0
    for name, reference in names:
        sound = sound_of(material / "media" / name)
        found = transcribe(sound, process, language=language)  # type: ignore[arg-type]
        wrong += edits(units(text_of(found)), units(reference))
        total += len(units(reference))
    return wrong / total


def test_a_chinese_lesson(lesson_by_tiny: Transcript, material: Path):
    assert lesson_cer(lesson_by_tiny, material) <= 0.18
    assert (lesson_by_tiny.engine, lesson_by_tiny.model) == ("faster-whisper", "tiny")


def test_the_glossary_makes_it_no_worse(
    lesson_by_tiny: Transcript, tiny: SpeechProcess, material: Path
):
    pauses = [line for line in truth(material) if float(str(line["gap_after"])) >= 1]
    until = next(float(str(line["end"])) for line in pauses if float(str(line["end"])) > 25)
    kept = tuple(segment for segment in lesson_by_tiny.segments if segment.end < until + 0.5)
    sound = lesson(material)[: round((until + 0.5) * RATE)]
    helped = transcribe([sound], tiny, glossary=PLAN_TERMS)
    plain = replace(lesson_by_tiny, segments=kept)
    assert lesson_cer(helped, material, until) <= lesson_cer(plain, material, until)


def test_words_are_timed_within_what_was_said(lesson_by_tiny: Transcript, material: Path):
    found = lesson_by_tiny.words
    times = [time for word in found for time in (word.start, word.end)]
    assert times == sorted(times)
    assert all(type(time) is float for time in times)
    assert not re.search(r"[\s，。？,.?!]", "".join(word.text for word in found))
    for line in truth(material):
        start, end, gap = (float(str(line[key])) for key in ("start", "end", "gap_after"))
        assert min(abs(word.end - end) for word in found) < 0.5
        assert not [w for w in found if end + 0.3 < w.start and w.end < end + gap - 0.3], start


def test_sentences_end_and_ask(lesson_by_tiny: Transcript):
    assert all(segment.text[-1] in "。？！" for segment in lesson_by_tiny.segments)
    asked = [s.text for s in lesson_by_tiny.segments if s.text.endswith("？")]
    assert any("执法人员" in text for text in asked)


@pytest.mark.parametrize("kind", NO_SPEECH)
def test_nothing_is_invented(kind: str, tiny: SpeechProcess):
    found = transcribe([NO_SPEECH[kind](12)], tiny, glossary=PLAN_TERMS)
    assert found.segments == ()


def test_nothing_is_invented_between_sentences(tiny: SpeechProcess, material: Path):
    speech = lesson(material)[: 5 * RATE]
    around = np.concatenate([NO_SPEECH["pink noise"](20) / 10, speech, NO_SPEECH["music"](20)])
    found = transcribe([around], tiny)
    assert found.segments
    assert found.segments[0].start > 19.5
    assert found.segments[-1].end < 25.5


def test_english_and_its_language(tiny: SpeechProcess, material: Path):
    name, reference = rows(material, "en")[0]
    found = transcribe(sound_of(material / "media" / name), tiny, language="auto")
    assert found.language == "en"
    assert edits(words(text_of(found)), words(reference)) <= 3


def test_chinese_is_detected(tiny: SpeechProcess, material: Path):
    sound = lesson(material)[: 20 * RATE]
    assert [s.language for s in stretches([sound], tiny, language="auto")][-1] == "zh"


def test_it_goes_on_where_it_stopped(tiny: SpeechProcess, material: Path):
    sound = lesson(material)[: 40 * RATE]
    whole = list(stretches([sound], tiny))
    kept = next(s for s in whole if s.segments)
    rest = list(stretches([sound[round(kept.until * RATE) :]], tiny, start=kept.until))
    first = next(segment for stretch in rest for segment in stretch.segments)
    second = next(s for s in whole[whole.index(kept) + 1 :] if s.segments).segments[0]
    assert first.start == pytest.approx(second.start, abs=0.1)
    assert kept.segments[-1].end <= kept.until


def test_progress_reaches_the_end(tiny: SpeechProcess):
    seen: list[tuple[float, float]] = []
    quiet = np.zeros(RATE, np.float32)
    transcribe(
        (quiet for _ in range(90)), tiny, duration=90, progress=lambda *done: seen.append(done)
    )
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (pytest.approx(90, abs=0.1), 90)


class Scripted:
    """A recogniser that answers as written down and remembers what it was asked."""

    model = Model("scripted", "faster-whisper", Path())

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[float, Hearing]] = []

    def transcribe(self, samples: Samples, hearing: Hearing) -> list[Heard]:
        seconds = len(samples) / RATE
        self.asked.append((seconds, hearing))
        text = self.answers.pop(0)
        step = 1.0 / max(len(text), 1)
        heard = tuple(
            HeardWord(0.5 + i * step, 0.5 + (i + 1) * step, c, 0.9) for i, c in enumerate(text)
        )
        return [Heard(0, seconds, text, heard, -0.2, 0.0, 1.0)] if text else []

    def languages(self, samples: Samples) -> dict[str, float]:
        return {"zh": 1.0}


def test_an_echo_of_the_glossary_is_asked_again_without_it(material: Path):
    recogniser = Scripted("网格员采集信息", "各位学员")
    found = transcribe([lesson(material)[: 4 * RATE]], recogniser, glossary=PLAN_TERMS)
    assert text_of(found) == "各位学员。"
    assert [bool(hearing.hotwords) for _, hearing in recogniser.asked] == [True, False]


def test_a_voice_without_a_word_is_asked_about_by_itself(material: Path):
    recogniser = Scripted("各位学员", "三个目标")
    transcribe([lesson(material)[: 12 * RATE]], recogniser)
    assert len(recogniser.asked) == 2
    assert recogniser.asked[1][0] < recogniser.asked[0][0]


def test_the_glossary_is_bounded_and_is_text():
    assert hotwords_of(["网格员", "网格员", "<script>", "", "a\n\x00b"]) == "网格员 script a b"
    assert len(hotwords_of([f"词{i}" for i in range(100_000)])) <= 160
    assert not echoes([], "网格员 采集信息")


@pytest.mark.long
def test_base_on_the_lesson(base: SpeechProcess, material: Path):
    plain = lesson_cer(transcribe([lesson(material)], base), material)
    helped = lesson_cer(transcribe([lesson(material)], base, glossary=PLAN_TERMS), material)
    assert plain <= 0.12
    assert helped <= plain


@pytest.mark.long
def test_base_on_read_chinese(base: SpeechProcess, material: Path):
    clean = [row for row in rows(material, "zh") if "noisy" not in row[0]]
    assert pooled(base, material, rows(material, "zh"), "zh") <= 0.30
    assert pooled(base, material, clean, "zh") <= 0.30


@pytest.mark.long
@pytest.mark.parametrize("model", ["tiny", "base"])
def test_read_english(model: str, material: Path, request: pytest.FixtureRequest):
    process = request.getfixturevalue(model)
    assert pooled(process, material, rows(material, "en"), "en") <= 0.08


@pytest.mark.long
@pytest.mark.parametrize("model", ["tiny", "base"])
@pytest.mark.parametrize("kind", NO_SPEECH)
def test_nothing_is_invented_for_long(model: str, kind: str, request: pytest.FixtureRequest):
    found = transcribe([NO_SPEECH[kind](90)], request.getfixturevalue(model))
    assert found.segments == ()
