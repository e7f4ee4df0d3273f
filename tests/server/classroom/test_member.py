"""The outbox of one socket."""

import json

from server.classroom.acts.recording import SlideTurned
from server.classroom.event import Event
from server.classroom.member import Member
from server.classroom.protocol import Ping, Snapshot, write
from server.i18n import Translator
from tests.server.classroom.opening import fresh_state


def member(limit: int = 4) -> Member:
    return Member("lin", Translator("zh"), lambda: Snapshot(fresh_state(), 0), limit)


def put(to: Member, event: Event) -> None:
    to.put_event(event, write(event))


async def sent(to: Member) -> list[str]:
    """What the socket would send until the farewell."""
    to.close(1000, "ended")
    return [json.loads(text)["type"] async for text in to.messages()]


async def test_a_snapshot_comes_first() -> None:
    lin = member()
    put(lin, SlideTurned(seq=1, at=1, page=2))
    lin.put(Ping(5))
    assert await sent(lin) == ["snapshot", "ping"], "the snapshot has the event in it"


async def test_who_falls_behind_gets_a_snapshot_instead() -> None:
    lin = member(limit=4)
    reading = lin.messages()
    assert json.loads(await anext(reading))["type"] == "snapshot"
    for number in range(1, 6):
        put(lin, SlideTurned(seq=number, at=number, page=number))
    assert lin.resynchronised == 1
    assert json.loads(await anext(reading))["type"] == "snapshot"
    put(lin, SlideTurned(seq=6, at=6, page=1))
    assert json.loads(await anext(reading))["seq"] == 6


async def test_the_first_farewell_counts() -> None:
    lin = member()
    lin.close(4409, "taken_over")
    lin.close(1000, "ended")
    assert lin.farewell == (4409, "taken_over")
