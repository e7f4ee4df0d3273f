"""Reminders of lessons: whom, when, once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.attendance.check_in import Rules, set_rules
from server.attendance.evidence import add
from server.attendance.face import agree, consent_of
from server.attendance.fact import Fact
from server.attendance.reminding import LessonReminders, due
from server.courses.cohort import Cohort
from server.lessons.lesson import Lesson
from server.store.database import now
from tests.conftest import SiteMaker
from tests.server.lessons.making import School, found_school


@pytest.mark.parametrize(
    ("minutes", "what"),
    [(-31, None), (-30, "before"), (-1, "before"), (0, None), (5, "missing"), (34, "missing"),
     (35, None), (45, None)],
)  # fmt: skip
def test_what_is_due_when(minutes: int, what: str | None) -> None:
    lesson = Lesson(starts_at=now(), minutes=40)
    assert due(lesson, Rules(), lesson.starts_at + timedelta(minutes=minutes)) == what
    assert due(lesson, Rules(remind_before=0, remind_after=0), lesson.starts_at) is None


async def test_everybody_before_and_after_the_start_only_who_is_missing_and_each_once(
    school: School,
) -> None:
    site = school.site
    lesson = await school.lesson(timedelta(minutes=20))
    reminders = LessonReminders(site.house)
    for _ in range(2):
        await reminders.look(now())
    again = LessonReminders(site.house)  # as after a restart
    await again.look(now())
    assert await school.told("an") == ["check_in.before"]
    assert await school.told("bo") == []
    late = lesson.starts_at + timedelta(minutes=6)
    await again.look(late)
    await reminders.look(late + timedelta(minutes=1))
    assert await school.told("an") == ["check_in.before", "check_in.missing"]
    an = await site.sign_in("an")
    assert "还没有您的签到" in (await an.get("/notices")).text


async def test_who_came_or_was_excused_is_left_alone_and_a_course_sets_its_own(
    school: School,
) -> None:
    site, an = school.site, school.site.people["an"]
    came = await school.lesson(-timedelta(minutes=6))
    excused = await school.lesson(-timedelta(minutes=7))
    early = await school.lesson(timedelta(minutes=100))
    async with site.house.database.session() as session:
        set_rules(session, school.course_id, {"remind_before": 120}, an.id)
        await add(session, came.id, Fact("scanned", "a", now(), an.id))
        await add(session, excused.id, Fact("leave", "b", now(), an.id, body={"state": "approved"}))
    await LessonReminders(site.house).look(now())
    assert await school.told("an") == ["check_in.before"]
    async with site.house.database.session() as session:
        await add(
            session, excused.id, Fact("leave", "c", now(), an.id, body={"state": "cancelled"})
        )
    await LessonReminders(site.house).look(now())
    assert await school.told("an") == ["check_in.before", "check_in.missing"]
    assert early.title


async def test_a_face_is_kept_until_the_last_day_is_over_at_the_school(
    make_site: SiteMaker,
) -> None:
    school = await found_school(await make_site(timezone="America/Los_Angeles"))
    database, an = school.site.house.database, school.site.people["an"]
    async with database.session() as session:
        await agree(session, an.id)
        (await session.get_one(Cohort, school.cohort_id)).ends_on = date(2029, 12, 31)
    for day, kept in ((1, True), (2, False)):  # evenings of the last day, and of the day after
        await LessonReminders(school.site.house).look(datetime(2030, 1, day, 2, tzinfo=UTC))
        async with database.session() as session:
            assert (await consent_of(session, an.id) is not None) == kept
