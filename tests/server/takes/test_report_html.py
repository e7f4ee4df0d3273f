"""report.html opens from a disk, without a network, and holds no script but ours."""

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from server.i18n import Translator
from server.takes.report_html import report_html
from tests.server.takes.reports import EVIL, report


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    return parser.found


@pytest.mark.parametrize(("language", "heading"), [("zh", "三处值得一看"), ("en", "Words")])
def test_the_page_is_in_the_readers_language(language: str, heading: str) -> None:
    page = report_html(report(), Translator(language))
    assert heading in page
    assert not re.search(r">(report|measure|finding|player)\.[a-z_.]+<", page)


def test_nothing_is_fetched() -> None:
    for tag, attributes in tags(report_html(report(), Translator("zh"))):
        for name in ("src", "href", "action", "poster"):
            assert name not in attributes, (tag, attributes)
        assert tag != "link"


def test_what_people_wrote_stays_text() -> None:
    made = report(title=EVIL)
    made["transcript"][0]["text"] = EVIL
    found = tags(report_html(made, Translator("zh"), title=EVIL))
    assert [attributes.get("type") for tag, attributes in found if tag == "script"] == [
        "importmap",
        "module",
    ]
    assert not [tag for tag, _ in found if tag == "img"]
    charts = [attributes["data-chart"] for _, attributes in found if "data-chart" in attributes]
    assert any(EVIL in json.loads(str(chart)).get("names", []) for chart in charts)


@pytest.mark.browser
async def test_it_draws_its_charts_from_a_disk_without_a_network(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(report_html(report(title=EVIL), Translator("zh")), "utf-8")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = await (await browser.new_context(offline=True)).new_page()
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(file.as_uri())
        await page.locator("[data-chart] svg").first.wait_for()
        charts = page.locator("[data-chart]")
        for index in range(await charts.count()):
            await charts.nth(index).locator("svg").wait_for()
        assert await charts.count() >= 3
        assert await page.evaluate("window.hacked") is None
        assert faults == []
        await browser.close()
