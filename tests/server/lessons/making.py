"""A course with its people, and lessons of it, as tests need them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from server.accounts.passwords import hash_password
from server.accounts.person import Person, RoleGrant
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import Course, CourseCohort, CourseStaff
from server.lessons.lesson import Lesson
from server.notices.notice import Notice
from server.store.database import new_id, now
from tests.conftest import PASSWORD, Site, Visitor

ZONE = ZoneInfo("Asia/Shanghai")
MORE = {"zhou": "class_adviser", "du": "supervisor", "hai": "teacher"}


@dataclass
class School:
    """Lin teaches, Mei assists, An learns, Zhou advises An's cohort, Du supervises; Hai and Bo have
    nothing to do with it."""

    site: Site
    course_id: str
    cohort_id: str

    async def lesson(self, starts: timedelta = timedelta(minutes=10), **more: Any) -> Lesson:
        """A lesson that begins so long from now."""
        lesson = Lesson(
            **{
                "id": new_id(),
                "course_id": self.course_id,
                "title": "网格化管理",
                "starts_at": now() + starts,
                "minutes": 45,
                **more,
            }
        )
        async with self.site.house.database.session() as session:
            session.add(lesson)
        return lesson

    async def again(self, lesson: Lesson) -> Lesson:
        """The lesson as it is stored now."""
        async with self.site.house.database.session() as session:
            return await session.get_one(Lesson, lesson.id)

    async def named(self, lesson_id: str) -> Lesson:
        """The lesson of this id."""
        async with self.site.house.database.session() as session:
            return await session.get_one(Lesson, lesson_id)

    async def lessons(self) -> list[Lesson]:
        """All of them, in order."""
        async with self.site.house.database.session() as session:
            return list(await session.scalars(select(Lesson).order_by(Lesson.starts_at)))

    async def told(self, login: str) -> list[str]:
        """The kinds of this person's notices, oldest first."""
        person_id = self.site.people[login].id
        async with self.site.house.database.session() as session:
            found = select(Notice.kind).where(Notice.person_id == person_id).order_by(Notice.id)
            return list(await session.scalars(found))


async def found_school(site: Site) -> School:
    """The course, its staff and its cohort."""
    hashed = await hash_password(PASSWORD)
    people, course, cohort = site.people, Course(id=new_id(), title="基层治理"), new_id()
    async with site.house.database.session() as session:
        for login, role in MORE.items():
            person = Person(login=login, name=login, password_hash=hashed, language="zh")
            person.grants = [RoleGrant(role=role)]
            session.add(person)
            people[login] = person
        session.add_all([course, Cohort(id=cohort, name="秋季班")])
        await session.flush()
        session.add_all(
            [
                CourseStaff(course_id=course.id, person_id=people["lin"].id),
                CourseStaff(course_id=course.id, person_id=people["mei"].id),
                CourseCohort(course_id=course.id, cohort_id=cohort),
                CohortMember(cohort_id=cohort, person_id=people["an"].id),
                CohortMember(cohort_id=cohort, person_id=people["zhou"].id, part="adviser"),
            ]
        )
    return School(site, course.id, cohort)


def planned(day: str = "2099-03-02", **more: Any) -> dict[str, Any]:
    """What the form for new lessons sends; 2099-03-02 is a Monday."""
    return {
        "title": "网格化管理",
        "place": "东楼 201",
        "language": "zh",
        "plan": "",
        "day": day,
        "at": "14:00",
        "minutes": "90",
        "repeat": "no",
        "end": "times",
        "times": "10",
        "until": "",
        **more,
    }


async def plan(who: Visitor, school: School, **more: Any) -> str:
    """Plan lessons on the page; where it leads."""
    answer = await who.post(f"/courses/{school.course_id}/lessons", planned(**more))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def local(lesson: Lesson) -> str:
    """The school's wall time of a lesson."""
    return f"{lesson.starts_at.astimezone(ZONE):%Y-%m-%d %H:%M}"


def at(text: str) -> datetime:
    """A wall time of the school."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)
