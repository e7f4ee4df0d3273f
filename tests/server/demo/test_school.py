"""The first start: a demo school that is whole, or an administrator with a link."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select

from server.demo.school import CAST, LESSON, prepare
from server.lessons.lesson import Lesson
from server.takes.pipeline import Events
from tests.conftest import Site, SiteMaker
from tests.server.takes.making import eventually

PasswordOf = dict[str, str]


@pytest.fixture
async def school(make_site: SiteMaker, tmp_path: Path) -> tuple[Site, PasswordOf]:
    """The demo school, and everybody's password as the console prints them."""
    printed: list[str] = []

    async def first(house: object) -> None:
        printed.extend(await prepare(house))  # type: ignore[arg-type]

    site = await make_site(prepare=first, demo=True)
    lines = [line.split() for line in printed[1:]]
    return site, {line[0]: line[1] for line in lines}


async def test_everybody_of_the_cast_can_sign_in(school: tuple[Site, PasswordOf]) -> None:
    site, passwords = school
    assert set(passwords) == set(CAST)
    for login, password in passwords.items():
        visitor = await site.visitor()
        await visitor.get("/sign-in")
        answer = await visitor.post("/sign-in", {"login": login, "password": password, "next": "/"})
        assert answer.status_code == 303, login
        assert (await visitor.get("/")).status_code == 200


async def test_lin_finds_a_take_with_its_report(school: tuple[Site, PasswordOf]) -> None:
    site, passwords = school
    lin = await site.visitor()
    await lin.get("/sign-in")
    await lin.post("/sign-in", {"login": "lin", "password": passwords["lin"], "next": "/"})
    listed = (await lin.get("/takes")).text
    take = "/takes/" + listed.split('class="take-list__name" href="/takes/')[1].split('"')[0]
    page = (await lin.get(take)).text
    assert "网格化管理" in page
    assert "base" in page, "the model that made the report is named"
    report = (await lin.http.get(f"{take}/report.json")).json()
    assert len(report["measures"]["questions"]["clips"]) == 4
    timeline = (await lin.http.get(f"{take}/timeline.json")).json()
    assert [turn["page"] for turn in timeline["slides"]] == [1, 2, 3, 4, 5, 6, 7]
    titles = [segment["title"] for segment in timeline["segments"]]
    assert titles == ["导入", "概念", "案例", "小结"]
    assert "网格化管理" in (await lin.get("/plans")).text


async def test_lin_and_an_find_a_lesson_to_enter_now(school: tuple[Site, PasswordOf]) -> None:
    site, passwords = school
    rooms = set()
    for login in ("an", "lin"):
        visitor = await site.visitor()
        await visitor.get("/sign-in")
        await visitor.post("/sign-in", {"login": login, "password": passwords[login], "next": "/"})
        home = (await visitor.get("/")).text
        assert "网格员入户走访实务" in home
        enter = "/lessons/" + home.split('action="/lessons/')[1].split('"')[0]
        rooms.add((await visitor.post(enter)).headers["location"])
        lesson = (await visitor.get(enter.removesuffix("/enter"))).text
        assert "网格化管理.pdf" in lesson
    assert len(rooms) == 1
    assert await prepare(site.house), "a second start adds no lessons"
    async with site.house.database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Lesson)) == 11


async def test_without_a_demo_the_first_administrator_gets_a_link(
    make_site: SiteMaker, tmp_path: Path
) -> None:
    printed: list[str] = []

    async def first(house: object) -> None:
        printed.extend(await prepare(house))  # type: ignore[arg-type]

    site = await make_site(prepare=first)
    path = printed[0].rsplit(site.house.settings.address, 1)[1]
    visitor = await site.visitor()
    assert "admin" in (await visitor.get(path)).text
    answer = await visitor.post(path, {"password": "a long password", "again": "a long password"})
    assert answer.status_code == 303
    assert (await visitor.get("/people")).status_code == 200
    assert await prepare(site.house) == []


def test_the_shipped_events_fit_the_shipped_report() -> None:
    events = msgspec.json.decode(LESSON.with_suffix(".events.json").read_bytes(), type=Events)
    report = msgspec.json.decode(LESSON.with_suffix(".report.json").read_bytes())
    assert [turn.page for turn in events.slides] == [turn["page"] for turn in report["slides"]]
    assert report["created"]
    assert report["model"]


async def test_yesterdays_lesson_is_recorded_with_chapters_and_words(
    school: tuple[Site, PasswordOf],
) -> None:
    site, passwords = school
    an = await site.visitor()
    await an.get("/sign-in")
    await an.post("/sign-in", {"login": "an", "password": passwords["an"], "next": "/"})
    async with site.house.database.session() as session:
        found = await session.scalar(select(Lesson).where(Lesson.recording_id.is_not(None)))

    async def told() -> dict[str, object] | None:
        answer = await an.get(f"/lessons/{found.id}/timeline.json")
        done = answer.status_code == 200 and answer.json()["chapters"]
        return answer.json() if done and answer.json()["chapters"][0]["thumb"] else None

    timeline = await eventually(told)
    assert len(timeline["chapters"]) >= 2
    assert [turn["page"] for turn in timeline["slides"]] == [1, 2, 3, 4, 5, 6, 7]
    assert "网格化管理" in timeline["lines"][0]["text"]


async def test_an_can_check_in_and_mei_shows_the_code_of_the_branch(
    school: tuple[Site, PasswordOf],
) -> None:
    site, passwords = school
    pages = {}
    for login in ("an", "mei"):
        visitor = await site.visitor()
        await visitor.get("/sign-in")
        await visitor.post("/sign-in", {"login": login, "password": passwords[login], "next": "/"})
        pages[login] = (await visitor.get("/")).text
    assert "现在可以签到" in pages["an"]
    assert "西岭乡分课堂" in pages["mei"]
