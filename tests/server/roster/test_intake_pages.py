"""People from a spreadsheet: looked at first, errors by row, repeatable without doubling."""

import asyncio
import re

import openpyxl
import pytest
from sqlalchemy import func, select

from server.accounts.access import EVERYDAY
from server.accounts.person import Person
from server.courses.cohort import Cohort, CohortMember
from server.roster.comparing import Keeper
from server.roster.running import Intakes
from tests.conftest import Site, Visitor

TABLE = """姓名,用户名,单位,角色,班次
李四,lisi,培训一部,教师,2026 秋季班
王五,wangwu,,"学员、Expert",2026 秋季班
坏名,坏,,,
李四,LISI,,,
赵六,zhao,,皇帝,
管理员甲,guanjia,,系统管理员,
安学员,an,一部,,2026 秋季班
,kong,,,
管理员,guan,,教师,
"""


async def look(who: Visitor, content: str | bytes, name: str = "people.csv"):
    await who.get("/people/import")
    data = content.encode() if isinstance(content, str) else content
    return await who.post("/people/import", files={"file": (name, data)})


async def write(who: Visitor, page) -> object:
    mark = re.search(r'name="mark" value="(\w+)"', page.text)
    assert mark, page.text
    answer = await who.post("/people/import/confirm", {"mark": mark[1]})
    return await written(who) if answer.status_code == 303 else answer


async def written(who: Visitor):
    """The page of the run, once it is over."""
    async with asyncio.timeout(600):
        while (await who.get("/people/import/run.json")).json()["state"] == "running":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return await who.get("/people/import/run")


async def counts(site: Site) -> tuple[int, int, int]:
    async with site.house.database.session() as session:
        tables = (Person, Cohort, CohortMember)
        found = [await session.scalar(select(func.count()).select_from(table)) for table in tables]
    return tuple(found)


async def test_the_preview_changes_nothing_and_names_each_bad_row(site: Site) -> None:
    xue = await site.sign_in("xue")
    page = await look(xue, TABLE)
    assert page.status_code == 200
    assert "新增 2 人，更新 1 人，无变化 0 人，有问题 6 行" in page.text
    for row, reason in ((4, "用户名须为"), (5, "与第 2 行重复"), (6, "皇帝"), (7, "授予")):
        assert re.search(rf"第 {row} 行.*{reason}", page.text), row
    assert re.search(r"第 9 行.*姓名必填", page.text)
    assert re.search(r"第 10 行.*超出", page.text)
    assert "加入班次：2026 秋季班" in (await xue.get("/people/import/preview?kind=new")).text
    assert await counts(site) == (6, 0, 0)


async def test_writing_twice_doubles_nobody(site: Site) -> None:
    xue = await site.sign_in("xue")
    done = await write(xue, await look(xue, TABLE))
    assert done.status_code == 200
    assert not list(site.house.folder.sub("intake").iterdir())
    assert done.text.count("<code>http") == 2
    assert await counts(site) == (8, 1, 3)
    again = await look(xue, TABLE)
    assert "新增 0 人，更新 0 人，无变化 3 人，有问题 6 行" in again.text
    assert 'name="mark"' not in again.text
    assert await counts(site) == (8, 1, 3)


async def test_a_new_person_signs_in_by_the_link_that_was_shown(site: Site) -> None:
    xue = await site.sign_in("xue")
    done = await write(xue, await look(xue, "name,login\nLi Si,lisi\n"))
    path = re.search(r"/welcome/[\w-]+", done.text)[0]
    lisi = await site.visitor()
    assert "lisi" in (await lisi.get(path)).text


async def test_a_preview_that_was_replaced_cannot_be_written(site: Site) -> None:
    xue = await site.sign_in("xue")
    old = await look(xue, "name,login\nLi Si,lisi\n")
    await look(xue, "name,login\nWang Wu,wangwu\n")
    assert (await write(xue, old)).status_code == 409
    assert (await xue.post("/people/import/confirm", {"mark": "0"})).status_code == 409
    assert (await counts(site))[0] == 6


