"""The board of a lesson: who sees whom, why, and what they may say about it."""

from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import select

from server.accounts.person import Person, RoleGrant
from server.attendance.evidence import facts_of
from server.attendance.fact import Fact
from server.attendance.overview import MOST
from server.attendance.policy import Policy
from server.attendance.result import StoredResult
from server.attendance.service import Attendance
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import CourseCohort
from server.lessons.lesson import Lesson
from server.store.database import new_id, now
from tests.server.attendance.test_service import came, facts, given, results
from tests.server.lessons.making import School


async def held(school: School) -> Lesson:
    """A lesson to which Bo came as a guest, and An did not."""
    lesson = await school.lesson(timedelta(hours=-3))
    await given(school, lesson, came(school, lesson, "bo"))
    return lesson


def path(school: School, lesson: Lesson, login: str = "an") -> str:
    return f"/attendance/lessons/{lesson.id}/people/{school.site.people[login].id}"


async def test_an_adviser_reads_why_and_corrects_with_a_reason(school: School) -> None:
    lesson = await held(school)
    zhou = await school.site.sign_in("zhou")
    assert lesson.title in (await zhou.get("/attendance")).text
    board = (await zhou.get(f"/attendance/lessons/{lesson.id}")).text
    assert 'data-state="absent"' in board
    assert "安学员" in board
    assert "薄学员" not in board, "an adviser sees the own cohort"
    page = (await zhou.get(path(school, lesson))).text
    assert "没有在课的记录" in page
    sent = {"status": "present", "why": "签到表上有签名", "nonce": "once"}
    for _ in range(2):
        answer = await zhou.post(f"{path(school, lesson)}/mark", sent)
        assert answer.status_code == 303
    assert [one.kind for one in await facts(school, lesson)].count("marked") == 1
    found = (await results(school, lesson))["an"]
    assert (found.status, found.reckoned) == ("present", "absent")
    page = (await zhou.get(path(school, lesson))).text
    assert "签到表上有签名" in page
    assert "按记录为：缺勤" in page
    back = {"status": "reckoned", "why": "看错人了", "nonce": "twice"}
    await zhou.post(f"{path(school, lesson)}/mark", back)
    assert (await results(school, lesson))["an"].status == "absent"
    refused = await zhou.post(f"{path(school, lesson)}/mark", {**sent, "why": " "})
    assert refused.status_code == 400


async def test_staff_see_guests_supervisors_only_look_others_see_nothing(school: School) -> None:
    lesson = await held(school)
    sent = {"status": "present", "why": "在", "nonce": "once"}
    for login, status in (("lin", 303), ("xue", 303), ("du", 403), ("hai", 404), ("an", 404)):
        visitor = await school.site.sign_in(login)
        page = await visitor.get(f"/attendance/lessons/{lesson.id}")
        assert (page.status_code == 200) == (status != 404), login
        assert ("薄学员" in page.text) == (status != 404), login
        answer = await visitor.post(f"{path(school, lesson)}/mark", {**sent, "nonce": login})
        assert answer.status_code == status, login


async def test_an_adviser_of_another_cohort_sees_only_their_own(school: School) -> None:
    lesson, other = await held(school), new_id()
    async with school.site.house.database.session() as session:
        person = Person(login="qi", name="齐班主任", language="zh")
        person.grants = [RoleGrant(role="class_adviser")]
        mine = Person(login="yu", name="于学员", language="zh")
        session.add_all([person, mine, Cohort(id=other, name="春季班")])
        await session.flush()
        session.add_all(
            [
                CohortMember(cohort_id=other, person_id=person.id, part="adviser"),
                CohortMember(cohort_id=other, person_id=mine.id),
                CourseCohort(course_id=school.course_id, cohort_id=other),
            ]
        )
    school.site.people |= {"qi": person, "yu": mine}
    qi = await school.site.sign_in("qi")
    board = (await qi.get(f"/attendance/lessons/{lesson.id}")).text
    assert "于学员" in board
    assert "安学员" not in board
    assert (await qi.get(path(school, lesson))).status_code == 404
    sheet = (await qi.get(f"/attendance/lessons/{lesson.id}.csv")).text
    assert "于学员" in sheet
    assert "安学员" not in sheet


async def test_nobody_says_how_it_was_with_themselves(school: School) -> None:
    lesson = await held(school)
    async with school.site.house.database.session() as session:
        xue = school.site.people["xue"].id
        session.add(CohortMember(cohort_id=school.cohort_id, person_id=xue))
    visitor = await school.site.sign_in("xue")
    own = path(school, lesson, "xue")
    assert f"{own}/mark" not in (await visitor.get(own)).text
    sent = {"status": "present", "why": "在", "nonce": "once"}
    assert (await visitor.post(f"{own}/mark", sent)).status_code == 403
    assert (await results(school, lesson))["xue"].status == "absent"


