"""A span gets the picture that was seen last before it, or first after it."""

from pathlib import Path

import numpy as np
import pytest

from media.filling import nearest_still, still_of
from media.layout import file_of
from media.recording import Picture, Recording
from tests.media.by_hand import Take


def seen(recording: Recording, number: int) -> list[Picture]:
    """The key pictures of one span."""
    span = recording.spans[number - 1]
    return [
        p for at, p in recording.key_pictures("camera") if span.take_start <= at < span.take_end
    ]


@pytest.mark.parametrize(("blind", "seeing", "which"), [(2, 1, -1), (1, 2, 0)])
def test_the_nearest_picture_stands_in(tmp_path: Path, blind: int, seeing: int, which: int) -> None:
    take = Take(tmp_path)
    for number in (1, 2):
        take.play(3, *(["audio", "camera"] if number == seeing else ["audio"]))
        take.pause()
        take.resume()
    take.finish()
    recording = Recording.open(tmp_path)
    still, moving = seen(recording, blind), seen(recording, seeing)
    assert len(still) == 2
    assert all(np.abs(picture.astype(int) - moving[which]).mean() < 3 for picture in still)


def test_a_file_without_pictures_stands_for_nothing(tmp_path: Path) -> None:
    take = Take(tmp_path)
    take.play(1, "audio")
    take.finish()
    assert still_of(file_of(tmp_path, "voice", 1), last=True) is None
    torn = file_of(tmp_path, "camera", 1)
    torn.write_bytes(b"\x00\x00\x00\x10ftypisom")
    assert still_of(torn, last=False) is None
    assert nearest_still(tmp_path, "camera", take.writing.manifest.spans[0], []) is None
