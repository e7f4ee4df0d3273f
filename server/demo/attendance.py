"""The demo school's class, and what is known of who came to its lessons in the last weeks."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person, RoleGrant
from server.attendance.dispute import Dispute
from server.attendance.evidence import add
from server.attendance.fact import Fact
from server.attendance.leave import APPROVED, LeaveRequest
from server.attendance.leave_facts import leave_fact
from server.attendance.results import settle
from server.courses.cohort import CohortMember
from server.courses.course import Course, CourseCohort
from server.demo.trainees import LESSONS, MINUTES, TRAINEES, WHYS
from server.http.context import House
from server.lessons.lesson import Lesson
from server.store.database import now


async def bring_life(house: House) -> None:
    """Once: the class of the demo course, eight past lessons, evidence of all of them."""
    zone = ZoneInfo(house.settings.timezone)
    async with house.database.session() as session:
        course = await session.scalar(select(Course).order_by(Course.created_at).limit(1))
        if course is None or await session.scalar(
            select(Person.id).where(Person.login == "chen-jing")
        ):
            return
        people = await _class(session, course)
        adviser = await session.scalar(select(Person).where(Person.login == "zhou"))
        held = await session.scalar(select(Lesson).where(Lesson.ended_at.is_not(None)).limit(1))
        today = now().astimezone(zone).date()
        lessons = [
            Lesson(
                course_id=course.id,
                title=title,
                starts_at=datetime.combine(today - timedelta(days=ago), time(14), zone),
                minutes=MINUTES,
                place="东楼 201",
            )
            for ago, title in LESSONS
        ]
        for lesson in lessons:
            lesson.ended_at = lesson.ends_at
        session.add_all(lessons)
        await session.flush()
        for place, lesson in enumerate([*lessons, *([held] if held else [])]):
            facts = _of_lesson(lesson)
            for number, (login, person) in enumerate(people.items()):
                letter = TRAINEES[login][4][place]
                facts += _of_person(lesson, person.id, letter, number, adviser)
                if letter == "x" and adviser is not None:
                    facts.append(await _leave(session, lesson, person, adviser))
            await add(session, lesson.id, *facts)
            await settle(session, lesson)
        await _open_matters(session, lessons[-1], people)


async def _class(session: AsyncSession, course: Course) -> dict[str, Person]:
    """The trainees, by sign-in name; all but An cannot sign in."""
    cohort_id = await session.scalar(
        select(CourseCohort.cohort_id).where(CourseCohort.course_id == course.id).limit(1)
    )
    known = {one.login: one for one in await session.scalars(select(Person))}
    found = {}
    for login, (name, unit, rank, post, _) in TRAINEES.items():
        person = known.get(login)
        if person is None:
            person = Person(login=login, name=name, unit=unit, language="zh")
            person.grants = [RoleGrant(role="trainee")]
            session.add(person)
            await session.flush()
            session.add(CohortMember(cohort_id=cohort_id, person_id=person.id))
        person.rank, person.post = rank, post
        found[login] = person
    return found


def _of_lesson(lesson: Lesson) -> list[Fact]:
    return [
        Fact("began", "demo:began", lesson.starts_at + timedelta(seconds=20), source="room"),
        Fact("ended", "demo:ended", lesson.ends_at, source="room"),
    ]


def _of_person(
    lesson: Lesson, person_id: str, letter: str, number: int, adviser: Person | None
) -> list[Fact]:
    """p there, b there with breaks, l late, e left early, s by code, r studied the recording,
    m marked by the adviser, a nothing, x leave."""
    last = lesson.minutes
    early, soon = -1 - number % 8, 1 + number % 5
    rooms = {
        "p": (early, last),
        "b": (early, last * 0.2, last * 0.2 + 1.5, last * 0.5, last * 0.6, last),
        "l": (last * 0.15 + soon + 4, last),
        "e": (early, last * 0.85 - soon),
    }
    facts: list[Fact] = []

    def fact(kind: Any, minutes: float, **more: Any) -> None:
        at = lesson.starts_at + timedelta(minutes=minutes)
        key = f"demo:{kind}:{person_id}:{minutes:g}"
        facts.append(Fact(kind, key, at, person_id, **{"source": "room", **more}))

    for place, minutes in enumerate(rooms.get(letter, ())):
        fact("left" if place % 2 else "joined", minutes)
    if letter in "pb":
        call = {"source": "call", "body": {"call": "demo"}}
        fact("missed" if letter == "b" else "answered", last * 0.55, **call)
    if letter == "s":
        fact("scanned", soon - 4, source="code", body={"step": number})
    if letter == "r":
        fact("watched", 60 * 22 + soon, source="recording", body={"share": 0.95})
    if letter == "m" and adviser is not None:
        said = {"status": "present", "why": WHYS[letter]}
        fact("marked", 60 * 3, source="hand", by=adviser.id, body=said)
    return facts


async def _leave(session: AsyncSession, lesson: Lesson, person: Person, adviser: Person) -> Fact:
    asked = lesson.starts_at - timedelta(days=1)
    leave = LeaveRequest(
        person_id=person.id,
        lesson_id=lesson.id,
        kind="official",
        reason="参加镇里的防汛值班",
        state=APPROVED,
        asked_at=asked,
        decided_at=asked + timedelta(hours=2),
        decided_by=adviser.id,
        word="同意，课后请补看录像。",
    )
    session.add(leave)
    await session.flush()
    return leave_fact(leave)


async def _open_matters(session: AsyncSession, lesson: Lesson, people: dict[str, Person]) -> None:
    """Leave somebody asks for, and a result somebody contests."""
    since = lesson.starts_at.replace(hour=0) + timedelta(days=4)
    session.add(
        LeaveRequest(
            person_id=people["wang-lei"].id,
            kind="personal",
            reason="家中老人住院，需陪护两天。",
            since=since,
            until=since + timedelta(days=2),
        )
    )
    dispute = Dispute(
        lesson_id=lesson.id,
        person_id=people["he-jun"].id,
        stood="absent",
        why="当天在分会场听课，进门时没有扫上码，同桌可以作证。",
    )
    session.add(dispute)
    await session.flush()
    fact = Fact(
        "dispute",
        f"dispute:{dispute.id}",
        dispute.asked_at,
        dispute.person_id,
        by=dispute.person_id,
        body={"dispute": dispute.id, "why": dispute.why},
    )
    await add(session, lesson.id, fact)
