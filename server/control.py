"""The control socket: orders of the console to the server that works on the folder.

`control` in the data folder, for the operator alone (mode 0600). One JSON object in, one out, each
on one line: `{"type": "open_room", …}` → `{"done": {…}}` or `{"error": KEY, "params": {…}}`.
"""

import asyncio
import json
import os
import socket
from pathlib import Path
from typing import Any

import msgspec
import structlog

from server.classroom.rooms import Rooms
from server.classroom.tokens import Tokens
from server.errors import Invalid, Problem
from server.hearing.ear import Ear
from server.http.context import House
from server.http.forms import decode
from server.i18n import Translator
from server.orders import AnyOrder, ImportRoster, carry_out
from server.settings import Settings
from server.store.database import Database, sqlite_url
from server.store.folder import DataFolder, FolderInUse

log = structlog.get_logger()

NAME = "control"
LONGEST_LINE = 16 * 1024
ORDER_S = 10.0  # for an order to arrive
ANSWER_S = 120.0  # for a recording to be complete
ROSTER_S = 3600.0  # for 100 000 people to be written
AT_ONCE = 8


class Control:
    """The server's end."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._server: asyncio.Server | None = None
        self._free = asyncio.Semaphore(AT_ONCE)

    async def start(self) -> None:
        """Listen. The folder's lock is ours, so what lies there is left over."""
        path = self._house.folder.path / NAME
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            _with_short_path(path, listener.bind)
        finally:
            os.umask(before)
        self._server = await asyncio.start_unix_server(
            self._serve, sock=listener, limit=LONGEST_LINE
        )

    async def stop(self) -> None:
        """Listen no more."""
        if self._server:
            self._server.close()
            (self._house.folder.path / NAME).unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self._free:
                answer = await self._answer(reader)
                writer.write(json.dumps(answer).encode() + b"\n")
                async with asyncio.timeout(ORDER_S):
                    await writer.drain()
        except (OSError, TimeoutError) as problem:
            log.info("an order was broken off", reason=type(problem).__name__)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> dict[str, Any]:
        try:
            async with asyncio.timeout(ORDER_S):
                line = await reader.readuntil(b"\n")
            order: AnyOrder = decode(line, AnyOrder)  # type: ignore[arg-type]
            log.info("order", kind=type(order).__name__)
            return {"done": await carry_out(self._house, order, serving=True)}
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return _refused(Invalid())
        except Problem as problem:
            return _refused(problem)
        except (OSError, TimeoutError):
            raise
        except Exception:
            log.exception("an order failed")
            return _refused(Problem())


def _refused(problem: Problem) -> dict[str, Any]:
    return {"error": problem.key, "params": problem.params}


def order(settings: Settings, wanted: AnyOrder, words: Translator) -> dict[str, Any]:
    """Have the running server do it, or do it here where none runs.

    Raises ValueError with a sentence; OSError where the folder cannot be used.
    """
    try:
        wanted = decode(line := msgspec.json.encode(wanted), AnyOrder)  # type: ignore[arg-type]
    except Invalid as problem:
        raise ValueError(f"{problem.params['detail']}.") from None
    patience = ROSTER_S if isinstance(wanted, ImportRoster) else ANSWER_S
    answer = _ask(settings.data.resolve() / NAME, line + b"\n", patience)
    if answer is None:
        answer = asyncio.run(_alone(settings, wanted))
    if "done" in answer:
        done: dict[str, Any] = answer["done"]
        return done
    raise ValueError(words.t(answer["error"], **answer["params"]))


def _ask(path: Path, line: bytes, patience: float) -> dict[str, Any] | None:
    """The server's answer; None where nobody listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.settimeout(patience)
        try:
            _with_short_path(path, server.connect)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        try:
            server.sendall(line)
            with server.makefile("rb") as replies:
                reply = replies.readline()
        except TimeoutError:
            reply = b""
    if not reply.endswith(b"\n"):
        raise OSError("the server did not answer.")
    answer: dict[str, Any] = json.loads(reply)
    return answer


async def _alone(settings: Settings, wanted: AnyOrder) -> dict[str, Any]:
    """With the folder's lock in our hand."""
    if not settings.data.is_dir():
        raise OSError(f"there is no data folder {settings.data}. Name one with --data.")
    folder = DataFolder(settings.data)
    try:
        folder.open()
    except FolderInUse as problem:
        raise OSError(f"{str(problem).rstrip('.')}, but does not answer yet.") from None
    house = House(
        settings, folder, Database(settings.database_url or sqlite_url(folder.database_file))
    )
    house.add(Ear(settings, folder, house.bus))
    house.add(Rooms(house))
    house.add(Tokens(house))
    try:
        await house.database.migrate()
        return {"done": await carry_out(house, wanted, serving=False)}
    except Problem as problem:
        return _refused(problem)
    finally:
        await house.database.close()
        folder.close()


def _with_short_path(path: Path, use: Any) -> None:
    """Addresses of Unix sockets hold 107 bytes; folders may lie deeper."""
    if len(os.fsencode(path)) < 100:
        use(str(path))
        return
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        use(f"/proc/self/fd/{handle}/{path.name}")
    finally:
        os.close(handle)
