"""Evidence is only added to."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError

from server.accounts.person import Person
from server.attendance.evidence import Evidence, add, facts_of
from server.attendance.fact import Fact
from server.lessons.lesson import Lesson
from server.store.database import now
from tests.server.lessons.making import School


async def _count(school: School) -> int:
    async with school.site.house.database.session() as session:
        return int(await session.scalar(select(func.count()).select_from(Evidence)) or 0)


async def test_a_fact_is_kept_once_and_neither_changed_nor_taken_away(school: School) -> None:
    lesson = await school.lesson()
    an, database = school.site.people["an"].id, school.site.house.database
    fact = Fact("joined", "room:x:1", now(), an, source="room")
    async with database.session() as session:
        assert await add(session, lesson.id, fact, fact) == 1
    async with database.session() as session:
        assert await add(session, lesson.id, fact) == 0
        found = await facts_of(session, lesson.id, an)
    assert [(one.kind, one.key, one.at) for one in found] == [("joined", "room:x:1", fact.at)]
    later = now() + timedelta(hours=1)
    for change in (update(Evidence).values(at=later), delete(Evidence)):
        with pytest.raises(IntegrityError, match="never"):
            async with database.session() as session:
                await session.execute(change)
    assert await _count(school) == 1


async def test_evidence_goes_with_its_person_and_with_its_lesson(school: School) -> None:
    people, database = school.site.people, school.site.house.database
    first, second = await school.lesson(), await school.lesson()
    async with database.session() as session:
        for lesson in (first, second):
            await add(
                session,
                lesson.id,
                Fact("joined", "a", now(), people["an"].id, by=people["zhou"].id),
                Fact("joined", "b", now(), people["bo"].id),
                Fact("ended", "c", now()),
            )
    async with database.session() as session:
        await session.execute(text("DELETE FROM person WHERE login = 'bo'"))
        await session.execute(delete(Person).where(Person.login == "zhou"))
    assert await _count(school) == 4
    async with database.session() as session:
        await session.execute(delete(Lesson).where(Lesson.id == first.id))
        (by,) = await session.scalars(select(Evidence.by).where(Evidence.key == "a"))
    assert await _count(school) == 2
    assert by is None
