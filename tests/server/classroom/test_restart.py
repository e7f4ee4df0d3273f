"""`kill -9` and SIGTERM in mid-class: everybody is back, and nothing of the class is lost."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from media.recording import Recording
from tests.media.publishing import until
from tests.server.classroom.crashing import crash, log_is_whole, log_of, served
from tests.server.classroom.returning import Returning, there


async def teach(teacher: Returning, on_stage: Returning, others: list[Returning]) -> int:
    """From the first sound to an open poll, two raised hands and one trainee on the stage."""
    await teacher.publish()
    await teacher.until("tracks_changed", person=teacher.member.id, tracks=["audio", "camera"])
    await teacher.send("start")
    await teacher.until("recording_started")
    await on_stage.send("raise_hand")
    await teacher.until("hand_raised", person=on_stage.member.id)
    await teacher.send("invite", person=on_stage.member.id)
    await on_stage.until("invited")
    await on_stage.send("accept")
    await on_stage.until("stepped_up", person=on_stage.member.id)
    await on_stage.publish()
    await teacher.until("tracks_changed", person=on_stage.member.id, tracks=["audio", "camera"])
    for other in others:
        await other.send("raise_hand")
        await other.send("say", text=f"{other.member.login} 举手")
    await teacher.send("turn_to", page=4)
    await teacher.send("open_poll", kind="single", question="选？", options=["甲", "乙"])
    poll = (await others[0].until("poll_opened"))["seq"]
    await on_stage.send("answer", poll=poll, choices=[1])
    await others[0].send("answer", poll=poll, choices=[0])
    await teacher.until("answered", person=others[0].member.id)
    await teacher.until("answered", person=on_stage.member.id)
    return int(poll)


def kept(state: dict[str, Any], pages: list[Returning], poll: int) -> None:
    """Seats, hands, page, chat and answers are what they were, as somebody who leads sees them."""
    teacher, on_stage, *others = [page.member.id for page in pages]
    assert (state["phase"], state["recording"], state["page"]) == ("live", "recording", 4)
    seats = {person["id"]: person["seat"] for person in state["people"].values()}
    assert seats == {teacher: 1, on_stage: 2, **dict.fromkeys(others, 0)}
    assert all(person["present"] for person in state["people"].values())
    assert [hand["person"] for hand in state["hands"]] == others
    assert [line["person"] for line in state["chat"]] == others
    [asked] = state["polls"]
    assert (asked["id"], asked["phase"], asked["counts"]) == (poll, "open", [1, 1])
    assert asked["answers"].keys() == {on_stage, others[0]}


async def test_a_server_that_is_killed_in_mid_class(tmp_path: Path) -> None:
    async with served(tmp_path, 3) as (room, server):
        members = [room.teacher, *room.trainees]
        address = f"http://127.0.0.1:{server.port}"
        async with there(address, room.room_id, members) as pages:
            teacher, on_stage, *others = pages
            poll = await teach(teacher, on_stage, others)
            await asyncio.sleep(3)
            on_stage.publishes = False  # their microphone does not come back
            killed = time.time()
            server.kill()
            await asyncio.to_thread(server.start)
            for page in pages:
                await page.back(2)
            kept(teacher.state, pages, poll)
            await others[1].send("answer", poll=poll, choices=[0])
            await teacher.until("answered", person=others[1].member.id)
            seen = teacher.state["seq"]
            await until(
                lambda: any(
                    event["seq"] > seen
                    for event in teacher.told(
                        "tracks_changed", person=teacher.member.id, tracks=["audio", "camera"]
                    )
                )
            )
            await asyncio.sleep(2)
            await teacher.send("end")
            await teacher.until("ended")
            await until(lambda: all(page.done for page in pages), 60)
        await asyncio.to_thread(server.stop)
        log_is_whole(await log_of(room), pages)
    programme = Recording.open(room.folder)
    assert programme.ended
    assert [gap.reason for gap in programme.gaps] == ["lost"]
    at = killed - programme.manifest.started
    ends = [span.take_end for span in programme.spans if span.take_start < at]
    assert len(ends) < len(programme.spans), "it went on in a span of its own"
    assert at - max(ends) < 2
    for page in (teacher, on_stage):
        own = Recording.open(room.folder / "people" / page.member.id)
        assert own.ended, page.member.login
        assert own.kinds == ("audio", "camera")
        assert sum(span.duration or 0 for span in own.spans) > 2


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_a_server_that_dies_again_and_again(tmp_path: Path) -> None:
    crashes = await crash(tmp_path, 40, 10, ("kill", "kill", "kill", "terminate"))
    assert max(one.lost for one in crashes) < 2
