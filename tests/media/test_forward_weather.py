"""Bad lines and bad publishers: repaired, stepped down, or ignored, never the room's end."""

import itertools
import time

import pytest
from aiortc import rtcrtpsender

from media import health
from media.forward import Forwarder
from media.peer import Peer
from media.viewer import Viewer
from tests.media.publishing import (
    FPS,
    LOOPBACK,
    camera,
    encoded_pictures,
    microphone,
    published,
    until,
)
from tests.media.watching import Shown, watched
from tests.media.weather import Weather


def peer(person: str = "teacher") -> Peer:
    return Peer(time.monotonic, network=LOOPBACK, person=person)


def sees_well(seen: Shown) -> None:
    assert not seen.gaps()
    assert seen.pictures() >= len(seen.frames) - 2


@pytest.mark.parametrize("rtx", [True, pytest.param(False, marks=pytest.mark.long)])
async def test_what_is_lost_is_sent_again(rtx: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "BAD", 1.0)
    forwarder = Forwarder(time.monotonic)
    weather = Weather(loss=0.2, jitter=0.05, double=0.1)
    async with published({"camera": camera(noise=True)}, teacher := peer()):
        forwarder.put("camera-1", teacher.streams["camera"])
        viewer = Viewer(network=LOOPBACK)
        async with watched(viewer, ["camera-1"], rtx=rtx) as (shown, far):
            forwarder.add(viewer)
            seen = shown["camera-1"]
            await seen.reach(5)
            weather.over(far)
            await seen.reach(FPS * 2)
            # Without RTX what is sent again counts as arrived.
            await until(lambda: viewer.stats.lost > 0.05 or not rtx)
            weather.loss = 0
            await seen.reach(FPS)
            assert weather.lost > 20
            assert not seen.gaps(on_the_way=30)
            assert seen.pictures() >= len(seen.frames) - 2
    forwarder.close()


async def test_a_storm_ends_pictures_and_good_weather_brings_them_back() -> None:
    forwarder = Forwarder(time.monotonic)
    weather = Weather(loss=0.2, jitter=0.2, double=0.1)
    stepped: list[bool] = []
    async with published({"camera": camera(noise=True), "audio": microphone()}, teacher := peer()):
        forwarder.put("camera-1", teacher.streams["camera"])
        forwarder.put("voice-1", teacher.streams["audio"])
        viewer = Viewer(network=LOOPBACK, on_stepped=stepped.append, patience=2.0)
        async with watched(viewer, ["camera-1", "voice-1"]) as (shown, far):
            forwarder.add(viewer)
            await shown["camera-1"].reach(5)
            weather.over(far)
            await until(lambda: stepped == [False], 60)
            assert not viewer.video
            await shown["voice-1"].reach(30)
            weather.loss = weather.jitter = weather.double = 0
            await until(lambda: stepped[:2] == [False, True], 60)
            await shown["camera-1"].reach(FPS)
        seen = shown["camera-1"]
        stamps = [stamp for _, _, stamp, _ in seen.frames]
        assert stamps == sorted(set(stamps))
        assert seen.pictures() >= len(seen.frames) - 4
    forwarder.close()


async def test_rain_on_the_publishers_line_is_repaired_before_viewers_see_it() -> None:
    forwarder = Forwarder(time.monotonic)
    async with published({"camera": camera(noise=True)}, teacher := peer()):
        forwarder.put("camera-1", teacher.streams["camera"])
        Weather(loss=0.1, jitter=0.03, double=0.1).over(teacher._connection)
        viewer = Viewer(network=LOOPBACK)
        async with watched(viewer, ["camera-1"]) as (shown, _):
            forwarder.add(viewer)
            await shown["camera-1"].reach(FPS * 2)
        assert shown["camera-1"].pictures() >= len(shown["camera-1"].frames) - 2
    forwarder.close()


