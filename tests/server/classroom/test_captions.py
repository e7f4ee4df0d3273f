"""Live captions through a running site: a real voice by WebRTC, real Whisper, the room's socket."""

import shutil
from pathlib import Path

import pytest

from media.engines import RATE
from tests.conftest import Site, SiteMaker
from tests.media.publishing import OPUS_S, PacketTrack
from tests.media.speech import lesson, opus_frames
from tests.server.classroom.opening import Page, open_room, page_of
from tests.server.classroom.publisher import Publisher

LESSON_WORD = "网格"


def voice(material: Path) -> PacketTrack:
    """The first sentence of the lesson, over and over."""
    frames = opus_frames(lesson(material)[: round(5.2 * RATE)], ms=20)
    return PacketTrack("audio", [frame.data for frame in frames], OPUS_S)


async def begin(site: Site, page: Page) -> None:
    await page.until("tracks_changed", tracks=["audio"])
    await page.send("start")
    await page.until("recording_started")


async def said(page: Page) -> str:
    """What the next finals say, until one has the lesson's word."""
    while LESSON_WORD not in (line := (await page.until("said"))["text"]):
        pass
    return line


@pytest.fixture
def tiny(material: Path) -> Path:
    return material / "models/whisper-tiny"


async def test_captions_begin_when_a_model_comes_in_mid_take(
    make_site: SiteMaker, material: Path, tiny: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("server.hearing.ear.LOOK_EVERY_S", 0.2)
    site = await make_site(whisper_model=str(tmp_path / "model"))
    lin, room_id = await site.sign_in("lin"), await open_room(site)
    async with (
        page_of(site, lin, room_id) as page,
        Publisher(lin, room_id, ("audio",), voice(material)),
    ):
        await begin(site, page)
        shutil.copytree(tiny, tmp_path / "coming")
        (tmp_path / "coming").rename(tmp_path / "model")
        assert LESSON_WORD in await said(page)
        assert (await page.until("interim"))["text"]


async def test_captions_that_failed_come_again_within_the_take(
    make_site: SiteMaker, material: Path, tiny: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("server.classroom.voice.HEAR_AGAIN_S", 0.2)
    monkeypatch.setattr("server.classroom.voice.HEAR_LONGEST_S", 1.0)
    model = tmp_path / "model"
    shutil.copytree(tiny, model)
    weights = model / "model.bin"
    weights.write_bytes(b"torn")
    site = await make_site(whisper_model=str(model))
    lin, room_id = await site.sign_in("lin"), await open_room(site)
    async with (
        page_of(site, lin, room_id) as page,
        Publisher(lin, room_id, ("audio",), voice(material)),
    ):
        await begin(site, page)
        assert "字幕" in (await page.until("problem", code="error.room.captions"))["sentence"]
        shutil.copy(tiny / "model.bin", weights)
        assert LESSON_WORD in await said(page)
        told = [m for m in page.seen if m["type"] == "problem"]
        assert len(told) == 1, "told once, however often it was tried"
