"""The recogniser we ship with, by its small interface."""

from pathlib import Path

import pytest

from media.engines import RATE, Hearing, installed, open_engine
from tests.media.speech import PLAN_TERMS, lesson, white_noise


def test_words_numbers_and_limits(material: Path):
    engine = open_engine("faster-whisper", str(material / "models/whisper-tiny"), 2)
    heard = engine.transcribe(lesson(material)[: 5 * RATE], Hearing("zh", " ".join(PLAN_TERMS)))
    assert "大家好" in "".join(piece.text for piece in heard)
    for piece in heard:
        assert "".join(word.text for word in piece.words) == piece.text
        assert type(piece.avg_logprob) is float
        assert all(type(word.start) is float for word in piece.words)
    assert engine.languages(lesson(material)[: 5 * RATE])["zh"] > 0.5
    # A prompt of any length leaves room for text, and noise does not run on for ever.
    noise = engine.transcribe(white_noise(2), Hearing("zh", "网格化管理" * 60))
    assert sum(len(piece.text) for piece in noise) < 200


def test_an_unknown_engine_is_refused():
    assert installed("faster-whisper")
    with pytest.raises(KeyError):
        open_engine("parrot", "", 1)
