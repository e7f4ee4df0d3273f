"""An reads the record on a phone and contests a lesson that is wrongly told; Zhou puts it right."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, expect
from sqlalchemy import select

from server.accounts.passwords import hash_password
from server.accounts.person import Person, RoleGrant
from server.attendance.evidence import add
from server.attendance.fact import Fact
from server.attendance.results import settle
from server.courses.cohort import CohortMember
from server.lessons.lesson import Lesson
from server.store.database import Database, now, sqlite_url
from server.store.folder import DataFolder
from tests.browser.conftest import Server, check_accessible, open_page, sign_in
from tests.browser.lessons import put_lesson
from tests.conftest import PASSWORD


def put_missed(data: Path) -> str:
    """An missed yesterday's lesson, as far as is known, and Zhou advises; the cohort's id."""
    lesson_id = put_lesson(data).rsplit("/", 1)[-1]
    with ThreadPoolExecutor() as apart:  # Playwright keeps a loop running in this thread
        return apart.submit(asyncio.run, _put(DataFolder(data), lesson_id)).result()


async def _put(folder: DataFolder, lesson_id: str) -> str:
    database = Database(sqlite_url(folder.database_file))
    zhou = Person(login="zhou", name="周老师", language="zh")
    zhou.password_hash = await hash_password(PASSWORD)
    zhou.grants = [RoleGrant(role="class_adviser")]
    async with database.session() as session:
        session.add(zhou)
        await session.flush()
        cohort = str(await session.scalar(select(CohortMember.cohort_id)))
        session.add(CohortMember(cohort_id=cohort, person_id=zhou.id, part="adviser"))
        lesson = await session.get_one(Lesson, lesson_id)
        lesson.starts_at, lesson.minutes = now() - timedelta(days=1), 45
        lesson.ended_at = lesson.ends_at
        await session.flush()
        await add(session, lesson.id, Fact("began", "began", lesson.starts_at))
        await settle(session, lesson)
    await database.close()
    return cohort


def test_a_wrongly_missed_lesson_is_contested_and_put_right(
    serve: Callable[..., Server], browser: Browser
) -> None:
    server = serve(whisper_model="none")
    server.stop()
    cohort = put_missed(server.data)
    server.start()

    an = open_page(browser, server, narrow=True)
    sign_in(an, "an")
    an.get_by_role("link", name="学习档案").first.click()
    line = an.locator(".trail__line").first
    expect(line).to_contain_text("缺勤")
    check_accessible(an)
    line.get_by_role("link", name="有出入").click()
    an.get_by_label("哪里不对，实际是怎样的").fill("我在现场，手机没电了")
    check_accessible(an)
    an.get_by_role("button", name="提交申诉").click()
    expect(an.locator(".contest")).to_contain_text("申诉中")

    zhou = open_page(browser, server)
    sign_in(zhou, "zhou")
    zhou.goto(f"/cohorts/{cohort}/record")
    expect(zhou.locator(".heat .mark--absent")).to_be_visible()
    check_accessible(zhou)
    zhou.get_by_text("申诉等您处理").get_by_role("link").click()
    zhou.get_by_label("更正为").select_option("present")
    zhou.get_by_label("答复").fill("签到表上有签名")
    check_accessible(zhou)
    zhou.get_by_role("button", name="采纳", exact=True).click()
    expect(zhou.locator(".contest")).to_contain_text("已采纳")

    an.goto("/record")
    expect(line).to_contain_text("到课")
    expect(line).to_contain_text("已采纳")
    expect(line).to_contain_text("计 1 学时")
    an.get_by_role("link", name="图谱").click()
    check_accessible(an)
    an.locator(".map__node").first.click()
    sheet = an.get_by_role("dialog")
    expect(sheet).to_contain_text("上过课")
    check_accessible(an)
    sheet.get_by_role("button", name="关闭").click()
    assert an.evaluate("document.documentElement.scrollWidth") == 390
    assert not [*an.faults, *zhou.faults]
