"""The adviser's page: who needs a word, reminders at once and planned, contesting attendance."""

from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import delete, select

from server.accounts.person import Person, RoleGrant
from server.attendance.evidence import add
from server.attendance.fact import Fact
from server.attendance.service import Attendance
from server.notices.notice import Notice
from server.records.board import Board
from server.records.reminder import PlannedReminder
from server.records.reminding import RecordReminders, next_due
from server.store.database import now
from tests.conftest import Site
from tests.server.lessons.making import School, found_school
from tests.server.takes.making import eventually


@pytest.fixture
async def school(site: Site) -> School:
    """An misses two lessons in a row that left traces of others."""
    made = await found_school(site)
    for days in (3, 2):
        starts = now() - timedelta(days=days)
        lesson = await made.lesson(
            -timedelta(days=days), title=f"{days}天前的课", ended_at=starts + timedelta(minutes=45)
        )
        async with site.house.database.session() as session:
            await add(session, lesson.id, Fact("began", "began", starts))
        await site.house.part(Attendance).look()
    return made


def records(school: School) -> str:
    return f"/cohorts/{school.cohort_id}/record"


async def test_who_needs_a_word_is_reminded_with_one_click(school: School) -> None:
    an = school.site.people["an"]
    zhou = await school.site.sign_in("zhou")
    page = (await zhou.get(records(school))).text
    assert "连续 2 次没有到课，最近一次是“2天前的课”" in page
    assert "mark--absent" in page.split("heat__table")[1]
    assert "2天前的课" in (await zhou.get("/")).text, "on the desk, too"
    answer = await zhou.post(f"{records(school)}/remind", {"only": an.id})
    assert answer.headers["location"].endswith("?told=1#words")
    assert (await zhou.post(f"{records(school)}/remind")).status_code == 400, "nobody was ticked"
    everybody = await zhou.post(f"{records(school)}/remind", {"all": "yes", "text": "请看通知"})
    assert everybody.headers["location"].endswith("?told=1#words")
    async with school.site.house.database.session() as session:
        told = await session.scalars(
            select(Notice)
            .where(Notice.person_id == an.id, Notice.kind == "record.reminder")
            .order_by(Notice.id)
        )
        said = [notice.params["text"] for notice in told]
    assert "最近连续 2 次没有到课" in said[0]
    assert said[1] == "请看通知"
    own = (await (await school.site.sign_in("an")).get("/record?kind=reminder")).text
    assert "最近连续 2 次没有到课" in own


async def test_everybody_of_a_large_class_can_be_ticked(school: School) -> None:
    zhou = await school.site.sign_in("zhou")
    ticked = {"person": [school.site.people["an"].id, *(f"gone-{n}" for n in range(300))]}
    answer = await zhou.post(f"{records(school)}/remind", ticked)
    assert answer.headers["location"].endswith("?told=1#words")


async def test_a_planned_reminder_comes_every_week_while_it_is_needed(school: School) -> None:
    house, an = school.site.house, school.site.people["an"]
    zhou = await school.site.sign_in("zhou")
    remind = f"{records(school)}/remind"
    form = {"person": an.id, "when": "later", "at": "08:30", "weekly": "yes"}
    assert (await zhou.post(remind, {**form, "day": "2020-01-01"})).status_code == 400
    assert (await zhou.post(remind, {**form, "day": "2099-03-02"})).status_code == 303
    assert "定时提醒" in (await zhou.get(records(school))).text
    moment = now()
    async with house.database.session() as session:
        planned = await session.scalar(select(PlannedReminder))
        assert planned.due_at > moment
        planned.due_at, planned.until = moment - timedelta(days=15), moment + timedelta(days=365)
    part = house.part(RecordReminders)
    for _ in range(2):  # the second look finds nothing due
        await part.look(moment)
    assert (await school.told("an")).count("record.reminder") == 1, "once, after a standstill"
    async with house.database.session() as session:
        planned = await session.get_one(PlannedReminder, planned.id)
        assert planned.due_at == moment - timedelta(days=15) + timedelta(days=21)
        planned.due_at = moment
    stop = f"{records(school)}/reminders/{planned.id}/stop"
    assert (await (await school.site.sign_in("bo")).post(stop)).status_code == 404
    assert (await zhou.post(stop)).status_code == 303
    await part.look(moment)
    assert (await school.told("an")).count("record.reminder") == 1


