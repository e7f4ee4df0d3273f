"""The demo school's certificate: what there is to be had, and what An got for the last term."""

from zoneinfo import ZoneInfo

from sqlalchemy import select

from server.accounts.person import Person
from server.courses.course import Course
from server.credentials.credential import BY_ATTENDANCE, BY_HAND, Achievement, Issuer
from server.credentials.issuing import Credentials
from server.http.context import House
from server.store.database import now

NAME = "讲台演示学校"


async def give_certificates(house: House) -> None:
    """A certificate of the last term, which An holds, and one for this course to be given."""
    year = now().astimezone(ZoneInfo(house.settings.timezone)).year
    async with house.database.session() as session:
        found = await session.scalars(select(Person).where(Person.login.in_(("an", "xue"))))
        people = {person.login: person for person in found}
        course = await session.scalar(select(Course).order_by(Course.created_at).limit(1))
        last = Achievement(
            title=f"{year - 1} 年基层治理能力提升班",
            title_en=f"Course in grassroots governance, {year - 1}",
            description="网格化管理、入户走访与矛盾调解，集中学习五天",
            criteria="出勤不少于 90%，完成一次试讲",
            hours=32.0,
            valid_months=60,
            way=BY_HAND,
            made_by=people["xue"].id,
        )
        session.add_all([Issuer(id=1, name=NAME), last])
        if course:
            session.add(_this(course, people["xue"]))
    await house.part(Credentials).issue(last.id, [people["an"].id], people["xue"])


def _this(course: Course, by: Person) -> Achievement:
    return Achievement(
        title=f"{course.title}结业",
        title_en="Completion of the course",
        description="完成本课程的学习",
        criteria="出勤不少于 80%",
        hours=24.0,
        way=BY_ATTENDANCE,
        least=80.0,
        course_id=course.id,
        made_by=by.id,
    )