async def test_who_is_missing_is_reminded_once_and_not_after_the_lesson(school: School) -> None:
    lesson = await school.lesson(timedelta(minutes=-20))
    await given(school, lesson, Fact("began", "began", lesson.starts_at))
    zhou = await school.site.sign_in("zhou")
    board = (await zhou.get(f"/attendance/lessons/{lesson.id}/rows")).text
    assert 'data-state="missing"' in board
    for _ in range(2):
        await zhou.post(f"/attendance/lessons/{lesson.id}/remind")
    assert (await school.told("an")).count("attendance.missed") == 1
    over = await held(school)
    assert (await zhou.post(f"{path(school, over)}/remind")).status_code == 409


async def test_a_formula_in_a_name_stays_text_and_the_file_says_why(school: School) -> None:
    lesson = await held(school)
    async with school.site.house.database.session() as session:
        an = await session.get_one(Person, school.site.people["an"].id)
        an.name = "=cmd|' /C calc'!A0"
    await school.site.house.part(Attendance).look()
    zhou = await school.site.sign_in("zhou")
    one = (await zhou.get(f"/attendance/lessons/{lesson.id}.csv")).text
    today = now().date()
    since = (today - timedelta(days=9)).isoformat()
    many = await zhou.get(
        f"/attendance/export.csv?from={since}&to={(today + timedelta(days=2)).isoformat()}"
        f"&cohort={school.cohort_id}"
    )
    for text in (one, many.text):
        assert "'=cmd" in text
        assert "没有在课的记录" in text
    book = await zhou.get(f"/attendance/export.xlsx?cohort={school.cohort_id}")
    assert book.content.startswith(b"PK")
    assert (await zhou.get("/attendance/export.csv?cohort=another")).status_code == 404
    assert (await zhou.get("/attendance/export.pdf")).status_code == 404
    assert "签名" in (await zhou.get(f"/attendance/lessons/{lesson.id}/sheet")).text


async def test_a_new_policy_holds_for_lessons_that_begin_later(school: School) -> None:
    before = await held(school)
    mei = await school.site.sign_in("mei")
    page = f"/attendance/policy?course={school.course_id}"
    sent = {
        "present_percent": "50", "late_min": "0", "early_min": "5", "grace_s": "60",
        "recorded_percent": "0", "recorded_days": "7", "apart_min": "20", "code_counts": "no",
        "proof": "none",
    }  # fmt: skip
    assert "沿用全校的规则" in (await mei.get(page)).text
    assert (await mei.post(page, {**sent, "late_min": "-1"})).status_code == 400
    assert (await mei.post("/attendance/policy", sent)).status_code == 403
    assert (await mei.post(page, {**sent, "follow": ""})).status_code == 303
    after = await school.lesson(timedelta(minutes=-1))
    async with school.site.house.database.session() as session:
        lesson = await session.get_one(Lesson, after.id)
        lesson.starts_at = now() + timedelta(seconds=1)
    example = "&".join(f"{name}={value}" for name, value in sent.items())
    told = (await mei.get(f"/attendance/policy/example?{example}")).text
    assert "补看录像不抵出勤" in told
    board = "/attendance/lessons/{}"
    assert "出勤满 70%" in (await mei.get(board.format(before.id))).text
    assert "出勤满 50%" in (await mei.get(board.format(after.id))).text
    await mei.post(page, {**sent, "follow": "school"})
    assert "出勤满 50%" in (await mei.get(page)).text, "versions stay listed"


async def test_evidence_of_one_person_and_of_nobody(school: School) -> None:
    lesson = await held(school)
    await given(school, lesson, came(school, lesson), Fact("began", "began", lesson.starts_at))
    async with school.site.house.database.session() as session:
        an = await session.scalar(select(Person.id).where(Person.login == "an"))
        found = await facts_of(session, lesson.id, an)
    assert sorted(one.kind for one in found) == ["began", "joined"]


async def test_a_table_of_a_period_has_all_its_lessons(school: School) -> None:
    an = school.site.people["an"].id
    lessons = [
        Lesson(
            id=new_id(), course_id=school.course_id, title=f"第{n}课", minutes=1,
            starts_at=now() - timedelta(hours=n + 2),
        )
        for n in range(MOST + 5)
    ]  # fmt: skip
    async with school.site.house.database.session() as session:
        session.add_all(lessons)
        await session.flush()
        session.add_all(
            StoredResult(
                lesson_id=lesson.id, person_id=an, status="present", reckoned="present",
                minutes=1.0, share=1.0, reasons=[],
            )
            for lesson in lessons
        )  # fmt: skip
    zhou = await school.site.sign_in("zhou")
    rows = (await zhou.get("/attendance/export.csv")).text.splitlines()
    assert len(rows) == 1 + len(lessons)


async def test_a_policy_is_of_a_course_there_is(school: School) -> None:
    xue = await school.site.sign_in("xue")
    sent = {**asdict(Policy()), "code_counts": "yes", "why": ""}
    assert (await xue.post("/attendance/policy", sent)).status_code == 303
    assert (await xue.post("/attendance/policy?course=absent", sent)).status_code == 404
