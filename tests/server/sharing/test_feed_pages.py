"""A feed has what its person may hear, and nobody else's; its address can be changed."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from xml.etree import ElementTree

from sqlalchemy import delete

from server.courses.cohort import CohortMember
from server.lessons.lesson import Lesson
from tests.conftest import Visitor
from tests.server.lessons.making import School

Published = Callable[..., Awaitable[Lesson]]


async def feed_of(who: Visitor, school: School) -> str:
    page = f"/courses/{school.course_id}/feed"
    await who.get(page)
    assert (await who.post(page)).status_code == 303
    found = re.search(r"(/feeds/[^/]+)/feed\.xml", (await who.get(page)).text)
    assert found
    return str(found[1])


async def items(stranger: Visitor, feed: str) -> list[ElementTree.Element]:
    answer = await stranger.get(f"{feed}/feed.xml")
    assert answer.headers["content-type"].startswith("application/rss+xml")
    return ElementTree.fromstring(answer.content).findall("channel/item")


async def test_a_podcast_player_gets_what_the_person_may_hear(
    school: School, published: Published
) -> None:
    lesson = await published()
    an, player = await school.site.sign_in("an"), await school.site.visitor()
    feed = await feed_of(an, school)
    async with asyncio.timeout(60):
        while not (found := await items(player, feed)):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    [item] = found
    assert item.findtext("title") == "网格化管理"
    enclosure = item.find("enclosure")
    assert enclosure is not None
    sound = await player.get(f"{feed}/{lesson.id}.m4a")
    assert (sound.status_code, len(sound.content)) == (200, int(enclosure.attrib["length"]))
    part = await player.get(f"{feed}/{lesson.id}.m4a", headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, sound.content[10:20])
    async with school.site.house.database.session() as session:
        await session.execute(delete(CohortMember))
    assert await items(player, feed) == []
    assert (await player.get(f"{feed}/{lesson.id}.m4a")).status_code == 404


async def test_a_changed_address_ends_the_old_one(school: School, published: Published) -> None:
    await published("sensitive")
    an, player = await school.site.sign_in("an"), await school.site.visitor()
    old = await feed_of(an, school)
    assert await items(player, old) == []  # what is sensitive is not taken along
    new = await feed_of(an, school)
    assert (await player.get(f"{old}/feed.xml")).status_code == 404
    assert (await player.get(f"{new}/feed.xml")).status_code == 200
    await an.post(f"/courses/{school.course_id}/feed/end")
    assert (await player.get(f"{new}/feed.xml")).status_code == 404
    bo = await school.site.sign_in("bo")
    assert (await bo.get(f"/courses/{school.course_id}/feed")).status_code == 404
