"""The synthetic lesson as a microphone: its sound, and the truth about it."""

import json
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

LEAD = 20.0  # seconds of silence before the first word, so that Lin can press "start"

# Chromium plays the file from the moment the microphone is opened.
NOTE_WHEN_THE_MICROPHONE_OPENS = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await open(wanted)
  if (wanted.audio) window.microphoneOpened = Date.now()
  return stream
}
"""


@dataclass(frozen=True)
class Lesson:
    """`lines` as in the manifest: start, end, segment, kind, text, gap_after."""

    sound: Path
    lines: list[dict[str, Any]]

    @property
    def text(self) -> str:
        """Every word spoken."""
        return "".join(line["text"] for line in self.lines)

    @property
    def length(self) -> float:
        """Seconds until the last word is spoken."""
        return float(self.lines[-1]["end"])

    @property
    def segments(self) -> dict[str, tuple[float, float]]:
        """Start and end of every plan segment; one lasts until the next begins."""
        starts: dict[str, float] = {}
        for line in self.lines:
            starts.setdefault(line["segment"], line["start"])
        ends = [*list(starts.values())[1:], self.length]
        return {name: (start, end) for (name, start), end in zip(starts.items(), ends, strict=True)}

    def of_kind(self, *kinds: str) -> list[dict[str, Any]]:
        """The lines of these kinds."""
        return [line for line in self.lines if line["kind"] in kinds]

    def microphone(self) -> list[str]:
        """Flags that make Chromium hear the lesson once."""
        return [f"--use-file-for-fake-audio-capture={self.sound}%noloop"]


def load(material: Path, folder: Path) -> Lesson:
    """The lesson of the material folder, with LEAD seconds of silence put before it."""
    source = material / "media" / "synthetic" / "lesson_grid_zh.wav"
    padded = folder / "lesson.wav"
    with wave.open(str(source)) as spoken, wave.open(str(padded), "wb") as out:
        out.setparams(spoken.getparams())
        frame = spoken.getsampwidth() * spoken.getnchannels()
        out.writeframes(bytes(int(LEAD * spoken.getframerate()) * frame))
        out.writeframes(spoken.readframes(spoken.getnframes()))
    truth = json.loads(source.with_suffix(".json").read_text("utf-8"))
    return Lesson(padded, truth["lines"])


def wait_until_lesson(page: Page, second: float) -> None:
    """Wait until the lesson has come to `second`; at once where it is already past it."""
    page.wait_for_function(
        "at => Date.now() >= window.microphoneOpened + at * 1000",
        arg=LEAD + second,
        timeout=(LEAD + second + 60) * 1000,
    )
