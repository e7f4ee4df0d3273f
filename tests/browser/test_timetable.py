"""Lin plans a course's lessons, moves one and calls one off; An reads of it and enters the next."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, check_accessible, open_page, sign_in

pytestmark = pytest.mark.browser
ZONE = ZoneInfo("Asia/Shanghai")


def found_course(browser: Browser, server: Server, lin: Page) -> None:
    """Xue makes a cohort with An in it; Lin a course that it takes."""
    xue = open_page(browser, server)
    sign_in(xue, "xue")
    xue.goto("/cohorts")
    xue.fill("[name=name]", "秋季班")
    xue.get_by_role("button", name="添加").click()
    xue.fill("[name=login]", "an")
    xue.get_by_role("button", name="添加").click()
    expect(xue.get_by_text("安学员").first).to_be_visible()
    lin.goto("/courses")
    lin.fill("[name=title]", "基层治理")
    lin.get_by_role("button", name="添加").click()
    lin.get_by_label("秋季班").check()
    lin.get_by_role("button", name="保存").click()
    lin.get_by_role("link", name="课程安排").click()


def test_lin_keeps_a_timetable_and_an_follows_it(server: Server, browser: Browser) -> None:
    lin, an = open_page(browser, server), open_page(browser, server, narrow=True)
    sign_in(lin, "lin")
    found_course(browser, server, lin)
    begins = datetime.now(ZONE) + timedelta(minutes=5)

    expect(lin.get_by_label("次数")).to_be_hidden()
    lin.get_by_label("日期").first.fill(f"{begins:%Y-%m-%d}")
    lin.get_by_label("开始时间").fill(f"{begins:%H:%M}")
    lin.get_by_label("地点").fill("东楼 201")
    lin.locator("[name=repeat]").select_option("week")
    lin.get_by_label("次数").fill("3")
    check_accessible(lin)
    lin.get_by_role("button", name="安排").click()
    rows = lin.locator(".plan-list__row")
    expect(rows).to_have_count(3)

    rows.nth(1).get_by_role("link", name="安排").click()
    check_accessible(lin)
    day = begins + timedelta(days=8)
    lin.get_by_label("日期").fill(f"{day:%Y-%m-%d}")
    lin.get_by_role("button", name="改时间").click()
    lin.wait_for_url(re.compile(r"/lessons/[\w-]+$"))
    lin.get_by_role("link", name="基层治理").click()
    rows.nth(2).get_by_role("link", name="安排").click()
    lin.get_by_label("原因").fill("教师出差")
    lin.get_by_role("button", name="取消课").click()
    expect(lin.get_by_text("已取消：教师出差")).to_be_visible()
    check_accessible(lin)

    sign_in(an, "an")
    expect(an.get_by_role("heading", name="基层治理", exact=True).last).to_be_visible()
    check_accessible(an)
    an.get_by_role("link", name="通知").click()
    expect(an.locator(".notices__one--new")).to_have_count(3)
    expect(an.get_by_text("取消：教师出差")).to_be_visible()
    check_accessible(an)
    an.get_by_role("link", name="课表").click()
    expect(an.locator("a.lesson")).to_have_count(1)
    check_accessible(an)
    assert an.evaluate("document.documentElement.scrollWidth <= innerWidth")
    an.get_by_role("link", name="下一周").click()
    an.get_by_role("link", name="本周").click()
    an.locator("a.lesson").click()
    check_accessible(an)
    an.get_by_role("button", name="进入课堂").click()
    an.wait_for_url("**/rooms/*")
    assert not lin.faults


def test_a_guest_comes_by_the_link(server: Server, browser: Browser) -> None:
    lin, guest = open_page(browser, server), open_page(browser, server, narrow=True)
    sign_in(lin, "lin")
    found_course(browser, server, lin)
    begins = datetime.now(ZONE) + timedelta(minutes=5)
    lin.get_by_label("日期").first.fill(f"{begins:%Y-%m-%d}")
    lin.get_by_label("开始时间").fill(f"{begins:%H:%M}")
    lin.get_by_role("button", name="安排").click()
    lin.get_by_role("button", name="生成来宾链接").click()
    check_accessible(lin)
    link = lin.get_by_label("来宾链接").input_value()

    guest.goto(link)
    check_accessible(guest)
    guest.get_by_label("您的姓名").fill("高校长")
    guest.get_by_role("button", name="参加").click()
    expect(guest.get_by_role("button", name="进入课堂")).to_be_visible()
    check_accessible(guest)
    lin.goto(guest.url)
    expect(lin.get_by_text("高校长")).to_be_visible()
    lin.get_by_role("button", name="移除高校长").click()
    expect(lin.get_by_text("高校长")).to_be_hidden()
    guest.reload()
    expect(guest.locator("[name=login]")).to_be_visible()
    assert not lin.faults
