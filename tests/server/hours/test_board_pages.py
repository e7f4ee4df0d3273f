"""The pages of hours: who sees whom, what they say, what is downloaded, adjusting by hand."""

import io

import openpyxl
from sqlalchemy import select

from server.accounts.person import Person
from server.hours.ledger import adjust
from server.hours.line import HoursGiven
from tests.server.hours.making import Office


async def test_who_sees_whose_hours(office: Office) -> None:
    await office.held("an", title="=HYPERLINK(1)")
    await office.held("bo", minutes=20)
    site, an, bo = office.school.site, office.id("an"), office.id("bo")
    zhou, xue, an_self, lin = [await site.sign_in(one) for one in ("zhou", "xue", "an", "lin")]
    page = (await zhou.get("/hours")).text
    assert "安学员" in page
    assert "薄学员" not in page, "not of Zhou's cohort"
    assert (await zhou.get(f"/hours/people/{an}")).status_code == 200
    assert (await zhou.get(f"/hours/people/{bo}")).status_code == 404
    assert (await an_self.get(f"/hours/people/{bo}")).status_code == 404
    assert (await an_self.get("/hours")).status_code == 403
    assert (await lin.get(f"/hours/people/{an}")).status_code == 404
    whole = (await xue.get("/hours")).text
    assert whole.index("薄学员") < whole.index("安学员"), "furthest from the goal first"
    assert "薄学员" not in (await xue.get(f"/hours?cohort={office.school.cohort_id}")).text
    assert (await zhou.get("/hours?cohort=nobody")).status_code == 404
    assert (await xue.get("/hours?year=nineteen")).status_code == 404
    assert (await xue.get("/hours?year=2001")).status_code == 200
    assert (await xue.get(f"/hours?year={'9' * 5000}")).status_code == 404

    mine = (await an_self.get("/hours/mine")).text
    assert "考勤为“出勤”，课长 45 分钟；满 30 分钟的计 1 学时。" in mine
    assert "还差 49 学时" in mine
    bo_page = (await xue.get(f"/hours/people/{bo}")).text
    assert "超过 15 分钟、不满 30 分钟的计 0.5 学时；满 30 分钟才计 1 学时。" in bo_page
    await an_self.post("/language", {"language": "en", "next": "/"})
    english = (await an_self.get("/hours/mine")).text
    assert "Attendance “present”, a lesson of 45 min; 30 minutes or more counts 1 h." in english


async def test_what_does_not_count_is_there_with_its_reason(office: Office) -> None:
    await office.held("an", "absent")
    an = await office.school.site.sign_in("an")
    page = (await an.get("/hours/mine")).text
    assert "没有计入的 1 项" in page
    assert "考勤为“缺勤”，不计学时。" in page


async def test_the_table_is_downloaded(office: Office) -> None:
    async with office.school.site.house.database.session() as session:
        an = await session.get_one(Person, office.id("an"))
        an.name, an.unit, an.rank, an.post = "=安", "石桥街道", "一级科员", "网格员"
    await office.held()
    xue = await office.school.site.sign_in("xue")
    path = f"/hours.xlsx?cohort={office.school.cohort_id}"
    book = openpyxl.load_workbook(io.BytesIO((await xue.get(path)).content))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0] == ("姓名", "单位", "职级", "岗位", "班次", "学时", "目标学时")
    assert rows[1:] == [("'=安", "石桥街道", "一级科员", "网格员", "秋季班", 1, 50)]
    csv = (await xue.get("/hours.csv?unit=石桥街道")).content.decode("utf-8-sig")
    assert csv.splitlines()[1:] == ["'=安,石桥街道,一级科员,网格员,秋季班,1.0,50.0"]
    assert (await xue.get("/hours.pdf")).status_code == 404


async def test_adjusting_by_hand_is_a_line_with_why(office: Office) -> None:
    await office.held()
    xue, an = await office.school.site.sign_in("xue"), office.id("an")
    path = f"/hours/people/{an}"
    for hours, why in (("0", "无"), ("-0.5", ""), ("nan", "无"), ("1e9", "无")):
        answer = await xue.post(f"{path}/adjust", {"hours": hours, "why": why})
        assert answer.status_code == 400, hours
    answer = await xue.post(f"{path}/adjust", {"hours": "-0.5", "why": "重复登记"})
    assert answer.status_code == 303
    assert await office.totals() == {"an": 50}
    page = (await xue.get(path)).text
    assert "由学习管理员调整：重复登记" in page
    source = page.split('name="source" value="')[1].split('"')[0]
    answer = await xue.post(f"{path}/withdraw", {"source": source, "why": "弄错了"})
    assert answer.status_code == 303
    assert await office.totals() == {"an": 100}
    page = (await xue.get(path)).text
    assert "已撤回：弄错了。" in page
    assert "有过变动的 2 条记录" in page
    own = await xue.post(f"/hours/people/{office.id('xue')}/adjust", {"hours": "5", "why": "我"})
    assert own.status_code == 400
    async with office.school.site.house.database.session() as session:
        await adjust(session, office.id("xue"), 2026, -5, an, "多记了")
        (given,) = await session.scalars(
            select(HoursGiven).where(HoursGiven.person_id == office.id("xue"))
        )
    sent = {"source": given.source_id, "why": "我觉得没有"}
    own = await xue.post(f"/hours/people/{office.id('xue')}/withdraw", sent)
    assert own.status_code == 400
    zhou = await office.school.site.sign_in("zhou")
    answer = await zhou.post(f"{path}/adjust", {"hours": "5", "why": "班主任"})
    assert answer.status_code == 403