async def test_a_rename_and_a_role_more_are_written(site: Site) -> None:
    xue = await site.sign_in("xue")
    await write(xue, await look(xue, "name,login,roles\n安同学,an,专家\n"))
    async with site.house.database.session() as session:
        an = await session.get(Person, site.people["an"].id)
    assert an
    assert (an.name, an.roles) == ("安同学", {"trainee", "expert"})


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "", "\x00\x01"])
async def test_what_is_no_table_of_people_is_refused(site: Site, content: str) -> None:
    xue = await site.sign_in("xue")
    page = await look(xue, content)
    assert page.status_code == 400
    assert 'role="alert"' in page.text


async def test_the_system_admin_cannot_fill_cohorts(site: Site) -> None:
    guan = await site.sign_in("guan")
    page = await look(guan, "name,login,cohort\nLi Si,lisi,A\n")
    assert "班次由学习管理员安排" in page.text


async def test_the_template_is_a_table_that_can_be_filled_in(site: Site, tmp_path) -> None:
    xue = await site.sign_in("xue")
    answer = await xue.get("/people/import/template.xlsx")
    file = tmp_path / "people.xlsx"
    file.write_bytes(answer.content)
    book = openpyxl.load_workbook(file)
    book.worksheets[0].append(["李四", "lisi", "一部", "教师", "A 班"])
    book.save(file)
    page = await look(xue, file.read_bytes(), "people.xlsx")
    assert "新增 1 人" in page.text


async def test_a_name_like_a_formula_is_harmless_in_the_links(site: Site) -> None:
    xue = await site.sign_in("xue")
    done = await write(xue, await look(xue, "name,login\n=HYPERLINK(1),lisi\n"))
    csv = done.text.split("<textarea")[1].split("</textarea>")[0]
    assert "&#39;=HYPERLINK" in csv


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_a_hundred_thousand_people_at_once_and_again(site: Site) -> None:
    xue = await site.sign_in("xue")
    xue.http.timeout = 300
    rows = "".join(f"人{n},ren{n},,,大班\n" for n in range(100_000))
    page = await look(xue, f"姓名,用户名,单位,角色,班次\n{rows}")
    assert "新增 100000 人" in page.text
    assert page.text.count("<tr>") < 200
    assert "人99999" in (await xue.get("/people/import/preview?kind=new&page=1000")).text
    done = await write(xue, page)
    assert "新增 100000 人" in done.text
    assert await counts(site) == (100_006, 1, 100_000)
    again = await look(xue, f"姓名,用户名,单位,角色,班次\n{rows}")
    assert "无变化 100000 人" in again.text


async def test_a_run_that_was_stopped_is_gone_on_with_by_the_same_file(site: Site) -> None:
    xue = await site.sign_in("xue")
    table = "name,login\n" + "".join(f"P{n},person{n}\n" for n in range(450))
    mark = re.search(r'name="mark" value="(\w+)"', (await look(xue, table)).text)[1]
    giver = site.people["xue"]
    intakes = site.house.part(Intakes)
    keeper = Keeper(giver.id, EVERYDAY, cohorts=True)
    run = intakes.start(keeper, giver, mark, decisions={}, rest="skip", absent=False)
    run.cancelled = True
    stopped = await written(xue)
    assert "接着写" in stopped.text
    assert (await counts(site))[0] == 6
    done = await write(xue, await look(xue, table))
    assert "新增 450 人" in done.text
    assert (await counts(site))[0] == 456