def test_a_weekly_reminder_keeps_its_hour_when_clocks_change() -> None:
    zone = ZoneInfo("America/New_York")
    due = datetime(2026, 10, 26, 8, 30, tzinfo=zone)  # clocks go back on November 1
    planned = PlannedReminder(due_at=due, every_days=7, until=None)
    for late in (timedelta(0), timedelta(days=6)):
        again = next_due(planned, due + late, zone)
        assert again == datetime(2026, 11, 2, 8, 30, tzinfo=zone)


async def plan(school: School, login: str, text: str) -> PlannedReminder:
    """A reminder to An that is due."""
    people = school.site.people
    planned = PlannedReminder(
        cohort_id=school.cohort_id, people=[people["an"].id], text=text,
        made_by=people[login].id, due_at=now(),
    )  # fmt: skip
    async with school.site.house.database.session() as session:
        session.add(planned)
    return planned


async def test_who_lost_their_role_reminds_nobody(school: School) -> None:
    house, zhou = school.site.house, school.site.people["zhou"]
    planned = await plan(school, "zhou", "请补课")
    async with house.database.session() as session:
        await session.execute(delete(RoleGrant).where(RoleGrant.person_id == zhou.id))
    await house.part(RecordReminders).look(now())
    assert await school.told("an") == []
    async with house.database.session() as session:
        assert (await session.get_one(PlannedReminder, planned.id)).due_at is None


async def test_a_reminder_that_fails_keeps_no_other_waiting(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = school.site.house.part(RecordReminders)
    for text in ("坏的", "请补课"):
        await plan(school, "zhou", text)

    def addressed(planned: PlannedReminder, board: Board) -> list[Person]:
        if planned.text == "坏的":
            raise ValueError("a fault")
        return list(board.people.values())

    monkeypatch.setattr("server.records.reminding._addressed", addressed)
    await part.look(now())
    assert await school.told("an") == ["record.reminder"]


async def test_attendance_is_contested_accepted_and_counts(school: School) -> None:
    site = school.site
    an_id = site.people["an"].id
    an, zhou = await site.sign_in("an"), await site.sign_in("zhou")
    page = (await an.get("/record")).text
    address = page.split('trail__contest--likely" href="')[1].split('"')[0].replace("&amp;", "&")
    assert (await an.post(address, {"why": "我在现场，手机没电了"})).status_code == 303
    theirs = f"/record/{an_id}/contests"
    assert an_id in (await zhou.get(records(school))).text.split("等您处理")[1][:300]
    decide = f"{theirs}/{(await zhou.get(theirs)).text.split(theirs + '/')[1][:36]}"
    said = {"decision": "accept", "status": "present", "word": "签到表上有签名"}
    assert (await an.post(decide, said)).status_code == 403
    assert (await zhou.post(decide, said)).status_code == 303

    async def counted() -> bool:
        return "mark--present" in (await an.get("/record?kind=lesson")).text.split("trail__days")[1]

    assert await eventually(counted)
    own = (await an.get(theirs)).text
    assert "已采纳" in own
    assert "签到表上有签名" in own


async def test_the_board_goes_out_as_a_table(school: School) -> None:
    zhou = await school.site.sign_in("zhou")
    csv = (await zhou.get(f"{records(school)}.csv")).text
    assert csv.splitlines()[1].endswith("缺勤,缺勤")
    content = (await zhou.get(f"{records(school)}.xlsx")).content
    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    assert [cell.value for cell in sheet[2]][-1] == "缺勤"
    assert (await zhou.get(f"{records(school)}.pdf")).status_code == 404
    for login in ("lin", "an", "bo"):
        assert (await (await school.site.sign_in(login)).get(records(school))).status_code == 404
