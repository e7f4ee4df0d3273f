"""Words in pictures: slides are read, everything else gives nothing."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from media.confined import Refused
from media.ocr import ocr_worker, seen_in
from media.ocr_reading import text_of
from media.picture import Picture


def slide(words: str) -> Picture:
    """White, with large letters."""
    page = np.full((540, 960, 3), 255, np.uint8)
    for row, line in enumerate(words.split("\n")):
        at = (60, 140 + 110 * row)
        cv2.putText(page, line, at, cv2.FONT_HERSHEY_SIMPLEX, 1.8, (30, 30, 30), 4, cv2.LINE_AA)
    return page


def film(path: Path, scenes: list[tuple[Picture, int]]) -> Path:
    """A video at 2 pictures a second; each scene so many seconds long."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=2, options={"g": "2"})
        stream.width, stream.height, stream.pix_fmt = 960, 540, "yuv420p"
        for picture, seconds in scenes:
            for _ in range(seconds * 2):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def test_a_blank_and_noise_give_nothing() -> None:
    assert text_of(np.full((540, 960, 3), 255, np.uint8)) == ""
    assert text_of(np.zeros((540, 960, 3), np.uint8)) == ""
    noise = np.random.default_rng(1).integers(0, 255, (540, 960, 3), dtype=np.uint8)
    assert text_of(noise) == ""


def test_each_slide_of_a_film_is_read_where_it_came(tmp_path: Path) -> None:
    one, two = slide("Public governance\nin the village"), slide("Budget of 2026")
    blank = np.full((540, 960, 3), 255, np.uint8)
    video = film(tmp_path / "x.mp4", [(one, 6), (blank, 5), (two, 6), (one, 5)])
    told: list[float] = []
    worker = ocr_worker()
    try:
        found = seen_in(worker, video, progress=told.append)
    finally:
        worker.close()
    words = [(round(seen.at), "governance" in seen.text, "2026" in seen.text) for seen in found]
    assert [word[1:] for word in words] == [(True, False), (False, True), (True, False)]
    assert [word[0] for word in words] == pytest.approx([0, 11, 17], abs=1)
    assert told == sorted(told)


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"ffconcat version 1.0\nfile /etc/passwd\n")
    worker = ocr_worker()
    try:
        with pytest.raises(Refused):
            seen_in(worker, tmp_path / "x.mp4")
    finally:
        worker.close()


def test_a_chinese_slide_is_read_and_a_face_is_not(material: Path) -> None:
    chinese = cv2.imread(str(material / "media/slides/slide_zh.png"))
    assert chinese is not None
    read = text_of(np.asarray(chinese, np.uint8))
    assert "牛顿第二定律" in read
    assert "Force equals mass times acceleration" in read
    face = cv2.imread(str(material / "media/faces/astronaut.png"))
    assert face is not None
    assert text_of(np.asarray(face, np.uint8)) == ""
