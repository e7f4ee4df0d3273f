"""However many lessons, people and entries there are, the database is asked as often."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from server.accounts.person import Person
from server.attendance.result import StoredResult
from server.courses.cohort import Cohort, CohortMember
from server.http.context import House
from server.lessons.lesson import Lesson
from server.records.board import board_of
from server.records.mapped import map_of
from server.records.sections import Asked, Trajectory
from server.store.database import new_id, now
from server.studying.quiz import QuizAttempt, QuizQuestion
from tests.conftest import Site
from tests.server.lessons.making import School, found_school


@contextmanager
def counting(house: House) -> Iterator[list[str]]:
    """What the database is asked meanwhile by this task; others go on behind it."""
    asked: list[str] = []
    ours = asyncio.current_task()

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if asyncio.current_task() is ours:
            asked.append(statement)

    engine = house.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


async def fill(school: School, people: int, lessons: int) -> Person:
    """So many more trainees and lessons, everybody's attendance and answers; one of them."""
    moment = now()
    async with school.site.house.database.session() as session:
        made = [Person(id=new_id(), login=new_id(), name=f"学员{n}") for n in range(people)]
        session.add_all(made)
        given = [
            Lesson(
                id=new_id(), course_id=school.course_id, title=f"第{n % 40}课", minutes=45,
                starts_at=moment - timedelta(hours=n + 1), ended_at=moment,
            )
            for n in range(lessons)
        ]  # fmt: skip
        session.add_all(given)
        await session.flush()
        session.add_all(CohortMember(cohort_id=school.cohort_id, person_id=p.id) for p in made)
        questions = [
            QuizQuestion(id=new_id(), lesson_id=one.id, at=1.0, kind="text", question="为什么？")
            for one in given
        ]
        session.add_all(questions)
        await session.flush()
        for n, person in enumerate(made):
            for k, lesson in enumerate(given):
                status = ("present", "late", "absent", "excused", "recorded")[(n * k) % 5]
                session.add(
                    StoredResult(
                        lesson_id=lesson.id, person_id=person.id, status=status, reckoned=status,
                        minutes=40, share=0.9, reasons=[],
                    )
                )  # fmt: skip
                session.add(
                    QuizAttempt(
                        question_id=questions[k].id, person_id=person.id, number=1, answer=["因为"],
                        right=bool((n + k) % 3),
                    )
                )  # fmt: skip
    async with school.site.house.database.session() as session:
        return await session.get_one(Person, made[0].id)


async def asked_for(school: School, person: Person) -> tuple[int, int]:
    """How many questions the board takes, and the first page of a record with its map."""
    house = school.site.house
    async with house.database.session() as session:
        cohort = await session.scalar(select(Cohort).where(Cohort.id == school.cohort_id))
    with counting(house) as board:
        await board_of(house, cohort)
    with counting(house) as record:
        async with house.database.session() as session:
            asked = Asked(person.id, own=True)
            await house.part(Trajectory).page(session, asked)
        await map_of(house, person)
    return len(board), len(record)


@pytest.fixture
async def school(site: Site) -> School:
    """A course with its people."""
    return await found_school(site)


async def test_more_people_and_lessons_take_no_more_questions(school: School) -> None:
    person = await fill(school, 2, 2)
    few = await asked_for(school, person)
    await fill(school, 12, 15)
    assert await asked_for(school, person) == few
    assert max(few) < 50


@pytest.mark.long
async def test_a_cohort_of_two_hundred_and_a_hundred_lessons(school: School) -> None:
    person = await fill(school, 200, 100)
    house = school.site.house
    async with house.database.session() as session:
        cohort = await session.get_one(Cohort, school.cohort_id)
    board = await board_of(house, cohort)
    assert len(board.rows) == 201
    assert len(board.lessons) == 24
    zhou = await school.site.sign_in("zhou")
    assert (await zhou.get(f"/cohorts/{cohort.id}/record")).status_code == 200
    assert (await zhou.get(f"/record/{person.id}")).status_code == 200
