from pathlib import Path

import av
import pytest

from media.picture import Picture
from media.scenes import pictures_of, slide_turns
from tests.media.decks import Room, deck, pictures_of_pages

STORY = ((1, 6), (2, 6), (None, 6), (3, 5), (2, 6), (5, 6))
TRUTH = [(0.0, 1), (6.0, 2), (12.0, None), (18.0, 3), (23.0, 2), (29.0, 5)]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Picture]:
    return pictures_of_pages(deck(tmp_path_factory.mktemp("deck") / "deck.pdf"))


def recorded(pages: list[Picture], view: str) -> list[tuple[float, Picture]]:
    room = Room(pages, view)
    shown = [page for page, seconds in STORY for _ in range(seconds)]
    return [(float(second), room.at(page, second)) for second, page in enumerate(shown)]


@pytest.mark.parametrize("view", ["bars", "window", "camera", "projected"])
def test_pages_are_found_however_they_are_shown(pages: list[Picture], view: str) -> None:
    turns = slide_turns(recorded(pages, view), pages)
    assert [(turn.at, turn.page) for turn in turns] == TRUTH
    assert all(0 < turn.confidence <= 1 for turn in turns)


def test_without_pages_scenes_are_numbered_and_known_again(pages: list[Picture]) -> None:
    turns = slide_turns(recorded(pages, "window"))
    assert [(turn.at, turn.page) for turn in turns] == [
        (0.0, 1),
        (6.0, 2),
        (12.0, 3),
        (18.0, 4),
        (23.0, 2),
        (29.0, 5),
    ]


def test_nothing_shown_has_no_turns() -> None:
    assert slide_turns([]) == ()


def test_a_filmed_teacher_has_no_turns(material: Path) -> None:
    assert slide_turns(pictures_of(material / "media/lecture/physicsworks.webm")) == ()


@pytest.mark.parametrize("key_every", [10, 1000])
def test_pictures_are_taken_each_second_with_few_key_frames_too(
    tmp_path: Path, key_every: int
) -> None:
    path = tmp_path / "video.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height = 320, 180
        stream.codec_context.gop_size = key_every
        for number in range(80):
            frame = av.VideoFrame(320, 180, "gray")
            for plane in frame.planes:
                plane.update(bytes([number * 3]) * plane.buffer_size)
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    seconds = [at for at, _ in pictures_of(path)]
    assert seconds == pytest.approx(range(8), abs=0.21)


def test_sound_alone_has_no_pictures(material: Path) -> None:
    assert list(pictures_of(material / "media/zh/thchs30-D4_750.wav")) == []
