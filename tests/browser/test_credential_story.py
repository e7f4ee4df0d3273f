"""An outsider checks a certificate: valid by the code on the paper, not after it was revoked."""

from pathlib import Path

import cv2
import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, check_accessible, open_page, sign_in

pytestmark = pytest.mark.browser


def give_to_an(xue: Page) -> None:
    """Xue makes a certificate and gives it to An."""
    xue.goto("/credentials")
    check_accessible(xue)
    xue.get_by_label("证书上的学校名称").fill("江台市委党校")
    xue.get_by_role("button", name="保存名称").click()
    xue.get_by_label("名称（中文）").fill("基层治理专题培训")
    xue.get_by_label("证明什么").fill("网格化管理与入户走访")
    xue.get_by_label("取得条件").fill("完成全部课程")
    xue.get_by_label("计多少学时").fill("24")
    xue.get_by_label("由人挑选").check()
    xue.get_by_role("button", name="建立").click()
    xue.get_by_label("安学员").check()
    check_accessible(xue)
    xue.get_by_role("button", name="颁发给勾选的人").click()
    expect(xue.get_by_role("link", name="安学员")).to_be_visible()


def code_on(pdf: Path) -> str:
    """What the QR on the certificate says."""
    document = pypdfium2.PdfDocument(pdf)
    picture = document[0].render(scale=3).to_numpy()
    document.close()
    return str(cv2.QRCodeDetector().detectAndDecode(picture)[0])


def test_an_outsider_checks_a_certificate(server: Server, browser: Browser, tmp_path: Path) -> None:
    xue, an = open_page(browser, server), open_page(browser, server, narrow=True)
    sign_in(xue, "xue")
    give_to_an(xue)
    sign_in(an, "an")
    an.goto("/credentials/mine")
    check_accessible(an)
    with an.expect_download() as download:
        an.get_by_role("link", name="证书 PDF").click()
    download.value.save_as(tmp_path / "certificate.pdf")

    outsider = open_page(browser, server, narrow=True)
    outsider.goto(code_on(tmp_path / "certificate.pdf"))
    said = outsider.get_by_role("heading", level=1)
    expect(said).to_contain_text("这份证书有效：江台市委党校")
    expect(said).to_contain_text("向安学员颁发“基层治理专题培训”，计 24 学时")
    outsider.get_by_text("凭什么这样说").click()
    expect(outsider.get_by_text("签名正确，内容没有被改过。")).to_be_visible()
    check_accessible(outsider)

    xue.locator("summary", has_text="撤销").click()
    xue.get_by_label("为什么撤销").fill("学时登记有误")
    xue.get_by_role("button", name="撤销").click()
    expect(xue.get_by_role("cell", name="已撤销")).to_be_visible()
    outsider.reload()
    expect(said).to_contain_text("这份证书无效：已被学校撤销")
    expect(outsider.get_by_text("学时登记有误")).to_be_visible()
    check_accessible(outsider)
