"""From rooms and from what people watch to results, across restarts and rooms that end."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.attendance.evidence import Stale, add, facts_of
from server.attendance.fact import Fact
from server.attendance.reckoning import Result
from server.attendance.result import LessonAttendance, StoredResult
from server.attendance.results import of_lesson, of_person, settle
from server.attendance.service import Attendance
from server.classroom.rooms import Rooms
from server.events import AttendanceChanged, WatchedMore
from server.lessons.lesson import Lesson
from server.store.database import now
from tests.server.classroom.opening import page_of
from tests.server.lessons.making import School
from tests.server.takes.making import eventually


async def results(school: School, lesson: Lesson) -> dict[str, Result]:
    """By sign-in name, as a page would show them now."""
    names = {person.id: login for login, person in school.site.people.items()}
    async with school.site.house.database.session() as session:
        found = await of_lesson(session, await session.get_one(Lesson, lesson.id))
    return {names[person]: result for person, result in found.items()}


async def facts(school: School, lesson: Lesson) -> list[Fact]:
    async with school.site.house.database.session() as session:
        return sorted(await facts_of(session, lesson.id), key=lambda one: one.at)


async def given(school: School, lesson: Lesson, *facts: Fact) -> None:
    await school.site.house.part(Attendance).add(lesson.id, *facts)


def came(school: School, lesson: Lesson, login: str = "an", **more: Any) -> Fact:
    person = school.site.people[login].id
    return Fact("joined", f"joined:{login}", lesson.starts_at, person, **{"source": "room", **more})


async def test_who_enters_the_room_is_there_until_it_ends(school: School) -> None:
    lesson = await school.lesson(timedelta(minutes=-20))
    an, changed = await school.site.sign_in("an"), []
    school.site.house.bus.subscribe(AttendanceChanged, changed.append)
    room = (await an.post(f"/lessons/{lesson.id}/enter")).headers["location"].split("/")[-1]
    async with page_of(school.site, an, room) as page:
        await page.until("snapshot")
        found = (await results(school, lesson))["an"]
        assert (found.status, found.here) == ("late", True)
        assert (await results(school, lesson))["an"].here, "read twice"
        await school.site.house.part(Rooms).end(room)

    async def settled() -> list[object]:
        await school.site.house.part(Attendance).look()
        return changed

    await eventually(settled)
    assert [fact.kind for fact in await facts(school, lesson)] == ["joined", "ended"]
    assert set(changed[0].person_ids) == {school.site.people["an"].id}
    async with school.site.house.database.session() as session:
        ((told, result),) = await of_person(session, school.site.people["an"].id)
        pinned = await session.get_one(LessonAttendance, lesson.id)
    assert (told.id, result.status) == (lesson.id, "absent")  # a second of twenty minutes
    assert pinned.pinned_at
    assert pinned.roster == [school.site.people["an"].id]


async def test_results_are_made_up_again_after_a_crash(school: School) -> None:
    lesson = await school.lesson(timedelta(hours=-2))
    left = Fact("left", "left", lesson.ends_at, school.site.people["an"].id, source="room")
    async with school.site.house.database.session() as session:  # and then the server is killed
        await add(session, lesson.id, came(school, lesson), left)
    service = school.site.house.part(Attendance)
    await service.stop()
    async with school.site.house.database.session() as session:
        await session.execute(delete(StoredResult))
    await service.look()
    await service.look()
    async with school.site.house.database.session() as session:
        ((_, result),) = await of_person(session, school.site.people["an"].id)
        assert not await session.scalar(select(Stale.id).limit(1))
    assert (result.status, result.share) == ("present", 1.0)
    assert await results(school, lesson) == {"an": result}


async def test_the_time_the_server_was_down_is_known(school: School) -> None:
    lesson = await school.lesson(timedelta(minutes=-40))
    an = await school.site.sign_in("an")
    await an.post(f"/lessons/{lesson.id}/enter")
    service = school.site.house.part(Attendance)
    await service.stop()
    await service.look()
    seen = now() - timedelta(minutes=30)
    async with school.site.house.database.session() as session:
        await session.execute(update(LessonAttendance).values(alive_at=seen))
    again = Attendance(school.site.house)
    await again.start()
    await again.stop()
    (outage,) = [fact for fact in await facts(school, lesson) if fact.kind == "outage"]
    assert outage.at == seen
    assert outage.until
    assert outage.until > seen + timedelta(minutes=29)


async def test_what_is_watched_is_evidence_in_steps(school: School) -> None:
    lesson, bus = await school.lesson(timedelta(hours=-3)), school.site.house.bus
    await given(school, lesson, Fact("began", "began", lesson.starts_at))
    an = school.site.people["an"].id
    for share in (0.01, 0.51, 0.52, 0.49, 1.0):
        bus.publish(WatchedMore(an, lesson.id, "a recording", share))
        await bus.settle()
    kept = [fact.body["share"] for fact in await facts(school, lesson) if fact.kind == "watched"]
    assert kept == [0.5, 0.45, 1.0]
    assert (await results(school, lesson))["an"].status == "recorded"


async def test_only_the_roster_has_a_status_and_it_is_pinned(school: School) -> None:
    lesson = await school.lesson(timedelta(hours=-3))
    await given(school, lesson, came(school, lesson), came(school, lesson, "bo"))
    await school.site.house.part(Attendance).look()
    assert set(await results(school, lesson)) == {"an"}
    visitor = await school.site.sign_in("zhou")
    await visitor.get(f"/cohorts/{school.cohort_id}")
    await visitor.post(f"/cohorts/{school.cohort_id}/members", {"login": "bo", "part": "trainee"})
    await given(school, lesson, Fact("left", "left", lesson.ends_at, school.site.people["an"].id))
    await school.site.house.part(Attendance).look()
    assert set(await results(school, lesson)) == {"an"}, "who came to the class later was not meant"


async def test_one_lesson_that_cannot_be_reckoned_keeps_no_other_waiting(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    lessons = [await school.lesson(timedelta(hours=-3)) for _ in range(3)]
    await school.site.house.part(Attendance).stop()
    for lesson in lessons:
        await given(school, lesson, came(school, lesson))

    async def fails(session: AsyncSession, lesson: Lesson) -> tuple[str, ...]:
        if lesson.id == lessons[1].id:
            raise ValueError("a fault")
        return await settle(session, lesson)

    monkeypatch.setattr("server.attendance.service.settle", fails)
    await school.site.house.part(Attendance).look()
    async with school.site.house.database.session() as session:
        kept = set(await session.scalars(select(StoredResult.lesson_id)))
    assert kept == {lessons[0].id, lessons[2].id}
