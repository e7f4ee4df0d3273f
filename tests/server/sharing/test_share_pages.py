"""Packages and links: made by the staff, refused by the label, gone when they are revoked."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from server.lessons.lesson import Lesson
from server.recordings.release import move, release_of
from server.recordings.viewings import RecordingViewing
from server.sharing.package import read_package
from server.sharing.packing import Packing
from tests.conftest import Visitor
from tests.server.lessons.making import School

Published = Callable[..., Awaitable[Lesson]]


async def embedded(lin: Visitor, lesson: Lesson, sites: str = "") -> str:
    """The path of a new embedded page."""
    page = f"/lessons/{lesson.id}/recording/share"
    made = await lin.post(f"{page}/links", {"sites": sites})
    assert made.status_code == 303, made.text
    found = re.search(
        r"src=&#34;[^&]*(/embed/[^&]+)&#34;|src=&quot;[^&]*(/embed/[^&]+)&quot;",
        (await lin.get(page)).text,
    )
    assert found
    return str(found[1] or found[2])


async def test_a_package_is_made_downloaded_and_reads_as_signed(
    school: School, published: Published, tmp_path: Path
) -> None:
    lesson, lin = await published(), await school.site.sign_in("lin")
    page = f"/lessons/{lesson.id}/recording/share"
    assert (await lin.get(f"{page}/package.zip")).status_code == 404
    assert (await lin.post(f"{page}/package")).status_code == 303
    async with asyncio.timeout(60):
        while (got := await lin.get(f"{page}/package.zip")).status_code != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    (tmp_path / "got.zip").write_bytes(got.content)
    contents, described = read_package(tmp_path / "got.zip", tmp_path / "out")
    assert contents.key == school.site.house.part(Packing).key.public
    assert (described.title, described.duration) == ("网格化管理", pytest.approx(4.0, abs=0.1))
    player = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "网格化管理" in player
    assert "http" not in player.replace("http-equiv", "")
    async with school.site.house.database.session() as session:
        assert "package" in set(await session.scalars(select(RecordingViewing.way)))


async def test_the_label_decides_what_may_be_taken_away(
    school: School, published: Published
) -> None:
    lesson = await published("sensitive")
    page = f"/lessons/{lesson.id}/recording/share"
    lin, du, an = [await school.site.sign_in(name) for name in ("lin", "du", "an")]
    assert "不能带出" in (await lin.get(page)).text
    assert (await lin.post(f"{page}/package")).status_code == 403
    assert (await lin.post(f"{page}/links", {"sites": ""})).status_code == 403
    assert (await du.get(page)).status_code in (200, 404)
    assert (await an.get(page)).status_code == 404


async def test_an_embedded_lesson_plays_for_anybody_until_it_is_revoked(
    school: School, published: Published
) -> None:
    lesson, lin = await published(), await school.site.sign_in("lin")
    path = await embedded(lin, lesson, "https://example.org\nhttps://*.school.cn")
    stranger = await school.site.visitor()
    shown = await stranger.get(path)
    assert shown.status_code == 200
    policy = shown.headers["content-security-policy"]
    assert policy.endswith("frame-ancestors https://example.org https://*.school.cn")
    told = json.loads(re.search(r'id="lesson">(.*?)</script>', shown.text, re.S)[1])
    assert (await stranger.get(told["hls"])).status_code == 200
    async with school.site.house.database.session() as session:
        assert "embed" in set(await session.scalars(select(RecordingViewing.way)))
    page = f"/lessons/{lesson.id}/recording/share"
    link = re.search(r"/links/([^/]+)/revoke", (await lin.get(page)).text)[1]
    await lin.post(f"{page}/links/{link}/revoke")
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get(told["hls"])).status_code == 403


async def test_a_withdrawn_lesson_is_gone_from_other_sites(
    school: School, published: Published
) -> None:
    lesson, lin = await published(), await school.site.sign_in("lin")
    path, stranger = await embedded(lin, lesson), await school.site.visitor()
    async with school.site.house.database.session() as session:
        release = await release_of(session, str(lesson.recording_id))
        await move(session, release, "withdrawn", None)
    assert (await stranger.get(path)).status_code == 404
    for wrong in ("/embed/x", f"{path[:-1]}A", f"{path}/slides/../x"):
        assert (await stranger.get(wrong)).status_code == 404


async def test_oembed_tells_other_programs_how_to_show_it(
    school: School, published: Published
) -> None:
    lesson, lin = await published(), await school.site.sign_in("lin")
    path, stranger = await embedded(lin, lesson), await school.site.visitor()
    address = school.site.house.settings.address + path
    told = (await stranger.get("/oembed", params={"url": address, "maxwidth": "400"})).json()
    assert (told["type"], told["width"], told["title"]) == ("rich", 400, "网格化管理")
    assert f'src="{address}"' in told["html"]
    xml = await stranger.get("/oembed", params={"url": address, "format": "xml"})
    assert xml.text.startswith("<?xml")
    assert (
        await stranger.get("/oembed", params={"url": address, "format": "yaml"})
    ).status_code == 501
    for url in ("", f"https://elsewhere.org{path}", "http://[", "/lessons/1"):
        assert (await stranger.get("/oembed", params={"url": url})).status_code == 404


@pytest.mark.parametrize("sites", ["javascript:alert(1)", "https://a.org; script-src *", "a b"])
async def test_sites_that_are_none_are_refused(
    school: School, published: Published, sites: str
) -> None:
    lesson, lin = await published(), await school.site.sign_in("lin")
    page = f"/lessons/{lesson.id}/recording/share"
    assert (await lin.post(f"{page}/links", {"sites": sites})).status_code == 400
