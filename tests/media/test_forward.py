"""One publishes, others watch: what was sent is what is seen, whatever happens between."""

import itertools
import time

from aiortc import RTCSessionDescription

from media.codecs import nal_units
from media.forward import Forwarder
from media.peer import Peer
from media.viewer import Viewer
from tests.media.publishing import LOOPBACK, camera, microphone, published, until
from tests.media.watching import offer_to_watch, pictures_of, watched


def peer(person: str = "teacher") -> Peer:
    return Peer(time.monotonic, network=LOOPBACK, person=person)


async def test_what_was_published_is_what_is_seen() -> None:
    tracks = {"audio": microphone(), "camera": camera()}
    sent = {tuple(nal_units(data)) for data in tracks["camera"]._data}
    forwarder = Forwarder(time.monotonic)
    async with published(tracks, teacher := peer()):
        forwarder.put("voice-1", teacher.streams["audio"])
        forwarder.put("camera-1", teacher.streams["camera"])
        viewer = Viewer("trainee", network=LOOPBACK)
        async with watched(viewer, ["voice-1", "camera-1", "camera-2"]) as (shown, _):
            forwarder.add(viewer)
            await shown["camera-1"].reach(40)
            await shown["voice-1"].reach(50)
            assert viewer.stats.packets > 100
        seen = shown["camera-1"]
        assert all(tuple(nal_units(data)) in sent for _, data, _, _ in seen.frames)
        assert seen.pictures() >= len(seen.frames) - 2
        assert not seen.gaps()
        assert {data for _, data, _, _ in shown["voice-1"].frames} <= set(tracks["audio"]._data)
        assert not shown["voice-1"].gaps()
        assert not shown["camera-2"].packets
        assert forwarder.viewers == ()
    forwarder.close()


async def test_a_stock_peer_sees_pictures() -> None:
    forwarder = Forwarder(time.monotonic)
    async with published({"camera": camera()}, teacher := peer()):
        forwarder.put("picture", teacher.streams["camera"])
        far, sdp, slots = await offer_to_watch(["voice", "picture"])
        viewer = Viewer(network=LOOPBACK)
        answer = await viewer.answer(sdp, slots)
        forwarder.add(viewer)
        await far.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        pictures = await pictures_of(far, 20)
        assert {(picture.width, picture.height) for picture in pictures} == {(320, 240)}
        await far.close()
        await viewer.close()
    forwarder.close()


async def test_ones_own_streams_do_not_come_back() -> None:
    forwarder = Forwarder(time.monotonic)
    async with published({"audio": microphone(), "camera": camera()}, mine := peer("me")):
        forwarder.put("voice-1", mine.streams["audio"])
        forwarder.put("camera-1", mine.streams["camera"])
        me, other = Viewer("me", network=LOOPBACK), Viewer("other", network=LOOPBACK)
        slots = ["voice-1", "camera-1"]
        async with watched(me, slots) as (mirror, _), watched(other, slots) as (shown, _):
            forwarder.add(me)
            forwarder.add(other)
            await shown["camera-1"].reach(30)
            assert not mirror["voice-1"].packets
            assert not mirror["camera-1"].packets
    forwarder.close()


async def test_a_change_of_source_is_continuous() -> None:
    forwarder = Forwarder(time.monotonic)
    first, second = peer("one"), peer("two")
    async with (
        published({"camera": camera()}, first),
        published({"camera": camera(size=(640, 360))}, second),
    ):
        forwarder.put("camera-1", first.streams["camera"])
        viewer = Viewer(network=LOOPBACK)
        forwarder.add(viewer)
        async with watched(viewer, ["camera-1"]) as (shown, _):
            seen = shown["camera-1"]
            for stream in (
                second.streams["camera"],
                first.streams["camera"],
                None,
                second.streams["camera"],
            ):
                await seen.reach(10)
                forwarder.put("camera-1", stream)
                if stream is None:
                    forwarder.put("camera-1", first.streams["camera"])
            await seen.reach(30)
        assert len({packet.ssrc for packet in seen.packets}) == 1
        assert not seen.gaps()
        stamps = [stamp for _, _, stamp, _ in seen.frames]
        assert stamps == sorted(set(stamps))
        assert max(b - a for a, b in itertools.pairwise(stamps)) < 90_000 * 2
        assert seen.pictures() >= len(seen.frames) - 8
    forwarder.close()


async def test_the_publishers_end_empties_the_slot_and_a_new_one_fills_it() -> None:
    forwarder = Forwarder(time.monotonic)
    viewer = Viewer(network=LOOPBACK)
    async with watched(viewer, ["voice-1"]) as (shown, _):
        forwarder.add(viewer)
        for _ in range(2):
            async with published({"audio": microphone()}, one := peer()):
                forwarder.put("voice-1", one.streams["audio"])
                await shown["voice-1"].reach(20)
            assert one.streams["audio"].closed
        assert not shown["voice-1"].gaps()
        await until(lambda: viewer.connected)
    forwarder.close()
