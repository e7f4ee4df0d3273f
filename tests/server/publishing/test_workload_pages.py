"""The ledger of workload: what a publication counts, a withdrawal takes back, and who sees."""

import io

import openpyxl
from sqlalchemy import func, select

from server.lessons.lesson import Lesson
from server.publishing.workload import WorkloadLine
from tests.server.publishing.making import Bureau


async def amounts(bureau: Bureau, login: str = "lin") -> list[tuple[str, int]]:
    return [(line.kind, line.amount) for line in await bureau.ledger(login)]


async def test_publishing_counts_and_withdrawing_takes_back(bureau: Bureau) -> None:
    lesson = await bureau.lesson(minutes=40)
    await bureau.publish(lesson)
    assert await amounts(bureau) == [("live", 4000), ("published", 2000)]
    assert await amounts(bureau, "mei") == [], "who was not named as teaching it"
    await bureau.submit(lesson)
    await bureau.decide("qin", lesson, "approve_publish")
    assert (await amounts(bureau))[2:] == [("updated", 800)]
    await bureau.act("du", lesson, "withdraw", why="引文有误")
    lines = await bureau.ledger()
    assert sum(line.amount for line in lines) == 0
    assert {line.reverses for line in lines[3:]} == {line.id for line in lines[:3]}
    assert {line.why for line in lines[3:]} == {"引文有误"}
    await bureau.act("du", lesson, "publish")
    assert sum(line.amount for line in await bureau.ledger()) == 6000


async def test_a_new_rule_holds_from_then_on(bureau: Bureau) -> None:
    lin, mei = (bureau.site.people[login].id for login in ("lin", "mei"))
    first, second = await bureau.lesson(minutes=10), await bureau.lesson(minutes=10, room_id=None)
    await bureau.publish(first)
    xue = await bureau.visitor("xue")
    await xue.get("/workload")
    factors = {"live": 0, "published": 120, "updated": 10, "assistant": 50}
    assert (await xue.post("/workload/rule", {"version": 1, **factors})).status_code == 303
    assert (await xue.post("/workload/rule", {"version": 1, **factors})).status_code == 409
    await bureau.submit(second, credited=[lin, mei])
    await bureau.decide("du", second, "approve_publish")
    lines = await bureau.ledger()
    assert [(one.rule, one.amount) for one in lines] == [(1, 1000), (1, 500), (2, 1200)]
    assert await amounts(bureau, "mei") == [("published", 600)], "a file, by an assistant"


async def test_each_sees_their_own_and_administrators_everything(bureau: Bureau) -> None:
    lesson = await bureau.lesson(minutes=40, title="=HYPERLINK(1)")
    await bureau.publish(lesson)
    lin, mei, xue = [await bureau.visitor(login) for login in ("lin", "mei", "xue")]
    assert "60" in (await lin.get("/workload")).text
    assert "HYPERLINK" not in (await mei.get("/workload")).text
    lin_id = bureau.site.people["lin"].id
    assert "HYPERLINK" not in (await mei.get(f"/workload?person={lin_id}")).text
    assert "林" in (await xue.get("/workload")).text
    assert "HYPERLINK" not in (await xue.get("/workload?from=2001-01-01&to=2001-12-31")).text
    assert (await xue.get("/workload?from=0001-01-01&to=9999-12-31")).status_code == 200
    assert (await xue.get("/workload?person=nobody")).status_code == 404
    assert (await xue.get("/workload.pdf")).status_code == 404

    csv = (await xue.get("/workload.csv")).content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in csv
    book = openpyxl.load_workbook(io.BytesIO((await xue.get("/workload.xlsx")).content))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[1][2] == "'=HYPERLINK(1)"
    assert [row[7] for row in rows[1:]] == [20, 40, 60], "numbers, and their sum"
    await bureau.act("du", lesson, "withdraw", why="@撤")
    csv = (await xue.get("/workload.csv")).content.decode("utf-8-sig")
    assert ",-40.0," in csv, "a number is no formula"


async def test_lines_outlive_the_lesson(bureau: Bureau) -> None:
    lesson = await bureau.lesson()
    await bureau.publish(lesson)
    async with bureau.site.house.database.session() as session:
        await session.delete(await session.get_one(Lesson, lesson.id))
    async with bureau.site.house.database.session() as session:
        assert await session.scalar(select(func.count()).select_from(WorkloadLine)) == 2
    assert "网格化管理" in (await (await bureau.visitor("lin")).get("/workload")).text
