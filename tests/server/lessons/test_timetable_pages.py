"""A week of lessons: whose, of which course, in the school's days."""

from datetime import date

import pytest

from server.courses.course import Course
from server.errors import NotFound
from server.lessons.lesson import Lesson
from server.lessons.week import Week
from server.store.database import new_id
from tests.server.lessons.making import School, at

WEEK = "/timetable?week=2099-W10"  # 2 to 8 March


async def put(school: School, title: str, moment: str, course_id: str = "") -> None:
    lesson = Lesson(id=new_id(), course_id=course_id or school.course_id, title=title, minutes=45)
    lesson.starts_at = at(moment)
    async with school.site.house.database.session() as session:
        session.add(lesson)


def test_weeks_have_names() -> None:
    week = Week.of("2026-W01", date(2026, 11, 24))
    assert (week.monday, week.name) == (date(2025, 12, 29), "2026-W01")
    assert week.beside(-1).name == "2025-W52"
    assert Week.of("", date(2026, 11, 24)).name == "2026-W48"
    for wrong in ("2026-W54", "2026-48", "W", "2026-W00", "1999-W10"):
        with pytest.raises(NotFound):
            Week.of(wrong, date(2026, 11, 24))


async def test_a_week_begins_and_ends_at_the_schools_midnight(school: School) -> None:
    for title, moment in (
        ("周日课", "2099-03-01 23:59"),
        ("周一课", "2099-03-02 00:00"),
        ("周末课", "2099-03-08 23:59"),
        ("下周课", "2099-03-09 00:00"),
    ):
        await put(school, title, moment)
    an = await school.site.sign_in("an")
    page = (await an.get(WEEK)).text
    assert "周一课" in page
    assert "周末课" in page
    assert "周日课" not in page
    assert "下周课" not in page
    assert "下周课" in (await an.get("/timetable?week=2099-W11")).text


async def test_everybody_sees_their_own(school: School) -> None:
    course = Course(id=new_id(), title="别的课程")
    async with school.site.house.database.session() as session:
        session.add(course)
    await put(school, "网格课", "2099-03-03 10:00")
    await put(school, "别人的课", "2099-03-03 10:00", course.id)
    seen = {}
    for login in sorted(school.site.people):
        page = (await (await school.site.sign_in(login)).get(WEEK)).text
        seen[login] = ("网格课" in page, "别人的课" in page)
    own, every, nothing = (True, False), (True, True), (False, False)
    assert seen == {
        "lin": own, "mei": own, "an": own, "zhou": own, "du": every, "xue": every,
        "bo": nothing, "hai": nothing, "guan": nothing,
    }  # fmt: skip
    xue = await school.site.sign_in("xue")
    only = (await xue.get(f"{WEEK}&show={school.course_id}")).text
    assert "网格课" in only
    assert "别人的课" not in only
    assert "网格课" not in (await xue.get(f"{WEEK}&show=mine")).text
    an = await school.site.sign_in("an")
    for show in (course.id, "all"):
        assert "别人的课" not in (await an.get(f"{WEEK}&show={show}")).text


async def test_a_week_that_is_none_is_not_found(school: School) -> None:
    an = await school.site.sign_in("an")
    assert (await an.get("/timetable?week=2099-W77")).status_code == 404
    assert (await an.get("/timetable?week=2099-W10-extra-long")).status_code == 400
    assert "没有课" in (await an.get(WEEK)).text
