"""PROTOCOL.md is enough to write a client from, and names every message there is."""

import asyncio
import json
from pathlib import Path

import pytest

from server.accounts.sessions import COOKIE
from server.classroom import protocol, things
from server.classroom.acts import recording
from server.classroom.acts.recording import TurnTo
from server.classroom.event import Unseen
from server.classroom.room_events import EVENTS, defined_in
from server.classroom.rooms import Rooms
from server.classroom.state import RoomState
from server.errors import Invalid, TooLarge
from tests.conftest import Site
from tests.media.publishing import until
from tests.server.classroom.example_client import Follower, follow
from tests.server.classroom.opening import open_room
from tests.server.classroom.publisher import Publisher
from tests.server.classroom.scenarios import SCENARIOS

TEXT = (Path(__file__).parent.parent.parent.parent / "PROTOCOL.md").read_text("utf-8")
FOLLOWED = (
    *("phase", "recording", "media", "started_at", "ended_at", "end_reason", "elapsed", "seq"),
    *("running_since", "page", "segment", "segment_from", "lines", "at"),
)
SENT = defined_in((protocol,), protocol.Message)


@pytest.mark.parametrize(
    "kind", [*EVENTS, Unseen, *protocol.COMMANDS, *SENT[1:]], ids=lambda kind: kind.__name__
)
def test_every_message_and_its_fields_are_written_down(kind) -> None:
    name = kind.__struct_config__.tag
    rows = [line for line in TEXT.splitlines() if line.startswith("|") and f"`{name}`" in line]
    fields = set(kind.__struct_fields__) - {"seq", "at", "id"}
    assert any(all(f"`{field}`" in row for field in fields) for row in rows), rows


@pytest.mark.parametrize("kind", [RoomState, *defined_in((things,), things.Thing)[1:]])
def test_every_part_of_the_state_is_written_down(kind) -> None:
    for field in kind.__struct_fields__:
        assert f"`{field}`" in TEXT


def test_the_version_and_the_limits_are_written_down() -> None:
    assert protocol.VERSION in TEXT
    assert "64 KiB" in TEXT


def test_what_is_too_long_is_not_even_parsed() -> None:
    with pytest.raises(TooLarge):
        protocol.read(" " * (protocol.LARGEST_MESSAGE + 1))


def test_a_command_is_what_it_says() -> None:
    assert protocol.read('{"type": "turn_to", "page": 3, "id": 9}') == TurnTo(page=3, id=9)
    with pytest.raises(Invalid):
        protocol.read('{"type": "turn_to", "page": true}')


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_the_example_client_ends_with_the_state_of_the_room(scenario) -> None:
    story = json.loads(json.dumps(scenario().data()))
    follower = Follower(story["snapshot"])
    for event in story["events"]:
        follower.apply(event)
    for field in FOLLOWED:
        assert follower.state[field] == story["state"][field], field


async def test_the_example_client_turns_slides_in_a_real_room(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    rooms = site.house.part(Rooms)
    following = asyncio.create_task(
        follow(site.address, lin.http.cookies[COOKIE], room_id, [0.5, 1.0])
    )
    async with Publisher(lin, room_id):
        running = await rooms.running(room_id)
        await until(lambda: running.state.media == "connected" and running.presence.members)
        await running.do(recording.begin)
        await until(lambda: running.state.page == 3)
        await rooms.end(room_id)
    follower = await asyncio.wait_for(following, 30)
    assert follower.state["page"] == 3
    assert follower.state["end_reason"] == "asked"
    assert follower.state["elapsed"] >= 1000
