"""Zhou sees who is missing while the lesson goes on, why, corrects it, and takes it away."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
from playwright.sync_api import Browser, Page, expect

from tests.browser.attended_lesson import put_attended
from tests.browser.conftest import Server, check_accessible, open_page, sign_in


def cell(page: Page, name: str):
    return page.locator(".roll__one", has_text=name)


def test_an_adviser_reads_why_corrects_and_exports(
    serve: Callable[..., Server], browser: Browser, tmp_path: Path
) -> None:
    server = serve(whisper_model="none")
    server.stop()
    lesson = put_attended(server.data)
    server.start()

    zhou = open_page(browser, server)
    sign_in(zhou, "zhou")
    expect(zhou.get_by_text("未到：薄学员")).to_be_visible()
    zhou.get_by_role("link", name="打开考勤表").click()
    expect(cell(zhou, "薄学员")).to_contain_text("未到")
    expect(cell(zhou, "安学员")).to_contain_text("在课")
    expect(zhou.locator(".roll__one").first).to_contain_text("薄学员")
    check_accessible(zhou)

    zhou.get_by_role("link", name="安学员").click()
    dialog = zhou.get_by_role("dialog")
    expect(dialog).to_contain_text("答到 1 次")
    expect(dialog.locator(".band__there")).to_be_visible()
    check_accessible(zhou)
    dialog.get_by_role("button", name="关闭").click()

    lin = open_page(browser, server, narrow=True)
    sign_in(lin, "lin")
    lin.goto(f"/attendance/lessons/{lesson}")
    check_accessible(lin)
    lin.get_by_role("link", name="薄学员").click()
    lin.get_by_label("认定为").select_option("late")
    lin.get_by_label("理由").fill("刚进教室")
    lin.get_by_role("button", name="更正").click()
    expect(cell(zhou, "薄学员")).to_contain_text("迟到")  # without asking

    zhou.get_by_role("link", name="薄学员").click()
    expect(dialog).to_contain_text("林老师")
    expect(dialog).to_contain_text("刚进教室")
    dialog.get_by_label("认定为").select_option("excused")
    dialog.get_by_label("理由").fill("=公务，已核实")
    dialog.get_by_role("button", name="更正").click()
    expect(cell(zhou, "薄学员")).to_contain_text("请假")
    with zhou.expect_download() as download:
        zhou.get_by_role("link", name="XLSX").click()
    file = tmp_path / "attendance.xlsx"
    download.value.save_as(file)
    rows = list(openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True))
    (bo,) = [dict(zip(rows[0], row, strict=True)) for row in rows if row[0] == "薄学员"]
    assert (bo["认定结果"], bo["按记录"]) == ("请假", "缺勤")
    assert "已核实" in str(bo["依据"])
    zhou.goto("/attendance")
    check_accessible(zhou)
    zhou.goto("/attendance/policy")
    check_accessible(zhou)
    assert not [*zhou.faults, *lin.faults]
