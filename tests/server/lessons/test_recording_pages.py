"""The page of a recording and its timeline through a running site: who is told what, and when."""

import time

import pytest

from media.layout import Manifest, Span, file_of
from media.live_playlist import LivePlaylists
from server.classroom.broadcasts import Broadcasts
from server.classroom.event_log import StoredRoom, append
from server.classroom.rooms import Rooms
from server.classroom.things import Agenda
from server.lessons.lesson import Lesson
from server.recordings.edition import Edition
from server.recordings.recording import Recording, recording_folder
from server.recordings.release import Release
from server.store.database import new_id, now
from tests.server.lessons.making import School
from tests.server.lessons.test_timeline import SECRETS, secrets


async def held(school: School, *, state: str = "ready", screen: bool = False) -> Lesson:
    """A lesson that was held, with a log that has secrets in it."""
    site, story = school.site, secrets()
    recording = Recording(id=new_id(), owner_id=site.people["lin"].id, kind="lesson", state=state)
    recording.duration = 60.0
    folder = recording_folder(site.house.folder, recording.id)
    room_id = await site.house.part(Rooms).open(
        kind="lesson", owner=site.people["lin"], title="网格化管理", folder=folder,
        agenda=Agenda(slides="/slides/x/slides.pdf", pages=5), language="zh", after="/",
    )  # fmt: skip
    Manifest(0.0, 1.0, True, 60.0, [Span(1, 0, 0, 20.0), Span(2, 20, 20, 40.0)]).save(folder)
    for name in ("index", "camera", *(["screen"] if screen else [])):
        (folder / f"{name}.m3u8").touch()
    file_of(folder, "screen", 2).touch()
    async with site.house.database.session() as session:
        session.add(recording)
        await append(session, room_id, story.events, story.room.state)
        (await session.get_one(StoredRoom, room_id)).ended_at = now()
    return await school.lesson(recording_id=recording.id, room_id=room_id, ended_at=now())


async def test_each_viewer_gets_what_their_role_may_know(school: School) -> None:
    lesson = await held(school)
    told = {}
    for login in ("lin", "mei", "an", "du", "zhou", "xue"):
        answer = await (await school.site.sign_in(login)).get(f"/lessons/{lesson.id}/timeline.json")
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "private, no-store"
        told[login] = [secret for secret in SECRETS if secret in answer.text]
    knowing = list(SECRETS[:3])
    assert told == {
        "lin": knowing, "mei": knowing, "an": [], "du": knowing, "zhou": knowing, "xue": [],
    }  # fmt: skip
    for login in ("hai", "bo"):
        stranger = await school.site.sign_in(login)
        for page in ("timeline.json", "recording"):
            assert (await stranger.get(f"/lessons/{lesson.id}/{page}")).status_code == 404


@pytest.mark.parametrize("screen", [False, True])
async def test_the_timeline_says_what_there_is_to_play(school: School, screen: bool) -> None:
    lesson = await held(school, screen=screen)
    an = await school.site.sign_in("an")
    media = (await an.get(f"/lessons/{lesson.id}/timeline.json")).json()["media"]
    base = media["base"]
    assert base.startswith(f"/hls/{school.site.people['an'].id}.")
    assert base.endswith(f"/{lesson.recording_id}/")
    shared = {"media_start": 0.0, "take_start": 20.0, "duration": 40.0}
    assert media == {
        "src": f"{base}index.m3u8",
        "base": base,
        "picture": True,
        "edition": 0,
        "seconds": 2700,
        "slides": "/slides/x/slides.pdf",
        "captions": [],
        "screen": {"src": f"{base}screen.m3u8", "spans": [shared]} if screen else None,
    }
    page = (await an.get(f"/lessons/{lesson.id}/recording")).text
    assert 'data-controller="lesson-player"' in page


async def test_until_it_is_ready_the_page_says_why(school: School) -> None:
    an = await school.site.sign_in("an")
    writing = await held(school, state="recording")
    page = (await an.get(f"/lessons/{writing.id}/recording")).text
    assert "收尾" in page
    assert (await an.get(f"/lessons/{writing.id}/timeline.json")).status_code == 409
    async with school.site.house.database.session() as session:
        live = await session.get_one(Lesson, writing.id)
        live.ended_at = None
        (await session.get_one(StoredRoom, str(live.room_id))).ended_at = None
    page = (await an.get(f"/lessons/{writing.id}/recording")).text
    assert f'href="/rooms/{writing.room_id}"' in page
    planned = await school.lesson()
    sent = await an.get(f"/lessons/{planned.id}/recording")
    assert sent.headers["location"] == f"/lessons/{planned.id}"


async def test_a_link_to_another_edition_says_which_one_plays(school: School) -> None:
    lesson = await held(school)
    async with school.site.house.database.session() as session:
        session.add(Release(recording_id=lesson.recording_id, state="published"))
        session.add(Edition(recording_id=lesson.recording_id, number=1, state="ready"))
    said = {}
    for login in ("lin", "an"):
        visitor = await school.site.sign_in(login)
        for asked in ("", "?edition=0", "?edition=1"):
            page = (await visitor.get(f"/lessons/{lesson.id}/recording{asked}")).text
            said[login, asked] = ("这不是现在的版本" in page, "链接指的是以前的版本" in page)
    same = (False, False)
    assert said == {
        ("lin", ""): same, ("lin", "?edition=0"): same, ("lin", "?edition=1"): (True, False),
        ("an", ""): same, ("an", "?edition=0"): same, ("an", "?edition=1"): (False, True),
    }  # fmt: skip


async def test_a_class_that_goes_on_is_told_to_those_alone_who_may_watch_it(
    school: School,
) -> None:
    lesson = await held(school, state="recording")
    folder = recording_folder(school.site.house.folder, str(lesson.recording_id))
    Manifest(time.time() - 60, 1.0, False, 0.0, [Span(1, 0, 0, None)]).save(folder)
    async with school.site.house.database.session() as session:
        (await session.get_one(Lesson, lesson.id)).ended_at = None
        (await session.get_one(StoredRoom, str(lesson.room_id))).ended_at = None
    school.site.house.part(Broadcasts).begin(
        str(lesson.room_id), LivePlaylists(folder), lambda person: person != an_id
    )
    an_id = school.site.people["an"].id
    told = {}
    for login in ("lin", "zhou", "an"):
        who = await school.site.sign_in(login)
        told[login] = (await who.get(f"/lessons/{lesson.id}/timeline.json")).status_code
        assert (await who.get(f"/lessons/{lesson.id}/recording")).status_code == 200
    assert told == {"lin": 200, "zhou": 200, "an": 409}
