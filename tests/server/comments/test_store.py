"""Comments: bounded, by their author, on one subject only."""

import math

import pytest

from server.comments import store
from server.comments.comment import LONGEST, Comment
from server.comments.store import add_comment, comments_on, delete_comment, delete_comments_on
from server.errors import Conflict, Invalid, NotFound
from tests.conftest import Site


async def remark(
    site: Site,
    who: str = "mei",
    subject: str = "t1",
    *,
    at: float = 3.0,
    until: float | None = None,
    text: str = "这里很好",
) -> Comment:
    async with site.house.database.session() as session:
        return await add_comment(
            session,
            site.people[who],
            "take",
            subject,
            at=at,
            until=until,
            text=text,
            duration=60.0,
        )


async def listed(site: Site, subject: str = "t1") -> list[tuple[float, str, str]]:
    async with site.house.database.session() as session:
        found = await comments_on(session, "take", subject)
    return [(comment.at, name, comment.text) for comment, name in found]


async def test_comments_come_in_order_of_time_with_their_authors(site: Site) -> None:
    await remark(site, at=30, text="  later  ")
    await remark(site, "an", at=2, until=5)
    await remark(site, subject="t2")
    assert await listed(site) == [(2, "安学员", "这里很好"), (30, "梅助教", "later")]


async def test_what_makes_no_sense_is_refused(site: Site) -> None:
    for text in ("", "  ", "x" * (LONGEST + 1), "bell \a"):
        with pytest.raises(Invalid):
            await remark(site, text=text)
    for at, until in ((-1, None), (math.nan, None), (math.inf, None), (70, None), (5, 3), (5, 99)):
        with pytest.raises(Invalid):
            await remark(site, at=at, until=until)
    assert await listed(site) == []


async def test_only_the_author_takes_a_comment_back(site: Site) -> None:
    made = await remark(site, "mei")
    for who, subject in (("an", "t1"), ("mei", "t2")):
        with pytest.raises(NotFound):
            async with site.house.database.session() as session:
                await delete_comment(session, site.people[who], "take", subject, made.id)
    async with site.house.database.session() as session:
        await delete_comment(session, site.people["mei"], "take", "t1", made.id)
    assert await listed(site) == []


async def test_a_subject_that_goes_takes_its_comments_with_it(site: Site) -> None:
    await remark(site)
    await remark(site, subject="t2")
    async with site.house.database.session() as session:
        await delete_comments_on(session, "take", "t1")
    assert await listed(site) == []
    assert len(await listed(site, "t2")) == 1


async def test_there_is_a_most(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST", 2)
    await remark(site)
    await remark(site)
    with pytest.raises(Conflict):
        await remark(site)
