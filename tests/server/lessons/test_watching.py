"""Who may watch what was recorded of a lesson: every role, in every state of its release."""

from itertools import product
from typing import Any

import pytest

from server.courses.course import Course
from server.errors import NotFound
from server.lessons.access import (
    ask_to_review,
    edition_for,
    end_review,
    lesson_to_watch,
    may_watch,
    sources,
    why_unseen,
)
from server.lessons.lesson import Lesson, LessonGuest
from server.recordings.release import STATES, Release, move, put_out, release_of, versions_of
from tests.server.lessons.making import School
from tests.server.lessons.test_recording_pages import held

INSIDERS = frozenset({"lin", "mei", "du", "xue", "hai"})  # Hai reviews
MEMBERS = frozenset({"an", "zhou"})
EVERYBODY = sorted(INSIDERS | MEMBERS | {"guest", "bo"})


@pytest.fixture
async def lesson(school: School) -> Lesson:
    """A lesson that was held; Hai reviews it, and somebody else's teacher came as a guest."""
    lesson = await held(school)
    school.site.people["guest"] = school.site.people["guan"]
    async with school.site.house.database.session() as session:
        await ask_to_review(session, lesson.id, school.site.people["hai"].id, None)
        await ask_to_review(session, lesson.id, school.site.people["hai"].id, None)
        guest = LessonGuest(lesson_id=lesson.id, person_id=school.site.people["guest"].id)
        session.add(guest)
    return lesson


async def put(school: School, lesson: Lesson, state: str, **more: Any) -> None:
    """Put its release into a state."""
    async with school.site.house.database.session() as session:
        release = await release_of(session, str(lesson.recording_id))
        release.state = state
        for name, value in more.items():
            setattr(release, name, value)


async def watching(school: School, lesson: Lesson) -> dict[str, str]:
    """Who may watch, and which source each may search; all the doors agree."""
    found = {}
    recording = str(lesson.recording_id)
    for name in EVERYBODY:
        person = school.site.people[name]
        async with school.site.house.database.session() as session:
            held_by = [source for source in await session.scalars(sources(person))]
            assert len(held_by) <= 1
            unseen = await why_unseen(session, person, lesson)
            assert (unseen is None) == bool(held_by)
            assert await may_watch(session, person, recording) == bool(held_by)
            if held_by:
                assert (await lesson_to_watch(session, person, lesson.id)).id == lesson.id
                found[name] = held_by[0].removeprefix(recording)
                continue
            for door in (
                lesson_to_watch(session, person, lesson.id),
                edition_for(session, person, lesson),
            ):
                with pytest.raises(NotFound):
                    await door
    return found


async def test_each_state_lets_in_whom_it_should(school: School, lesson: Lesson) -> None:
    for state, early in product((None, *STATES), (True, False)):
        async with school.site.house.database.session() as session:
            (await session.get_one(Course, school.course_id)).class_watches = early
        if state:
            await put(school, lesson, state)
        everybody = state == "published" or (early and state != "withdrawn")
        members = MEMBERS if everybody else frozenset()
        assert await watching(school, lesson) == dict.fromkeys(INSIDERS | members, ""), state
    await put(school, lesson, "published", label="public", edition=3)
    assert await watching(school, lesson) == {
        **dict.fromkeys(INSIDERS, ""), **dict.fromkeys(MEMBERS | {"guest"}, ".3"),
    }  # fmt: skip


async def test_a_review_that_ends_closes_the_door(school: School, lesson: Lesson) -> None:
    async with school.site.house.database.session() as session:
        await end_review(session, lesson.id, school.site.people["hai"].id)
    assert "hai" not in await watching(school, lesson)


async def test_insiders_ask_for_the_original_and_others_get_what_is_out(
    school: School, lesson: Lesson
) -> None:
    await put(school, lesson, "published", edition=2)
    people = school.site.people
    async with school.site.house.database.session() as session:
        for name in ("lin", "an"):
            assert await edition_for(session, people[name], lesson) == 2
            assert await edition_for(session, people[name], lesson, 2) == 2
        assert await edition_for(session, people["lin"], lesson, 0) == 0
        for name, asked in (("an", 0), ("an", 1), ("lin", 7)):
            with pytest.raises(NotFound):
                await edition_for(session, people[name], lesson, asked)


async def test_publishing_again_is_a_new_version(school: School, lesson: Lesson) -> None:
    lin = school.site.people["lin"].id
    async with school.site.house.database.session() as session:
        release = await release_of(session, str(lesson.recording_id))
        await put_out(session, release, 0, lin, "好")
        await put_out(session, release, 4, lin, "剪去课间")
        await move(session, release, "withdrawn", lin, "有错")
    async with school.site.house.database.session() as session:
        release = await session.get_one(Release, str(lesson.recording_id))
        assert (release.state, release.edition, release.version) == ("withdrawn", 4, 2)
        told = [
            (one.version, one.edition, one.why)
            for one in await versions_of(session, release.recording_id)
        ]
        assert told == [(2, 4, "剪去课间"), (1, 0, "好")]


PAGES = {"withdrawn": "退出", "draft": "还没有发布", "published": "只对上这门课的班次开放"}


async def test_the_page_says_why_nothing_is_to_be_seen(school: School, lesson: Lesson) -> None:
    async with school.site.house.database.session() as session:
        (await session.get_one(Course, school.course_id)).class_watches = False
    lin = await school.site.sign_in("lin")
    for state, words in PAGES.items():
        await put(school, lesson, state)
        visitor = await school.site.sign_in("guan" if state == "published" else "an")
        page = await visitor.get(f"/lessons/{lesson.id}/recording")
        assert page.status_code == 200
        assert words in page.text
        assert "lesson-player" not in page.text
        for address in (
            f"/lessons/{lesson.id}/timeline.json",
            f"/recordings/{lesson.recording_id}/hls/index.m3u8",
        ):
            assert (await visitor.get(address)).status_code == 404
        assert "lesson-player" in (await lin.get(f"/lessons/{lesson.id}/recording")).text
