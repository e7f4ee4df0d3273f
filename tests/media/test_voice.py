"""Voice activity over a stream: the model's own answers, whatever the chunks, in flat memory."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from faster_whisper.vad import get_vad_model

from media.engines import RATE
from media.voice import FRAME, Voice, speech_spans
from tests.media.speech import NO_SPEECH, lesson


def test_probabilities_are_those_of_the_whole_file_whatever_the_chunks(material: Path):
    sound = lesson(material)[: 20 * RATE]
    sound = sound[: len(sound) // FRAME * FRAME]
    voice = Voice()
    streamed = np.concatenate(
        [voice.probabilities(sound[i : i + 777]) for i in range(0, len(sound), 777)]
    )
    whole = get_vad_model()(sound.copy()).ravel()  # which spoils the end of its last frame
    assert streamed[:-1] == pytest.approx(whole[:-1], abs=1e-4)


def test_spans_are_where_the_lesson_has_speech(material: Path):
    lines = json.loads((material / "media/synthetic/lesson_grid_zh.json").read_text())["lines"]
    spans = speech_spans([lesson(material)])
    assert len(spans) == len(lines)
    for (start, end), line in zip(spans, lines, strict=True):
        assert (start, end) == pytest.approx((line["start"], line["end"]), abs=0.3)


@pytest.mark.parametrize("kind", ["silence", "white noise", "pink noise", "mains hum"])
def test_no_voice_where_nobody_speaks(kind: str):
    assert speech_spans([NO_SPEECH[kind](10)]) == []


def test_a_span_that_is_too_long_is_cut_and_nothing_between_is_lost(material: Path):
    voice = Voice(longest=3)
    spans = voice.feed(lesson(material)[: 12 * RATE]) + voice.finish()
    assert all(end - start <= 3.04 for start, end in spans)
    whole = speech_spans([lesson(material)[: 12 * RATE]])
    assert sum(e - s for s, e in spans) == pytest.approx(sum(e - s for s, e in whole), abs=0.1)


def test_no_sound_at_all():
    assert speech_spans([]) == []
    assert speech_spans([np.zeros(0, np.float32)]) == []


def test_listening_does_not_load_the_recogniser():
    """The server's process must not carry CTranslate2."""
    code = (
        "import sys, numpy; from media.voice import speech_spans; "
        "speech_spans([numpy.zeros(16000, numpy.float32)]); "
        "import media.live, media.transcribe, media.models; "
        "assert not {'ctranslate2', 'faster_whisper', 'whisper'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
