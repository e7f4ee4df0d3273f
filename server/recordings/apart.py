"""Work that blocks for long, in a thread, that ends when nobody waits for it any more."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def apart(work: Callable[[], T], end: Callable[[], None]) -> T:
    """What `work` returns or raises. `end` makes it stop early and tidies up; it is called once,
    and `work` is waited for, however this ends."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    finally:
        await asyncio.to_thread(end)
        await asyncio.gather(task, return_exceptions=True)
