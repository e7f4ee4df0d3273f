"""Small pictures: of a recording, and of an edition that must not show what it hides."""

from pathlib import Path

import av
import numpy as np
from PIL import Image

from media.edit_rules import Rules
from media.importer import import_file
from media.operations import Hidden, Plan
from server.lessons.finding import Subject, draw
from server.lessons.found import Turns, thumbs_in
from server.lessons.lesson import Lesson

GREYS = 2  # of brightness a second


def brightening(path: Path, seconds: int) -> Path:
    """A silent film that tells its second by its brightness, with a key frame every two."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=2, options={"g": "4", "sc_threshold": "0"})
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for number in range(2 * seconds):
            picture = np.full((90, 160, 3), 40 + GREYS * (number // 2), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "bgr24")))
        container.mux(stream.encode(None))
    return path


def second_of(picture: Path) -> float:
    """Which second of the film a picture shows."""
    return (float(np.asarray(Image.open(picture)).mean()) - 40) / GREYS


async def test_an_edition_has_no_picture_of_what_it_hides_or_leaves_out(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    film = brightening(tmp_path / "a.mp4", 90)
    recording = import_file(film, folder, silent=True)
    lesson = Lesson(id="l", course_id="c", title="t")
    subject = Subject(folder, recording.manifest, lesson, "file", None, [])
    await draw(folder, subject, Turns(), [(33.0, None)])
    seconds = thumbs_in(folder).seconds
    assert [int(second) for second in seconds] == [0, 10, 20, 30, 33, 40, 50, 60, 70, 80, 90]
    for second in seconds[:-1]:
        shown = second_of(folder / thumbs_in(folder).of(second))
        assert second - 3 <= shown <= second + 4, second

    edition = folder / "editions" / "1"
    edition.mkdir(parents=True)
    plan = Plan(90.0, cuts=((10.0, 20.0),), hidden=(Hidden(50, 60, "blur"),))
    await draw(edition, subject, Turns(), [], rules=Rules(plan))
    thumbs = thumbs_in(edition)
    there = {int(second): edition / thumbs.of(second) for second in thumbs.seconds}
    assert {10, 20, 50, 60} <= there.keys()
    assert not {0, 30, 40} & there.keys(), "what follows these at once is cut or hidden"
    shown = [second_of(file) for file in there.values()]
    assert not [second for second in shown if 13 < second < 17 or 53 < second < 57]
