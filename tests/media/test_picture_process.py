import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from media.confined import Broken, Refused
from media.picture_process import PictureBusy, PictureProcess, turns_of_recording
from tests.media.decks import Room, deck, pictures_of_pages


@pytest.fixture
def pictures() -> Iterator[PictureProcess]:
    process = PictureProcess(waiting=3)
    yield process
    process.close()


def jpeg(level: int) -> bytes:
    return bytes(cv2.imencode(".jpg", np.full((240, 320, 3), level, np.uint8))[1])


async def test_hints_come_while_the_loop_goes_on(pictures: PictureProcess) -> None:
    asked = asyncio.create_task(pictures.hints(jpeg(0)))
    turns = 0
    while not asked.done():
        turns += 1
        await asyncio.sleep(0.005)
    assert asked.result().keys == ("hint.lens_covered",)
    assert turns > 3


async def test_a_bad_picture_is_refused_and_the_process_stays(pictures: PictureProcess) -> None:
    await pictures.hints(jpeg(128))
    pid = pictures.pid
    with pytest.raises(Refused) as caught:
        await pictures.hints(b"\xff\xd8 nothing")
    assert caught.value.key == "hint.error.not_picture"
    assert (await pictures.hints(jpeg(128))).keys == ("hint.no_face",)
    assert pictures.pid == pid


async def test_more_than_can_wait_is_turned_away(pictures: PictureProcess) -> None:
    asked = [asyncio.create_task(pictures.hints(jpeg(128))) for _ in range(20)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, PictureBusy) for answer in answers) == 17
    assert (await pictures.hints(jpeg(128))).faces == 0


async def test_after_a_crash_it_starts_again(pictures: PictureProcess) -> None:
    await pictures.hints(jpeg(128))
    dead = pictures.pid
    assert dead is not None
    os.kill(dead, signal.SIGKILL)
    with contextlib.suppress(Broken):  # the call may have met the dying process
        await pictures.hints(jpeg(128))
    assert (await pictures.hints(jpeg(128))).faces == 0
    assert pictures.pid != dead


async def test_faces_are_found_there_too(pictures: PictureProcess, material: Path) -> None:
    seen = await pictures.hints((material / "media/faces/grace_hopper.jpg").read_bytes())
    assert seen.keys == ("hint.good",)


def test_a_recording_gives_its_turns(tmp_path: Path) -> None:
    slides = deck(tmp_path / "deck.pdf")
    room = Room(pictures_of_pages(slides), "window")
    shown = [1] * 6 + [3] * 6 + [2] * 6
    with av.open(str(tmp_path / "take.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=2)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        for second, page in enumerate(shown):
            picture = room.at(page, second)
            for _ in range(2):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "bgr24")))
        container.mux(stream.encode(None))
    shares: list[float] = []
    turns = turns_of_recording(tmp_path / "take.mp4", slides, progress=shares.append)
    assert [turn.page for turn in turns] == [1, 3, 2]
    assert [turn.at for turn in turns] == pytest.approx([0, 6, 12], abs=1)
    assert shares == sorted(shares)
    assert shares[-1] > 0.9


def test_a_recording_that_is_cut_gives_the_turns_before_the_cut(tmp_path: Path) -> None:
    whole = tmp_path / "whole.mkv"
    with av.open(str(whole), "w") as container:
        stream = container.add_stream("libx264", rate=2, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.codec_context.gop_size = 4
        for number in range(40):
            picture = np.full((360, 640, 3), 240, np.uint8)
            cv2.putText(picture, f"part {number // 20}", (40, 200), 0, 4, (0, 0, 0), 8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "bgr24")))
        container.mux(stream.encode(None))
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 4 // 5])
    turns = turns_of_recording(cut)
    assert [turn.page for turn in turns] == [1, 2]
    assert turns[1].at == pytest.approx(10, abs=2.1)


def test_a_recording_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "take.mp4").write_bytes(b"no film")
    with pytest.raises(Refused) as caught:
        turns_of_recording(tmp_path / "take.mp4")
    assert caught.value.key == "media.not_media"
