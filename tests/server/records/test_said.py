"""What was asked and answered in a live room comes into the record, if it was not anonymous."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from server.classroom.event_log import StoredEvent, StoredRoom
from server.classroom.state import RoomState
from server.classroom.things import Agenda, Answer, Poll, Question
from server.records.said import Listening, Spoken
from server.store.database import new_id, now
from tests.conftest import Site
from tests.server.lessons.making import School, found_school


@pytest.fixture
async def school(site: Site) -> School:
    """A course with its people."""
    return await found_school(site)


async def test_questions_and_named_answers_are_found_and_words_stay_in_the_log(
    school: School,
) -> None:
    site, an = school.site, school.site.people["an"].id
    named = Poll(
        3, 9000, "single", "一个网格多少户？", ("300", "3000"), (0,), answers={an: Answer((0,))}
    )
    secret = Poll(
        4, 9500, "single", "讲得快吗？", ("快", "慢"), (), True, answers={an: Answer((1,))}
    )
    state = RoomState(
        questions=(Question(2, 5000, an, "安学员", "楼道算谁的？"),), polls=(named, secret),
        room_id="room", kind="lesson", title="课", owner="lin", owner_name="林", language="zh",
        agenda=Agenda(), seq=10, phase="ended",
    )  # fmt: skip
    room = StoredRoom(
        id=new_id(), kind="lesson", owner_id=site.people["lin"].id, folder="x", after="/",
        ended_at=now(), snapshot=msgspec.to_builtins(state),
    )  # fmt: skip
    async with site.house.database.session() as session:
        session.add(room)
        await session.flush()
        for seq, body in (
            (2, {"type": "asked", "text": "楼道算谁的？"}),
            (3, {"type": "poll_opened", "question": "一个网格多少户？"}),
        ):
            session.add(StoredEvent(room_id=room.id, seq=seq, at=0, body=body))
    await school.lesson(-timedelta(hours=2), room_id=room.id)
    for _ in range(2):
        await site.house.part(Listening).read(room.id)
    async with site.house.database.session() as session:
        rows = list(await session.scalars(select(Spoken).order_by(Spoken.about)))
    assert [(row.about, row.kind, row.right) for row in rows] == [
        (2, "asked", None),
        (3, "polled", True),
    ]
    visitor = await site.sign_in("an")
    page = (await visitor.get("/record?kind=talk")).text
    assert "楼道算谁的？" in page
    assert "一个网格多少户？" in page
    async with site.house.database.session() as session:
        event = await session.get_one(StoredEvent, (room.id, 2))
        event.body = {"type": "unseen", "seq": 2, "at": 0}
    page = (await visitor.get("/record?kind=talk")).text
    assert "楼道算谁的？" not in page, "what is forgotten there is forgotten here"
