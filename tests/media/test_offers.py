"""Offers as no browser sends them: answered, or a BadOffer, and nothing stays behind."""

import asyncio
import random
import time

import pytest

from media.connected import BadOffer
from media.peer import Peer
from media.viewer import Viewer
from tests.media.publishing import LOOPBACK, camera, microphone, offer
from tests.media.watching import offer_to_watch

TRICKS = (
    *("0", "-1", "65536", "99999999999", "1e9", "NaN", "", " ", "\x00", "٣", "é" * 300, "%s%n"),
    *(
        "::ffff:127.0.0.1",
        "256.1.1.1",
        "UDP/TLS/RTP/SAVPF",
        "actpass",
        "sendrecv",
        "a=",
        "x" * 2000,
    ),
)


def damaged(sdp: str, chance: random.Random) -> str:
    """The offer with a few lines lost, doubled, moved, or with a word of them another."""
    lines = sdp.splitlines()
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(at, chance.choice(lines))
            case 2:
                words = lines[at].split(" ")
                words[chance.randrange(len(words))] = chance.choice(TRICKS)
                lines[at] = " ".join(words)
            case 3:
                other = chance.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                cut = chance.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + chance.choice(TRICKS) + lines[at][cut:]
    return "\r\n".join([*lines, ""])


async def _fuzz(times: int, seed: int) -> None:
    chance = random.Random(seed)
    publisher, sent, kinds = await offer({"audio": microphone(), "camera": camera()})
    watcher, wanted, slots = await offer_to_watch(("voice-1", "camera-1"))
    await asyncio.gather(publisher.close(), watcher.close())
    tasks = len(asyncio.all_tasks())
    answered = 0
    for _ in range(times):
        peer, viewer = Peer(time.monotonic, network=LOOPBACK), Viewer(network=LOOPBACK)
        for side, sdp, names in ((peer, sent, kinds), (viewer, wanted, slots)):
            try:
                async with asyncio.timeout(20):
                    await side.answer(damaged(sdp, chance), names)
                    answered += 1
            except BadOffer:
                continue
            finally:
                await side.close()
    assert answered, "some damage is none"
    async with asyncio.timeout(20):
        while len(asyncio.all_tasks()) > tasks:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_damaged_offer_is_answered_or_refused() -> None:
    await _fuzz(25, seed=1)


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_many_damaged_offers_are_answered_or_refused() -> None:
    await _fuzz(1500, seed=random.randrange(1 << 30))
