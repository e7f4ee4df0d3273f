"""Notices in the page: counted at the top, listed, seen."""

from server.notices.postbox import Postbox
from server.notices.wording import moment
from server.store.database import now
from tests.conftest import Site


async def tell(site: Site, login: str, title: str = "网格化管理") -> None:
    async with site.house.database.session() as session:
        await site.house.part(Postbox).tell(
            session,
            [site.people[login]],
            "lesson.restored",
            subject="x",
            path="/timetable",
            title=title,
            at=moment(now()),
        )


async def test_a_notice_is_counted_listed_and_then_seen(site: Site) -> None:
    an, bo = await site.sign_in("an"), await site.sign_in("bo")
    assert "条未读" not in (await an.get("/")).text
    assert "还没有通知" in (await an.get("/notices")).text
    await tell(site, "an")
    await tell(site, "an", "<b>课</b>")
    assert "2 条未读" in (await an.get("/")).text
    page = (await an.get("/notices")).text
    assert "网格化管理" in page
    assert "<b>课" not in page
    assert page.count("notices__one--new") == 2
    again = (await an.get("/notices")).text
    assert "条未读" not in again
    assert "notices__one--new" not in again
    assert "网格化管理" not in (await bo.get("/notices")).text


async def test_notices_are_said_in_the_readers_language(site: Site) -> None:
    await tell(site, "an")
    an = await site.sign_in("an")
    await an.post("/language", {"language": "en", "next": "/"})
    assert "takes place after all" in (await an.get("/notices")).text
