"""Chapters are put right by who tends the recording, and stay as people made them."""

import re

from media.layout import Manifest, Span
from server.lessons.chaptering import Found
from server.lessons.chapters import put_found
from server.lessons.found import PageTurn, Turns, keep_turns
from server.lessons.lesson import Lesson
from server.recordings.recording import Recording, recording_folder
from server.store.database import new_id, now
from tests.server.lessons.making import School

FOUND = [Found(0.0, "封面", 1), Found(60.0, "网格化管理", 2), Found(200.0, "小结", 5)]


async def recorded(school: School) -> Lesson:
    """A lesson with ten minutes of recording, whose chapters were found."""
    recording = Recording(
        id=new_id(), owner_id=school.site.people["lin"].id, kind="lesson", state="ready",
        duration=600.0, source="demo",
    )  # fmt: skip
    folder = recording_folder(school.site.house.folder, recording.id)
    Manifest(0.0, 0.0, True, 600.0, [Span(1, 0, 0, 600.0)]).save(folder)
    (folder / "index.m3u8").touch()
    keep_turns(folder, Turns("events", tuple(PageTurn(one.at, one.page) for one in FOUND)))
    async with school.site.house.database.session() as session:
        session.add(recording)
        await session.flush()
        assert await put_found(session, recording.id, FOUND, "slides")
    return await school.lesson(recording_id=recording.id, ended_at=now())


async def test_people_name_move_add_and_delete_chapters(school: School) -> None:
    lesson, lin, an = await recorded(school), await school.site.sign_in("lin"), None
    page = f"/lessons/{lesson.id}/recording/chapters"
    text = (await lin.get(page)).text
    ids = re.findall(r'id="chapter-([0-9a-f-]+)"', text)
    assert re.findall(r'name="title" value="([^"]*)"', text) == ["封面", "网格化管理", "小结"]
    assert (await lin.post(f"{page}/{ids[1]}", {"at": "1:30", "title": "何为网格"})).is_redirect
    assert (await lin.post(f"{page}/{ids[2]}/remove")).is_redirect
    assert (await lin.post(page, {"at": "5:00", "title": "提问"})).is_redirect
    for wrong in ({"at": "5:00", "title": "又一"}, {"at": "99:00", "title": "外"}, {"at": "x"}):
        assert (await lin.post(page, wrong)).status_code in (400, 409)
    an = await school.site.sign_in("an")
    told = (await an.get(f"/lessons/{lesson.id}/timeline.json")).json()
    shown = [(chapter["at"], chapter["title"]) for chapter in told["chapters"]]
    assert shown == [(0, "封面"), (90, "何为网格"), (300, "提问")]
    assert [turn["page"] for turn in told["slides"]] == [1, 2, 5]
    assert (await an.get(page)).status_code == 404

    async with school.site.house.database.session() as session:
        assert not await put_found(session, str(lesson.recording_id), FOUND, "slides")
    assert (await lin.post(f"{page}/anew")).is_redirect
    text = (await lin.get(page)).text
    assert re.findall(r'name="title" value="([^"]*)"', text)[1:] == ["", "何为网格", "", "提问"]
