"""The ledger follows the evidence: exactly once, with what is taken back in plain sight."""

from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.accounts.person import Person
from server.comments.comment import Comment
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import CourseCohort
from server.events import HoursChanged, QuizAnswered
from server.hours.ledger import adjust, goal, keep, recognise, total, withdraw
from server.hours.line import HoursLine, HoursReckoned
from server.hours.reckoning import Reckoning, year_span
from server.hours.rules import EXAMPLE
from server.lessons.lesson import Lesson
from server.store.database import new_id, now
from server.studying.quiz import QuizAttempt, QuizQuestion
from tests.conftest import SiteMaker
from tests.server.hours.making import Office
from tests.server.lessons.making import School, at
from tests.server.lessons.test_recording_pages import held as recorded
from tests.server.studying.test_watching_pages import opened, report

SHANGHAI = ZoneInfo("Asia/Shanghai")


async def test_a_changed_attendance_takes_the_line_back(office: Office) -> None:
    told = list[HoursChanged]()
    office.school.site.house.bus.subscribe(HoursChanged, told.append)  # type: ignore[arg-type]
    lesson = await office.held(minutes=30)
    (line,) = await office.lines()
    assert (line.hours, line.rule, line.rule_version, line.source_id) == (
        1.0,
        "attended",
        1,
        lesson.id,
    )
    assert line.why == (
        "attended",
        {
            "seconds": 1800,
            "status": "present",
            "share": 100,
            "band": {"over": 30, "amount": 100, "included": True},
        },
    )
    assert told == [HoursChanged(office.id("an"), office.year)]
    await office.attendance(lesson, "an", "present")
    assert len(await office.lines()) == 1, "the same again"

    await office.attendance(lesson, "an", "absent")
    assert [(one.amount, one.state) for one in await office.lines()] == [
        (-100, "reversal"),
        (100, "reversed"),
    ]
    assert [entry.why for entry in await office.missed()] == ["status"]
    await office.attendance(lesson, "an", "late")
    assert sorted(one.state for one in await office.lines()) == ["counted", "reversal", "reversed"]
    assert await office.totals() == {"an": 100}
    assert await office.missed() == []
    async with office.school.site.house.database.session() as session:
        assert await total(session, office.id("an"), office.year) == 1.0
        assert await goal(session, office.year) == 50.0


async def test_live_and_recorded_count_once_and_a_quiz_beside(office: Office) -> None:
    lesson = await recorded(office.school)  # a minute long
    an = await office.school.site.sign_in("an")
    page = await opened(an, lesson.id)
    await report(an, lesson.id, page, (0, 0, 40, 0, 40))
    await office.school.site.house.bus.settle()
    await office.reckoning.settle()
    assert [entry.why for entry in await office.missed()] == ["watched.short"]
    await report(an, lesson.id, page, (0, 0, 50, 0, 50))
    await office.school.site.house.bus.settle()
    await office.reckoning.settle()
    (line,) = await office.lines()
    assert (line.rule, line.amount, line.why[1]["seconds"]) == ("watched", 25, 60)
    await office.attendance(lesson, "an", "present")
    assert await office.totals() == {"an": 100}
    assert [entry.why for entry in await office.missed()] == ["twice"]

    question = QuizQuestion(
        id=new_id(), lesson_id=lesson.id, at=None, kind="number", question="?", correct=[3, 0],
        made_at=now() - timedelta(hours=1),
    )  # fmt: skip
    async with office.school.site.house.database.session() as session:
        session.add(question)
        await session.flush()
        for number, right in ((1, False), (2, True)):
            session.add(
                QuizAttempt(
                    question_id=question.id, person_id=office.id("an"), number=number, answer=[3],
                    right=right,
                )
            )  # fmt: skip
    bus = office.school.site.house.bus
    bus.publish(QuizAnswered(office.id("an"), lesson.id, question.id, 2, True))
    await bus.settle()
    await office.reckoning.settle()
    assert await office.totals() == {"an": 150}
    async with office.school.site.house.database.session() as session:
        session.add(
            Comment(
                subject_kind="lesson", subject_id=lesson.id, author_id=office.id("an"), at=1.0,
                text="好",
            )
        )  # fmt: skip
    assert await office.reckoning.entries([office.id("an")], office.year, EXAMPLE) != {}
    assert await office.totals() == {"an": 150}


async def test_two_cohorts_with_the_same_lesson_count_once(office: Office) -> None:
    async with office.school.site.house.database.session() as session:
        other = Cohort(name="春季班")
        session.add(other)
        await session.flush()
        session.add(CourseCohort(course_id=office.school.course_id, cohort_id=other.id))
        session.add(CohortMember(cohort_id=other.id, person_id=office.id("an")))
    await office.held()
    assert await office.totals() == {"an": 100}


