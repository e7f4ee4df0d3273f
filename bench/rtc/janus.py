"""Janus, the C server people would pick: its VideoRoom, driven through its WebSocket."""

import asyncio
import itertools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

PORT = 18_188
ROOM = 1234
NEEDS = Path(__file__).parents[2] / "scripts" / "needs.sh"

_JANUS = """general: { configs_folder = "%(folder)s", plugins_folder = "%(base)s/plugins",
 transports_folder = "%(base)s/transports", events_folder = "%(base)s/events",
 loggers_folder = "%(base)s/loggers", debug_level = 2, log_to_stdout = true, session_timeout = 0 }
nat: { ice_ignore_list = "docker,vnet,eth,ens,enp", ice_lite = false, full_trickle = false }
media: { ipv6 = false }
plugins: { disable = "%(plugins)s" }
transports: { disable = "%(transports)s" }
events: { broadcast = false }
"""
_WEBSOCKETS = """general: { json = "compact", ws = true, ws_port = %(port)d, ws_ip = "127.0.0.1",
 wss = false }
admin: { admin_ws = false }
"""


def installed() -> str:
    """ "" if Janus is there (as root it is installed), else what is missing."""
    if shutil.which("janus") is None:
        done = subprocess.run([str(NEEDS), "janus"], capture_output=True, text=True)
        if shutil.which("janus") is None:
            return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no janus here"
    return "" if _base() else "Janus has no plugins here"


def _base() -> Path | None:
    found = sorted(Path("/usr/lib").glob("*/janus")) + sorted(Path("/usr/lib").glob("janus"))
    return found[0] if found else None


class Janus:
    """A running Janus with one room."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._socket: ClientConnection | None = None
        self._session = 0
        self._numbers = itertools.count(1)
        self._folder = tempfile.TemporaryDirectory()
        self._feed = 0
        self._events: list[dict[str, Any]] = []

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        folder, base = Path(self._folder.name), _base()
        assert base is not None
        others = {
            kind: ",".join(
                file.name
                for file in (base / kind).glob("*.so")
                if file.name not in ("libjanus_videoroom.so", "libjanus_websockets.so")
            )
            for kind in ("plugins", "transports")
        }
        words = {"folder": folder, "base": base, "port": PORT, **others}
        (folder / "janus.jcfg").write_text(_JANUS % words)
        (folder / "janus.transport.websockets.jcfg").write_text(_WEBSOCKETS % words)
        (folder / "janus.plugin.videoroom.jcfg").write_text("general: { }\n")
        with (folder / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                "janus", "-F", str(folder), stdout=log, stderr=log, env={**os.environ}
            )
        await self._connect()
        self._session = (await self._ask({"janus": "create"}))["data"]["id"]
        handle = await self._attach()
        made = await self._say(
            handle,
            {
                "request": "create",
                "room": ROOM,
                "publishers": 3,
                "audiocodec": "opus",
                "videocodec": "h264",
                "bitrate": 0,
            },
        )
        assert made["plugindata"]["data"].get("videoroom") == "created", made

    async def publish(self, sdp: str) -> str:
        """Publish with this offer; the answer."""
        handle = await self._attach()
        join = {"request": "join", "ptype": "publisher", "room": ROOM}
        self._feed = (await self._say(handle, join))["plugindata"]["data"]["id"]
        jsep = {"type": "offer", "sdp": sdp}
        done = await self._say(handle, {"request": "publish"}, jsep)
        return str(done["jsep"]["sdp"])

    async def watch(self) -> tuple[int, str]:
        """A new viewer's handle and the offer for it."""
        handle = await self._attach()
        join = {
            "request": "join",
            "ptype": "subscriber",
            "room": ROOM,
            "streams": [{"feed": self._feed}],
        }
        done = await self._say(handle, join)
        return handle, str(done["jsep"]["sdp"])

    async def begin(self, handle: int, sdp: str) -> None:
        """The viewer's answer."""
        await self._say(handle, {"request": "start"}, {"type": "answer", "sdp": sdp})

    async def stop(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._folder.cleanup()

    def log(self) -> str:
        return (Path(self._folder.name) / "log").read_text(errors="replace")[-2000:]

    async def _connect(self) -> None:
        async with asyncio.timeout(15):
            while self._socket is None:
                try:
                    self._socket = await connect(
                        f"ws://127.0.0.1:{PORT}", subprotocols=["janus-protocol"], proxy=None
                    )
                except OSError:
                    await asyncio.sleep(0.1)

    async def _attach(self) -> int:
        asked = {"janus": "attach", "plugin": "janus.plugin.videoroom"}
        return int((await self._ask(asked))["data"]["id"])

    async def _say(
        self, handle: int, body: dict[str, Any], jsep: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        asked = {"janus": "message", "handle_id": handle, "body": body}
        return await self._ask({**asked, **({"jsep": jsep} if jsep else {})})

    async def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        assert self._socket is not None
        number = str(next(self._numbers))
        if self._session:
            message["session_id"] = self._session
        await self._socket.send(json.dumps({**message, "transaction": number}))
        async with asyncio.timeout(20):
            while True:
                answer: dict[str, Any] = json.loads(await self._socket.recv())
                if answer.get("transaction") == number and answer["janus"] != "ack":
                    if answer["janus"] == "error":
                        raise RuntimeError(str(answer["error"]))
                    return answer
