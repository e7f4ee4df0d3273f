"""The second recogniser, where its package and a checkpoint are there."""

from pathlib import Path

import pytest

from media.engines import installed
from media.models import find
from media.speech_process import SpeechProcess
from media.transcribe import transcribe
from tests.media.speech import PLAN_TERMS, lesson, silence
from tests.words import cer


@pytest.mark.skipif(not installed("openai-whisper"), reason="openai-whisper is not installed")
def test_a_lesson_by_its_makers_own_code(material: Path):
    checkpoints = sorted((material / "models").rglob("*.pt"))
    if not checkpoints:
        pytest.skip("no .pt in the material")
    model = find(str(checkpoints[0]), Path("/nowhere"), "openai-whisper")
    with SpeechProcess(model) as process:
        found = transcribe([lesson(material)[:64_000]], process, glossary=PLAN_TERMS)
        assert transcribe([silence(5)], process).segments == ()
    text = "".join(segment.text for segment in found.segments)
    assert cer(text, "各位学员，大家好。今天我们一起学习基层治理中的网格化管理。") < 0.4
