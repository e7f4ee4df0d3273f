"""Takes made as people make them: a file brought along, in pieces."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import httpx

from server.uploads.pages import TYPE
from tests.conftest import Visitor

PIECE = 200_000
T = TypeVar("T")


async def begin(visitor: Visitor, name: str, size: int, **more: str) -> httpx.Response:
    """Announce an upload."""
    return await visitor.post_json("/uploads", {"file_name": name, "bytes": size, "about": more})


async def piece(visitor: Visitor, address: str, offset: int, data: bytes) -> httpx.Response:
    """Send a piece of it."""
    headers = {
        "x-csrf-token": visitor.csrf,
        "content-type": TYPE,
        "upload-offset": str(offset),
        "accept": "application/json",
    }
    return await visitor.http.patch(address, content=data, headers=headers)


async def upload(visitor: Visitor, name: str, data: bytes, **more: str) -> httpx.Response:
    """The whole of it; the answer to the last piece."""
    begun = await begin(visitor, name, len(data), **more)
    if begun.status_code != 201:
        return begun
    for offset in range(0, len(data), PIECE):
        answer = await piece(
            visitor, begun.headers["location"], offset, data[offset : offset + PIECE]
        )
    return answer


async def take_of(visitor: Visitor, file: Path, **more: str) -> str:
    """The address of a take made of `file`."""
    answer = await upload(visitor, file.name, await asyncio.to_thread(file.read_bytes), **more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["page"])


async def eventually(probe: Callable[[], Awaitable[T]], seconds: float = 60) -> T:
    """What `probe` gives as soon as that is true."""
    async with asyncio.timeout(seconds):
        while True:
            if found := await probe():
                return found
            await asyncio.sleep(0.05)


async def until(
    visitor: Visitor, take: str, *states: str, seconds: float = 120
) -> dict[str, object]:
    """Wait for one of `states`; the progress then."""
    async with asyncio.timeout(seconds):
        while True:
            progress = (await visitor.http.get(f"{take}/progress")).json()
            if progress["state"] in states:
                return dict(progress)
            assert progress["state"] != "failed", progress
            await asyncio.sleep(0.1)


async def until_it_plays(visitor: Visitor, take: str, seconds: float = 60) -> str:
    """Wait until the take has a recording; the address of its master playlist."""

    async def address() -> str:
        page = (await visitor.get(take)).text
        return page.split('take-player-src-value="')[1].split('"')[0]

    return await eventually(address, seconds)