async def test_a_year_is_the_schools_own(office: Office) -> None:
    """31 Dec 23:30 in Shanghai is 15:30 UTC; the lesson goes on into the next year."""
    reckoning, an = office.reckoning, office.id("an")
    for day in ("2023-12-31 23:30", "2024-02-29 23:59", "2024-12-31 23:30", "2025-01-01 00:00"):
        moment = at(day)
        await office.held(starts=moment - now(), title=day, minutes=60)
    for year in (2023, 2024, 2025):
        reckoning.wake(an, year)
    await reckoning.settle()
    found = {
        year: [one.title for one in await office.lines(year=year)] for year in range(2023, 2026)
    }
    assert found == {
        2023: ["2023-12-31 23:30"],
        2024: ["2024-12-31 23:30", "2024-02-29 23:59"],
        2025: ["2025-01-01 00:00"],
    }
    assert reckoning.year_of(at("2024-12-31 23:59")) == 2024
    since, until = year_span(2024, SHANGHAI)
    assert (until - since).days == 366


async def test_what_people_decide_is_a_line(office: Office) -> None:
    an, xue, year = office.id("an"), office.id("xue"), office.year
    database = office.school.site.house.database
    async with database.session() as session:
        for _ in range(2):
            await recognise(session, an, year, 8, "urn:x", xue, "他校研修", "省委党校")
        await adjust(session, an, year, -3.5, xue, "重复登记")
    await office.reckoning.settle()
    assert await office.totals() == {"an": 450}
    assert {(one.rule, one.hours) for one in await office.lines()} == {
        ("recognised", 8.0),
        ("adjusted", -3.5),
    }
    async with database.session() as session:
        assert await withdraw(session, an, "recognised", "urn:x", xue, "证书已撤销")
        assert not await withdraw(session, an, "recognised", "urn:x", xue, "再次")
    await office.reckoning.settle()
    assert await office.totals() == {}, "nobody has fewer than none"
    assert sum(one.amount for one in await office.lines()) == 0


async def test_what_was_counted_outlives_its_evidence(office: Office) -> None:
    lesson = await office.held()
    async with office.school.site.house.database.session() as session:
        await session.execute(delete(Lesson).where(Lesson.id == lesson.id))
    office.reckoning.wake(office.id("an"))
    await office.reckoning.settle()
    (line,) = await office.lines()
    assert (line.amount, line.state, line.title) == (100, "counted", "网格化管理")


async def test_a_cancelled_lesson_counts_nothing(office: Office) -> None:
    lesson = await office.held()
    async with office.school.site.house.database.session() as session:
        (await session.get_one(Lesson, lesson.id)).cancelled_at = now()
    await office.attendance(lesson, "an", "present")
    assert await office.totals() == {}


async def test_a_line_cannot_be_there_twice(office: Office) -> None:
    await office.held()
    (line,) = await office.lines()
    async with office.school.site.house.database.session() as session:
        row = await session.get_one(HoursLine, line.id)
        columns = [column.key for column in HoursLine.__table__.columns if column.key != "id"]
        session.add(HoursLine(**{key: getattr(row, key) for key in columns}))
        with pytest.raises(IntegrityError):
            await session.flush()
        await session.rollback()


async def test_a_restart_makes_up_for_what_was_missed(make_site: SiteMaker, office: Office) -> None:
    """The server dies after evidence was kept: before anybody heard of it, between two people, and
    again while it makes up for it."""
    school: School = office.school
    lesson = await school.lesson(timedelta(hours=-5))
    for login in ("an", "bo"):
        await office.attendance(lesson, login, "present", tell=False)
    assert await office.totals() == {}
    database = school.site.house.database

    async def count() -> int:
        async with database.session() as session:
            return await session.scalar(select(func.count()).select_from(HoursLine)) or 0

    an = office.id("an")
    entries = await office.reckoning.entries([an], office.year, EXAMPLE)
    async with database.session() as session:
        await keep(session, an, office.year, 1, entries[an])
        await session.rollback()
    assert await count() == 0, "a transaction that was cut off left nothing"
    for _ in range(3):
        again = Reckoning(school.site.house, office.reckoning._sources)
        await again.start()
        await again.settle()
        await again.stop()
        assert await office.totals() == {"an": 100, "bo": 100}
        assert await count() == 2
    async with database.session() as session:
        (await session.get_one(HoursReckoned, (an, office.year))).version = 0
    await office.reckoning.settle()
    assert await count() == 2


async def test_the_database_refuses_to_change_a_line(office: Office) -> None:
    await office.held()
    for statement in (update(HoursLine).values(amount=9900), delete(HoursLine)):
        async with office.school.site.house.database.session() as session:
            with pytest.raises(DBAPIError):
                await session.execute(statement)
            await session.rollback()
    assert await office.totals() == {"an": 100}
    async with office.school.site.house.database.session() as session:
        await session.delete(await session.get_one(Person, office.id("an")))
    assert await office.totals() == {}, "lines go with their person"


async def test_whatever_attendance_says_in_turn_the_sums_are_right(office: Office) -> None:
    lesson = await office.held(status="absent")
    random = Random(5)
    for _ in range(12):
        status = random.choice(("present", "late", "absent", "excused"))
        await office.attendance(lesson, "an", status)
        standing = [one for one in await office.lines() if one.state == "counted"]
        assert len(standing) == (status in ("present", "late"))
        assert sum(one.amount for one in await office.lines()) == 100 * len(standing)