async def test_somebody_with_the_same_name_in_the_same_unit_waits_for_a_decision(
    site: Site,
) -> None:
    xue = await site.sign_in("xue")
    first = "姓名,用户名,单位\n李四,lisi,一部\n"
    await write(xue, await look(xue, first))
    table = "姓名,用户名,单位\n李四,li.si,一部\n王五,wu1,二部\n王五,wu2,二部\n王五,wu3,\n"
    page = await look(xue, table)
    assert re.search(r"第 2 行[\s\S]*李四 · lisi[\s\S]*第 4 行[\s\S]*与第 3 行", page.text)
    mark = re.search(r'name="mark" value="(\w+)"', page.text)[1]
    decided = {"mark": mark, "row-2": "same", "row-4": "skip"}
    await xue.post("/people/import/confirm", decided)
    await written(xue)
    async with site.house.database.session() as session:
        asked = select(Person.login).where(Person.name.in_(("李四", "王五")))
        assert set(await session.scalars(asked)) == {"li.si", "wu1", "wu3"}
    again = await look(xue, table)
    assert "无变化 3 人" in again.text


async def test_a_table_as_people_make_them(site: Site) -> None:
    xue = await site.sign_in("xue")
    table = (
        "2026 年秋季名册\n\n姓名,用户名,班次,开班日期,结业日期,工号\n"
        "张　三,ZHANG３,甲班,2026年9月1日,31.1.2027,A1\n姓名,用户名,班次,,,\n"
        "李四,lisi,甲班,46266,20270131,\n王五,wu,乙班,9/1/2026,,\n"
    )
    page = await look(xue, table)
    assert re.search(r"第 7 行.*9/1/2026", page.text)
    await write(xue, page)
    async with site.house.database.session() as session:
        cohort = await session.scalar(select(Cohort).where(Cohort.name == "甲班"))
        name = await session.scalar(select(Person.name).where(Person.login == "zhang3"))
        assert await session.scalar(select(Cohort).where(Cohort.name == "乙班")) is None
    assert (name, str(cohort.starts_on), str(cohort.ends_on)) == (
        "张三",
        "2026-09-01",
        "2027-01-31",
    )
    renamed = await look(xue, "姓名,用户名,工号\n张三,zhang.san,A1\n")
    assert "用户名改为 zhang.san" in renamed.text
    left = await look(xue, "姓名,用户名,班次\n张三,zhang3,甲班\n")
    assert "名单里没有" in left.text
    mark = re.search(r'name="mark" value="(\w+)"', left.text)[1]
    await xue.post("/people/import/confirm", {"mark": mark, "absent": "1"})
    await written(xue)
    assert (await counts(site))[2] == 1


async def test_an_email_column_is_taken_in_and_checked(site: Site) -> None:
    xue = await site.sign_in("xue")
    page = await look(xue, "姓名,用户名,邮箱\n李四,lisi,li.si@school.example\n安学员,an,bad@\n")
    assert re.search(r"第 3 行.*邮箱", page.text)
    await write(xue, page)
    async with site.house.database.session() as session:
        found = await session.scalar(select(Person.email).where(Person.login == "lisi"))
    assert found == "li.si@school.example"
    page = await look(xue, "name,login,e-mail\n李四,lisi,li@school.example\n")
    assert "邮箱改为 li@school.example" in page.text


async def test_rank_and_post_are_taken_in_and_shown(site: Site) -> None:
    xue = await site.sign_in("xue")
    page = await look(
        xue, f"姓名,用户名,职级,岗位\n李四,lisi,科级,办公室主任\n王五,wu,{'长' * 61},\n"
    )
    assert re.search(r"第 3 行.*60", page.text)
    assert "职级：科级" in (await xue.get("/people/import/preview?kind=new")).text
    await write(xue, page)
    async with site.house.database.session() as session:
        lisi = await session.scalar(select(Person).where(Person.login == "lisi"))
    assert (lisi.rank, lisi.post) == ("科级", "办公室主任")
    assert "办公室主任" in (await xue.get("/people?q=办公室")).text
    sent = {"name": "李四", "rank": "处级", "post": "主任", "unit": "一部", "roles": "trainee"}
    assert (await xue.post(f"/people/{lisi.id}", sent)).status_code == 303
    assert "处级" in (await xue.get(f"/people/{lisi.id}")).text
