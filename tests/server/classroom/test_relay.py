"""Debian's coturn with the configuration of the operators' handbook."""

import asyncio
import re
import secrets
import shutil
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aioice import stun
from aioice.turn import create_turn_endpoint
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription

from media.peer import Peer
from server.classroom.network import ice_servers
from server.settings import Settings
from tests.conftest import free_port
from tests.media.publishing import LOOPBACK, microphone, until

pytestmark = pytest.mark.long
HANDBOOK = Path(__file__).parents[3] / "OPERATIONS.md"
DENIED = (403, 443)  # forbidden; not an address of the relay's family
PLACE = {"listening-ip", "relay-ip", "cert", "pkey", "static-auth-secret"}


def handbook() -> list[str]:
    """The lines of the configuration that do not name a place."""
    block = HANDBOOK.read_text("utf-8").split("# /etc/turnserver.conf\n")[1].split("\n\n")[0]
    lines = [line.split("#")[0].strip() for line in block.splitlines()]
    return [line for line in lines if line and line.split("=")[0] not in PLACE]


@asynccontextmanager
async def relay(folder: Path, *more: str) -> AsyncIterator[Settings]:
    """A running coturn; settings that know it."""
    program = shutil.which("turnserver")
    if not program:
        pytest.skip("coturn is missing: scripts/needs.sh coturn")
    port, secret = free_port(), secrets.token_hex(16)
    lines = [
        *handbook(), f"static-auth-secret={secret}", f"listening-port={port}",
        "listening-ip=127.0.0.1", "no-tls", "no-dtls", "log-file=stdout", f"userdb={folder}/db",
        f"pidfile={folder}/pid", *more,
    ]  # fmt: skip
    (folder / "turn.conf").write_text("\n".join(lines))
    with (folder / "turn.log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            program, "-c", str(folder / "turn.conf"), stdout=log, stderr=log
        )
    try:
        await until(lambda: answers(port))
        yield Settings(turn_servers=f"turn:127.0.0.1:{port}", turn_secret=secret)
    finally:
        process.terminate()
        await process.wait()
        print((folder / "turn.log").read_text(errors="replace")[-3000:])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


async def test_a_peer_connects_through_the_relay_alone(tmp_path: Path) -> None:
    inside = "allowed-peer-ip=127.0.0.1"  # where the server of this test is
    async with relay(tmp_path, "relay-ip=127.0.0.1", "allow-loopback-peers", inside) as settings:
        [known] = ice_servers(settings, "lin")
        publisher = RTCPeerConnection(RTCConfiguration(iceServers=[RTCIceServer(**known)]))
        publisher.addTransceiver(microphone(), direction="sendonly")
        await publisher.setLocalDescription(await publisher.createOffer())
        sdp = re.sub(r"a=candidate:.* typ (host|srflx).*\r\n", "", publisher.localDescription.sdp)
        assert "typ relay" in sdp
        peer = Peer(time.monotonic, network=LOOPBACK)
        answer = await peer.answer(sdp, {"0": "audio"})
        await publisher.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await until(lambda: peer.connected)
        await publisher.close()
        await peer.close()


async def reaches(settings: Settings, peer: tuple[str, int], **changes: str) -> bool:
    """Whether a datagram can be sent through the relay to `peer`. TURN refuses with 403."""
    [known] = ice_servers(settings, "lin")
    known |= changes
    host, port = known["urls"].removeprefix("turn:").split(":")
    transport, protocol = await create_turn_endpoint(
        asyncio.DatagramProtocol,
        server_addr=(host, int(port)),
        username=known["username"],
        password=known["credential"],
    )
    del protocol
    inner = transport._TurnTransport__inner_protocol
    try:
        await inner.channel_bind(1 << 14, peer)
    except stun.TransactionError as refused:
        return not refused.response or refused.response.attributes["ERROR-CODE"][0] not in DENIED
    finally:
        await inner.delete()
    return True


INSIDE = ["127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1"]
OUTSIDE = "198.51.100.7"


async def test_inside_addresses_are_denied_mapped_ones_too(tmp_path: Path) -> None:
    async with relay(tmp_path, "relay-ip=127.0.0.1") as settings:
        assert await reaches(settings, (OUTSIDE, 9))
        for address in INSIDE:
            assert not await reaches(settings, (address, 9)), address
        for address in ("::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "fe80::1"):
            assert not await reaches(settings, (address, 9)), address


async def test_a_name_that_has_ended_or_is_forged_opens_nothing(tmp_path: Path) -> None:
    async with relay(tmp_path, "relay-ip=127.0.0.1") as settings:
        with pytest.raises(Exception, match=r"401|Unauthorized"):
            await reaches(settings, (OUTSIDE, 9), credential="AAAA")
        with pytest.raises(Exception, match=r"401|Unauthorized"):
            await reaches(settings, (OUTSIDE, 9), username="1000000000:lin")