@pytest.mark.parametrize(
    "people", ["1", pytest.param("123", marks=pytest.mark.long)], ids=["one", "several"]
)
async def test_lips_stay_in_sync(people: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through a change of source, the shared clock shows when something was captured."""
    numbers = itertools.count(1)  # RTP timestamps begin near 0
    monkeypatch.setattr(rtcrtpsender, "random32", lambda: next(numbers))
    forwarder = Forwarder(time.monotonic)
    viewer = Viewer(network=LOOPBACK)
    async with watched(viewer, ["voice-1", "camera-1"]) as (shown, _):
        forwarder.add(viewer)
        for person in people:
            tracks = {"audio": microphone(), "camera": camera()}
            async with published(tracks, source := peer(person)):
                for slot, kind in (("voice-1", "audio"), ("camera-1", "camera")):
                    forwarder.put(slot, source.streams[kind])
                    shown[slot].reports.clear()
                await until(lambda: all(len(one.reports) > 1 for one in shown.values()), 30)
                delays = {}
                for slot, kind, rate in (
                    ("voice-1", "audio", 48_000),
                    ("camera-1", "camera", 90_000),
                ):
                    stamp, seconds = shown[slot].reports[-1]
                    published_stamp = stamp - viewer.outlets[slot].timestamp & 0xFFFFFFFF
                    delays[kind] = seconds - tracks[kind]._began - published_stamp / rate
                assert delays["audio"] == pytest.approx(delays["camera"], abs=0.06)
    forwarder.close()


async def test_vp8_is_forwarded_and_may_follow_h264() -> None:
    forwarder = Forwarder(time.monotonic)
    viewer = Viewer(network=LOOPBACK)
    async with (
        published({"camera": camera("VP8")}, old := peer("old"), codec="VP8"),
        published({"camera": camera()}, new := peer("new")),
        watched(viewer, ["camera-1"]) as (shown, _),
    ):
        forwarder.add(viewer)
        for source in (new, old, new):
            forwarder.put("camera-1", source.streams["camera"])
            await shown["camera-1"].reach(FPS // 2)
        names = [codec for codec, _, _, _ in shown["camera-1"].frames]
        assert [name for name, _ in itertools.groupby(names)] == ["H264", "VP8", "H264"]
        sees = shown["camera-1"]
        assert not sees.gaps()
        assert sees.pictures() >= len(sees.frames) - 4
    forwarder.close()


async def test_a_change_of_resolution_goes_through() -> None:
    forwarder = Forwarder(time.monotonic)
    viewer = Viewer(network=LOOPBACK)
    track = camera()
    large = [bytes(packet) for packet in encoded_pictures(size=(640, 360))]
    async with (
        published({"camera": track}, teacher := peer()),
        watched(viewer, ["camera-1"]) as (shown, _),
    ):
        forwarder.add(viewer)
        forwarder.put("camera-1", teacher.streams["camera"])
        await shown["camera-1"].reach(FPS // 2)
        track._data[FPS:] = large[FPS:]  # from a key frame on
        await shown["camera-1"].reach(FPS * 2)
        sees_well(shown["camera-1"])
    forwarder.close()


async def test_without_key_frames_late_viewers_wait_and_ask() -> None:
    asked: list[bytes] = []
    forwarder = Forwarder(time.monotonic)
    track = camera()
    early, late = Viewer(network=LOOPBACK), Viewer(network=LOOPBACK)
    async with (
        published({"camera": track}, teacher := peer()) as publisher,
        watched(early, ["camera-1"]) as (first, _),
        watched(late, ["camera-1"]) as (second, _),
    ):
        publisher.getSenders()[0]._send_keyframe = lambda: asked.append(b"pli")
        forwarder.put("camera-1", teacher.streams["camera"])
        forwarder.add(early)
        await first["camera-1"].reach(5)
        whole = track._data
        track._data = [data for number, data in enumerate(whole) if number % FPS]
        before = len(asked)
        forwarder.add(late)
        await first["camera-1"].reach(FPS)
        await until(lambda: len(asked) >= before + 3)
        assert not second["camera-1"].packets
        track._data = whole
        await second["camera-1"].reach(FPS)
        sees_well(second["camera-1"])
    forwarder.close()


async def test_a_far_side_without_socket_room_costs_only_itself() -> None:
    class Full:
        """A socket that takes nothing."""

        def sendto(self, *args: object) -> None:
            raise BlockingIOError

        sendmsg = sendto

        def close(self) -> None:
            pass

    forwarder = Forwarder(time.monotonic)
    slow, quick = Viewer(network=LOOPBACK), Viewer(network=LOOPBACK)
    async with (
        published({"camera": camera()}, teacher := peer()),
        watched(slow, ["camera-1"]) as (_, _),
        watched(quick, ["camera-1"]) as (shown, _),
    ):
        for viewer in (slow, quick):
            forwarder.add(viewer)
        assert slow.wire is not None
        assert slow.wire._socket is not None
        slow.wire._socket.close()
        slow.wire._socket = Full()
        forwarder.put("camera-1", teacher.streams["camera"])
        await shown["camera-1"].reach(FPS)
        assert slow.stats.dropped > FPS - 5
        assert not quick.stats.dropped
    forwarder.close()


@pytest.mark.parametrize("way", ["an old kernel", "TURN"])
async def test_without_segmentation_packets_go_one_by_one(way: str) -> None:
    forwarder = Forwarder(time.monotonic)
    viewer = Viewer(network=LOOPBACK)
    async with (
        published({"camera": camera(noise=True)}, teacher := peer()),
        watched(viewer, ["camera-1"]) as (shown, _),
    ):
        assert viewer.wire is not None
        own = viewer.wire._socket
        assert own is not None

        class Old:
            """A socket of a kernel that knows no UDP_SEGMENT."""

            sendto, close = own.sendto, own.close

            def sendmsg(self, *args: object) -> None:
                raise OSError(5, "no such thing")

        if way == "TURN":
            own.close()
        viewer.wire._socket = None if way == "TURN" else Old()
        forwarder.add(viewer)
        forwarder.put("camera-1", teacher.streams["camera"])
        await shown["camera-1"].reach(FPS // 2)
        assert viewer.wire._segments == (way == "TURN")
        sees_well(shown["camera-1"])
    forwarder.close()


@pytest.mark.long
async def test_a_storm_of_a_minute_leaves_everything_as_it_was() -> None:
    forwarder = Forwarder(time.monotonic)
    weather = Weather(loss=0.2, jitter=0.2, double=0.2)
    async with published({"camera": camera(), "audio": microphone()}, teacher := peer()):
        forwarder.put("camera-1", teacher.streams["camera"])
        forwarder.put("voice-1", teacher.streams["audio"])
        viewer = Viewer(network=LOOPBACK, patience=1.0)
        async with watched(viewer, ["camera-1", "voice-1"]) as (shown, far):
            forwarder.add(viewer)
            weather.over(far)
            await until(lambda: len(shown["voice-1"].packets) > 50 * 60 * 0.8, timeout=150)
            assert viewer.connected
        frames = shown["camera-1"].frames
        assert shown["camera-1"].pictures() >= len(frames) * 0.9
    forwarder.close()
