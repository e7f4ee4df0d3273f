"""A class as low-latency HLS while it is recorded."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from media import live_playlist
from media.layout import file_of
from media.live_captions import Line
from media.live_playlist import BadReload, LivePlaylists
from media.live_rendition import HOLD_BACK_S, PART_S, TARGET_S
from media.vtt import from_vtt
from tests.media.by_hand import Take, total
from tests.media.hls import Played, read

ROOM = 100.0  # seconds on the room's clock when takes begin


async def played(live: LivePlaylists, name: str, skip: bool = False) -> Played:
    return read((await live.playlist(f"{name}.m3u8", skip=skip)).text.decode())


async def bytes_at(live: LivePlaylists, uri: str) -> bytes:
    stem, name = uri.split("/")
    return await live.piece(stem, name)


@pytest.fixture
async def live(tmp_path: Path) -> LivePlaylists:
    return LivePlaylists(tmp_path)


@pytest.fixture
async def take(live: LivePlaylists) -> AsyncIterator[Take]:
    take = Take(live.folder, mixed=True, audience=live)
    yield take
    take.writing.fail()


async def test_parts_and_segments_are_the_bytes_on_disk(live: LivePlaylists, take: Take) -> None:
    take.play(11, "audio", "camera")
    for name in ("camera", "voice"):
        found = await played(live, name)
        whole = file_of(live.folder, name, 1).read_bytes()
        init = await bytes_at(live, found.entries[0].init)
        segments = [await bytes_at(live, segment.uri) for segment in found.segments]
        growing = [await bytes_at(live, uri) for uri, _, _ in found.entries[-1].parts]
        assert init + b"".join(segments) + b"".join(growing) == whole
        for segment in found.segments:
            assert segment.parts
            parts = [await bytes_at(live, uri) for uri, _, _ in segment.parts]
            assert b"".join(parts) == await bytes_at(live, segment.uri)
            assert sum(length for _, length, _ in segment.parts) == pytest.approx(
                segment.duration, abs=0.05
            )
            assert segment.parts[0][2]
        lengths = [length for entry in found.entries for _, length, _ in entry.parts]
        assert max(lengths) <= PART_S
        assert found.hint == f"{name}-001/part-{len(lengths)}.mp4"
    live._hot.clear()
    assert await bytes_at(live, found.segments[0].uri) == segments[0]


async def test_the_playlist_says_what_players_need(live: LivePlaylists, take: Take) -> None:
    take.play(9, "audio", "camera")
    text = (await live.playlist("camera.m3u8")).text.decode()
    assert f"#EXT-X-TARGETDURATION:{TARGET_S}\n" in text
    assert f"CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={HOLD_BACK_S},CAN-SKIP-UNTIL=36.0" in text
    assert HOLD_BACK_S >= 3 * PART_S
    assert "#EXT-X-PLAYLIST-TYPE:EVENT\n" in text
    assert '#EXT-X-RENDITION-REPORT:URI="voice.m3u8",LAST-MSN=2,LAST-PART=' in text
    assert "ENDLIST" not in text
    found = read(text)
    assert found.segments[0].began == pytest.approx(1_700_000_000.0, abs=0.05)
    assert all(2 <= segment.duration <= TARGET_S for segment in found.segments)
    index = await live.master("index.m3u8")
    assert 'CODECS="avc1.42c00' in index
    assert 'mp4a.40.2",AUDIO="voice",SUBTITLES="captions"\ncamera.m3u8' in index
    assert 'NAME="中文",LANGUAGE="zh",DEFAULT=NO,AUTOSELECT=YES,URI="captions.m3u8"' in index
    voice = await live.master("voice-index.m3u8")
    assert 'CODECS="mp4a.40.2",SUBTITLES="captions"\nvoice.m3u8' in voice


async def test_everybody_gets_the_same_text(live: LivePlaylists, take: Take) -> None:
    take.play(6, "audio", "camera")
    first = await live.playlist("camera.m3u8")
    assert (await live.playlist("camera.m3u8")).text is first.text
    assert (await live.playlist("camera.m3u8", msn=1, part=0)).text is first.text
    take.play(1, "audio", "camera")
    assert (await live.playlist("camera.m3u8")).text is not first.text


async def test_a_delta_update_is_the_end_of_the_whole(live: LivePlaylists, take: Take) -> None:
    take.play(31, "audio", "camera")
    take.play(31, "audio", "camera", large_from=0)
    for name in ("camera", "voice"):
        whole, delta = await played(live, name), await played(live, name, skip=True)
        assert delta.skipped > 2
        kept = whole.entries[delta.skipped :]
        assert [e.uri for e in delta.entries] == [e.uri for e in kept]
        assert [e.parts for e in delta.entries] == [e.parts for e in kept]
        length = sum(e.duration for e in kept) + sum(part[1] for part in kept[-1].parts)
        assert 36 <= length < 36 + 2 * TARGET_S
        assert any(e.discontinuity for e in kept)
    for _ in range(6):
        take.play(31, "audio", "camera", large_from=0)
    whole_text = (await live.playlist("camera.m3u8")).text
    assert len((await live.playlist("camera.m3u8", skip=True)).text) < len(whole_text) / 2


async def test_a_blocking_reload_wakes(live: LivePlaylists, take: Take) -> None:
    take.play(5.0, "audio", "camera")
    found = await played(live, "camera")
    msn, part = len(found.segments), len(found.entries[-1].parts)
    reloads = [
        asyncio.create_task(live.playlist("camera.m3u8", msn, part)),
        asyncio.create_task(live.playlist("camera.m3u8", msn)),
        asyncio.create_task(live.playlist("camera.m3u8", msn, part + 100)),
    ]
    await asyncio.sleep(0)
    assert not any(reload.done() for reload in reloads)
    take.play(0.6, "audio", "camera")
    answer = await reloads[0]
    assert answer.settled
    assert not answer.late
    assert len(read(answer.text.decode()).entries[-1].parts) > part
    assert not reloads[1].done()
    take.play(6, "audio", "camera")
    for reload in reloads[1:]:
        assert len(read((await reload).text.decode()).segments) > msn
    assert not (await live.playlist("camera.m3u8")).settled


async def test_reloads_that_make_no_sense(
    live: LivePlaylists, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    take.play(6.0, "audio", "camera")
    with pytest.raises(BadReload):
        await live.playlist("camera.m3u8", msn=50)
    with pytest.raises(BadReload):
        await live.playlist("camera.m3u8", part=1)
    with pytest.raises(BadReload):
        await live.playlist("captions.m3u8", msn=50)
    for name in ("screen.m3u8", "audio.m3u8", "index.m3u8"):
        with pytest.raises(FileNotFoundError):
            await live.playlist(name)
    for stem, name in (
        ("camera-001", "part-9999.mp4"),
        ("camera-001", "0-1.mp4"),
        ("camera-001", "-1-5.mp4"),
        ("camera-001", "../recording.json"),
        ("camera-009", "part-0.mp4"),
        ("captions", "99.vtt"),
    ):
        with pytest.raises(FileNotFoundError):
            await live.piece(stem, name)
    monkeypatch.setattr(live_playlist, "RELOAD_S", 0.05)
    answer = await live.playlist("camera.m3u8", len((await played(live, "camera")).segments), 99)
    assert answer.late
    assert not answer.settled


async def test_the_hinted_part_can_be_asked_for(live: LivePlaylists, take: Take) -> None:
    take.play(6.0, "audio", "camera")
    found = await played(live, "camera")
    waiting = asyncio.create_task(bytes_at(live, found.hint))
    await asyncio.sleep(0)
    assert not waiting.done()
    take.play(0.6, "audio", "camera")
    assert (await waiting)[4:8] == b"moof"


async def test_a_change_of_focus_is_a_discontinuity_in_step(
    live: LivePlaylists, take: Take
) -> None:
    take.play(6, "audio", "camera")
    take.play(6, "audio", "camera", large_from=0, person="bo")
    take.play(6, "audio", "camera", person="cy")
    camera, voice = await played(live, "camera"), await played(live, "voice")
    for found in (camera, voice):
        assert [e.began for e in found.entries if e.discontinuity] == pytest.approx(
            [1_700_000_006, 1_700_000_012], abs=0.3
        )
        assert len({entry.init for entry in found.entries}) == 3
    for first, second in zip(
        [e.began for e in camera.entries if e.discontinuity],
        [e.began for e in voice.entries if e.discontinuity],
        strict=True,
    ):
        assert first == pytest.approx(second, abs=0.001)


async def test_a_screen_comes_in_where_it_begins(live: LivePlaylists, take: Take) -> None:
    take.play(6, "audio", "camera")
    take.play(6, "audio", "camera", "screen")
    text = (await live.playlist("screen.m3u8")).text.decode()
    assert "#EXT-X-DISCONTINUITY-SEQUENCE:1\n" in text
    assert read(text).entries[0].began == pytest.approx(1_700_000_006, abs=0.3)
    assert "screen.m3u8" in await live.master("screen-index.m3u8")
    take.finish()
    await live.end()
    assert read((await live.playlist("screen.m3u8")).text.decode()).ended


async def test_at_the_end_the_files_say_the_same(live: LivePlaylists, take: Take) -> None:
    take.play(10, "audio", "camera")
    take.pause()
    take.play(5)
    take.resume()
    take.play(6, "audio", "camera")
    reload = asyncio.create_task(live.playlist("voice.m3u8", 6))
    take.finish()
    await live.end()
    await live.end()
    assert read((await reload).text.decode()).ended
    for name in ("camera", "voice"):
        answer = await live.playlist(f"{name}.m3u8", msn=999)
        assert answer.settled
        found = read(answer.text.decode())
        assert found.ended
        assert not any(entry.parts for entry in found.entries), "players wait for the last part"
        assert not found.hint
        assert found.duration == pytest.approx(total(live.folder / f"{name}.m3u8"), abs=0.01)
    assert found.duration == pytest.approx(16, abs=0.3)
    index = (live.folder / "index.m3u8").read_text()
    assert 'LANGUAGE="zh",DEFAULT=NO,AUTOSELECT=YES,URI="captions.m3u8"' in index
    assert (live.folder / "voice-index.m3u8").exists()


async def test_who_comes_too_early_waits_for_the_beginning(live: LivePlaylists, take: Take) -> None:
    early = [
        asyncio.create_task(live.master("index.m3u8")),
        asyncio.create_task(live.playlist("camera.m3u8")),
    ]
    await asyncio.sleep(0)
    take.play(6, "audio", "camera")
    assert "camera.m3u8" in await early[0]
    assert (await early[1]).text
    other = LivePlaylists(live.folder / "other")
    await other.end()
    with pytest.raises(FileNotFoundError):
        await other.master("index.m3u8")
    with pytest.raises(FileNotFoundError):
        await other.playlist("voice.m3u8")


async def test_a_class_goes_on_after_a_crash(tmp_path: Path) -> None:
    live = LivePlaylists(tmp_path / "take")
    take = Take(tmp_path / "take", mixed=True, audience=live)
    take.play(13, "audio", "camera")
    before = await played(live, "camera")
    folder = take.killed(tmp_path / "killed")
    again = LivePlaylists(folder)
    take = Take(folder, now=take.now + 3, unix=1_700_000_016.0, mixed=True, audience=again)
    take.play(6, "audio", "camera")
    after = await played(again, "camera")
    count = len(before.segments)
    assert [s.uri for s in after.segments[:count]] == [s.uri for s in before.segments]
    assert [e.began for e in after.entries if e.discontinuity] == pytest.approx(
        [1_700_000_016], abs=0.3
    )
    assert after.entries[-1].parts
    take.finish()


def cues(text: str) -> list[tuple[float, str]]:
    return [(segment.start, segment.text) for segment in from_vtt(text)]


async def test_captions_are_in_step_and_late_words_come_next(
    live: LivePlaylists, take: Take
) -> None:
    live.say(Line(101_000, 102_000, "第一句", "安老师"))
    take.play(9, "audio", "camera")
    first = await played(live, "captions")
    voice = await played(live, "voice")
    assert [s.began for s in first.segments] == [s.began for s in voice.segments[:1]]
    text = (await live.piece("captions", "0.vtt")).decode()
    assert "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0" in text
    assert "<v 安老师>第一句" in text
    assert cues(text) == [(1.0, "第一句")]
    live.say(Line(103_000, 103_500, "晚了"))
    live.say(Line(105_000, 106_000, "在时间里"))
    live.say(Line(114_000, 115_000, "later", language="en"))
    take.play(9, "audio", "camera", large_from=0)
    live.say(Line(110_000, 111_000, "second span"))
    take.play(9, "audio", "camera", large_from=0)
    found = await played(live, "captions")
    texts = [(await bytes_at(live, s.uri)).decode() for s in found.segments]
    assert cues(texts[1]) == [(3.0, "晚了"), (5.0, "在时间里")]
    assert sum("晚了" in text for text in texts) == 1
    start = next(number for number, s in enumerate(found.segments) if s.discontinuity)
    voice = await played(live, "voice")
    offset = voice.segments[start].began - 1_700_000_000.0
    [(at, _)] = [cue for text in texts for cue in cues(text) if cue[1] == "second span"]
    assert at == pytest.approx(10 - offset, abs=0.01)
    assert not any("later" in text for text in texts)
    take.finish()
    live.say(Line(102_500, 102_900, "very late"))
    await live.end()
    saved = (live.folder / "captions-001.vtt").read_text()
    assert [text for _, text in cues(saved)] == ["第一句", "very late", "晚了", "在时间里"]
    final = read((live.folder / "captions.m3u8").read_text())
    assert final.ended
    assert final.duration == pytest.approx(27, abs=0.1)
    assert (await played(live, "captions")).ended


async def test_each_language_has_its_captions(tmp_path: Path) -> None:
    live = LivePlaylists(tmp_path, captions=("zh", "en"))
    take = Take(tmp_path, mixed=True, audience=live)
    live.say(Line(101_000, 102_000, "你好"))
    live.say(Line(101_000, 102_000, "hello", language="en"))
    take.play(9, "audio", "camera")
    assert "你好" in (await live.piece("captions", "0.vtt")).decode()
    assert "hello" in (await live.piece("captions-en", "0.vtt")).decode()
    assert 'LANGUAGE="en"' in await live.master("index.m3u8")
    take.finish()
    await live.end()
    assert "hello" in (tmp_path / "captions-en-001.vtt").read_text()
    assert (
        'LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,URI="captions-en.m3u8"'
        in (tmp_path / "index.m3u8").read_text()
    )
