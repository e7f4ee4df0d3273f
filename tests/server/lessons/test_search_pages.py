"""Searching through a running site: who finds what, where it leads, what is refused."""

import asyncio
import re

from server.lessons.indexing import Indexing
from server.lessons.lesson import Lesson
from server.recordings.deleting import Deleting
from server.recordings.edition import Edition
from server.recordings.release import put_out, release_of
from server.search.documents import Document
from server.search.index import SearchIndex
from tests.server.lessons.making import School, planned
from tests.server.lessons.test_recording_pages import held
from tests.server.lessons.test_timeline import SECRETS

HREF = re.compile(r'class="search__place" href="([^"]+)"')


async def indexed(school: School) -> Lesson:
    """A lesson that was held and can be found."""
    lesson = await held(school)
    await school.site.house.part(Indexing).index(str(lesson.recording_id), lambda _: None)
    return lesson


async def test_who_may_watch_finds_it_and_is_led_to_the_second(school: School) -> None:
    lesson = await indexed(school)
    for login in ("lin", "an", "du", "xue"):
        visitor = await school.site.sign_in(login)
        page = await visitor.get("/search?q=考核")
        (place,) = HREF.findall(page.text)
        assert place.startswith(f"/lessons/{lesson.id}/recording?t=")
        assert place.endswith("q=%E8%80%83%E6%A0%B8")
        assert (await visitor.get(place.replace("&amp;", "&"))).status_code == 200
        assert "<mark>考核</mark>" in page.text
        titled = (await visitor.get("/search?q=网格化管理")).text
        assert "<mark>网格化管理</mark></a></h2>" in titled
        for secret in SECRETS:
            assert not HREF.findall((await visitor.get("/search", params={"q": secret})).text)
    for login in ("bo", "hai", "guan"):
        page = await (await school.site.sign_in(login)).get("/search?q=考核")
        assert lesson.id not in page.text


async def test_viewers_search_the_edition_they_get(school: School) -> None:
    lesson = await indexed(school)
    recording_id, index = str(lesson.recording_id), school.site.house.part(SearchIndex)
    await index.replace(recording_id, [Document("said", 50.0, "后来剪掉的话，党建")])
    await index.replace(f"{recording_id}.1", [Document("said", 20.0, "留下的话，党建")])
    async with school.site.house.database.session() as session:
        session.add(Edition(recording_id=recording_id, number=1, state="ready"))
        await put_out(session, await release_of(session, recording_id), 1, None)
    an, lin = await school.site.sign_in("an"), await school.site.sign_in("lin")
    assert not HREF.findall((await an.get("/search?q=剪掉")).text)
    (place,) = HREF.findall((await an.get("/search?q=党建")).text)
    assert "t=20&amp;q=" in place
    (place,) = HREF.findall((await lin.get("/search?q=党建")).text)
    assert "t=50&amp;edition=0&amp;q=" in place
    await school.site.house.part(Indexing).index(recording_id, lambda _: None)
    assert await index.sources_of(recording_id) == [recording_id, f"{recording_id}.1"]


async def test_filters_narrow_it_down(school: School) -> None:
    lesson = await indexed(school)
    lin = await school.site.sign_in("lin")
    day = f"{lesson.starts_at:%Y-%m-%d}"
    for there, asked in (
        (True, {"part": "written"}),
        (False, {"part": "said"}),
        (True, {"course": school.course_id}),
        (False, {"course": "absent"}),
        (True, {"teacher": "林"}),
        (False, {"teacher": "%"}),
        (False, {"until": "2000-01-01"}),
        (True, {"since": "2000-01-01", "until": "2999-01-01"}),
        (True, {"since": "99999999", "part": "?", "page": "x"}),
        (False, {"page": "2"}),
    ):
        page = await lin.get("/search", params={"q": "考核", **asked})
        assert page.status_code == 200
        assert bool(HREF.findall(page.text)) is there, (asked, day)


async def test_every_question_gets_a_kind_answer(school: School) -> None:
    await indexed(school)
    an = await school.site.sign_in("an")
    assert "一次查遍" in (await an.get("/search")).text
    assert "没有可查的字词" in (await an.get("/search", params={"q": "。，！"})).text
    nothing = (await an.get("/search", params={"q": "<b>饕餮</b>"})).text
    assert "没有找到" in nothing
    assert "<b>" not in nothing
    for words in (".*", "考核 OR", '"', "NEAR(考 核)", "考* -核", "a" * 200):
        assert (await an.get("/search", params={"q": words})).status_code == 200, words
    for words in ("a" * 10_000, " ".join(f"w{n}" for n in range(40))):
        refused = await an.get("/search", params={"q": words})
        assert refused.status_code == 400
        assert "请只留下要紧的词" in refused.text
        assert len(refused.text) < 60_000


async def test_a_new_title_is_found_and_a_deleted_recording_is_not(school: School) -> None:
    lesson = await indexed(school)
    lin = await school.site.sign_in("lin")
    await lin.get(f"/lessons/{lesson.id}/edit")
    answer = await lin.post(f"/lessons/{lesson.id}", planned(title="城市更新的经验"))
    assert answer.status_code == 303, answer.text
    index = school.site.house.part(SearchIndex)
    async with asyncio.timeout(60):
        while lesson.id not in (await lin.get("/search?q=城市更新")).text:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await school.site.house.part(Deleting).delete(str(lesson.recording_id), lesson.id, None, "")
    await school.site.house.bus.settle()
    assert await index.sources_of(str(lesson.recording_id)) == []
