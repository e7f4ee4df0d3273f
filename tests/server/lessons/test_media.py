"""Fresh addresses for players, and where a room's HLS leads after its end."""

import pytest

from server.courses.course import Course
from server.lessons.lesson import LessonGuest
from server.recordings.addresses import Addresses
from server.recordings.edition import Edition, edition_folder
from server.recordings.release import STATES, put_out, release_of
from server.recordings.viewings import RecordingViewing
from server.store.database import Table
from tests.server.lessons.making import School
from tests.server.lessons.test_recording_pages import held
from tests.server.lessons.test_watching import put


async def test_a_player_gets_fresh_addresses_as_long_as_it_may(school: School) -> None:
    lesson = await held(school)
    recording = str(lesson.recording_id)
    an, lin = await school.site.sign_in("an"), await school.site.sign_in("lin")
    path = f"/lessons/{lesson.id}/media.json"
    media = (await an.get(path)).json()
    assert (media["edition"], media["screen"], media["picture"]) == (0, None, True)
    assert (await an.get(media["src"])).status_code == 200
    await put(school, lesson, "withdrawn")
    school.site.house.part(Addresses).recall(recording)
    assert (await an.get(media["src"])).status_code == 403
    assert (await an.get(path)).status_code == 404
    assert (await lin.get((await lin.get(path)).json()["src"])).status_code == 200

    folder = edition_folder(school.site.house.folder, recording, 2)
    folder.mkdir(parents=True)
    for file in edition_folder(school.site.house.folder, recording, 0).glob("*.*"):
        (folder / file.name).write_bytes(file.read_bytes())
    async with school.site.house.database.session() as session:
        session.add(Edition(recording_id=recording, number=2, state="ready"))
        session.add(Edition(recording_id=recording, number=3, state="rendering"))
        await put_out(session, await release_of(session, recording), 2, None)
    media = (await an.get(path)).json()
    assert media["edition"] == 2
    assert media["src"].endswith(f"/{recording}.2/index.m3u8")
    assert (await lin.get(f"{path}?edition=0")).json()["edition"] == 0
    for who, asked in ((an, "0"), (an, "1"), (lin, "3"), (lin, "-1"), (lin, "x"), (lin, "9" * 40)):
        assert (await who.get(f"{path}?edition={asked}")).status_code == 404, asked


async def test_every_role_finds_the_bytes_in_the_states_it_should(school: School) -> None:
    lesson = await held(school)
    people = ("lin", "mei", "du", "xue", "an", "zhou", "guan", "bo", "hai")
    async with school.site.house.database.session() as session:
        session.add(LessonGuest(lesson_id=lesson.id, person_id=school.site.people["guan"].id))
        (await session.get_one(Course, school.course_id)).class_watches = False
    visitors = {login: await school.site.sign_in(login) for login in people}
    told = {}
    for state in STATES:
        await put(school, lesson, state, label="public")
        may = []
        for login, who in visitors.items():
            found = await who.get(f"/lessons/{lesson.id}/media.json")
            page = await who.get(f"/lessons/{lesson.id}/timeline.json")
            assert (found.status_code == 200) == (page.status_code == 200)
            assert found.status_code in (200, 404)
            if found.status_code == 200:
                assert (await who.get(found.json()["src"])).status_code == 200
                may.append(login)
        told[state] = may
    insiders = ["lin", "mei", "du", "xue"]
    published = [*insiders, "an", "zhou", "guan"]
    assert told == {**dict.fromkeys(STATES, insiders), "published": published}


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
async def test_after_its_end_a_room_leads_to_its_recording(school: School, state: str) -> None:
    lesson = await held(school)
    async with school.site.house.database.session() as session:
        session.add(LessonGuest(lesson_id=lesson.id, person_id=school.site.people["guan"].id))
    await put(school, lesson, state)
    path = f"/rooms/{lesson.room_id}/hls/index.m3u8"
    for login, may in (("lin", True), ("an", state == "draft"), ("guan", False), ("bo", False)):
        visitor = await school.site.sign_in(login)
        answer = await visitor.get(path)
        assert answer.status_code == (303 if may else 404), login
        if may:
            assert (await visitor.get(answer.headers["location"])).status_code == 200


async def test_every_opening_of_the_page_is_kept(school: School) -> None:
    lesson = await held(school)
    for login in ("an", "an", "lin", "bo"):
        await (await school.site.sign_in(login)).get(f"/lessons/{lesson.id}/recording")
    table = Table.metadata.tables[RecordingViewing.__tablename__]
    async with school.site.house.database.session() as session:
        rows = list(await session.execute(table.select().order_by(table.c.id)))
    people = school.site.people
    assert [row.person_id for row in rows] == [people["an"].id, people["an"].id, people["lin"].id]
    assert {(row.way, row.edition, row.recording_id) for row in rows} == {
        ("page", 0, lesson.recording_id)
    }
