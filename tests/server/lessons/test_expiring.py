"""What is due goes, after its owner was told; what a hold is on stays."""

from datetime import date, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select

from media.edit_rules import rules_in, save_plan
from media.operations import Plan, Reword
from server.classroom.acts.recording import Said
from server.classroom.event_log import StoredEvent, StoredRoom, events_of
from server.lessons.expiring import Expiring
from server.lessons.lesson import Lesson
from server.recordings.edition import Edition
from server.recordings.recording import Recording, recording_folder
from server.recordings.release import Release, release_of
from server.recordings.retention import decide, rules_of
from server.recordings.viewings import RecordingViewing, note_viewing
from server.store.database import now
from tests.server.lessons.making import School
from tests.server.lessons.test_recording_pages import held

DAY = timedelta(days=1)


@pytest.fixture
async def lesson(school: School) -> Lesson:
    lesson = await held(school)
    async with school.site.house.database.session() as session:
        room = await session.get_one(StoredRoom, str(lesson.room_id))
        room.folder = f"recordings/{lesson.recording_id}"
    return lesson


async def sweep(school: School, at: datetime) -> list[str]:
    """The ids of the recordings that are left."""
    await school.site.house.part(Expiring).sweep(at)
    async with school.site.house.database.session() as session:
        return list(await session.scalars(select(Recording.id)))


async def test_a_recording_goes_some_days_after_its_owner_was_told(
    school: School, lesson: Lesson
) -> None:
    async with school.site.house.database.session() as session:
        await decide(session, "internal", "recording", 100)
        await decide(session, "internal", "recording", 90)
    here = [str(lesson.recording_id)]
    assert await sweep(school, now() + 70 * DAY) == here
    assert "lesson.recording_due" not in await school.told("lin")
    for day in (80, 81, 90):
        assert await sweep(school, now() + day * DAY) == here
    assert (await school.told("lin")).count("lesson.recording_due") == 1
    assert "lesson.recording_due" in await school.told("mei")
    notices = (await (await school.site.sign_in("lin")).get("/notices")).text
    assert "到时会删除" in notices
    async with school.site.house.database.session() as session:
        (await session.get_one(Release, here[0])).hold_at = now()
    assert await sweep(school, now() + 200 * DAY) == here
    async with school.site.house.database.session() as session:
        (await session.get_one(Release, here[0])).hold_at = None
    assert await sweep(school, now() + 200 * DAY) == []


async def test_a_server_that_was_away_still_gives_the_owner_time(
    school: School, lesson: Lesson
) -> None:
    async with school.site.house.database.session() as session:
        release = await release_of(session, str(lesson.recording_id))
        release.keep_until = date(2099, 1, 1)
    late = datetime(2099, 6, 1, tzinfo=now().tzinfo)
    assert await sweep(school, late), "told only now"
    assert await sweep(school, late + 13 * DAY)
    assert await sweep(school, late + 14 * DAY) == []


async def test_chat_and_words_go_and_the_recording_stays(school: School, lesson: Lesson) -> None:
    folder = recording_folder(school.site.house.folder, str(lesson.recording_id))
    (folder / "captions-001.vtt").write_text("WEBVTT\n")
    subtitles = '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",URI="captions.m3u8"\n'
    stream = '#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="voice",SUBTITLES="captions"\ncamera.m3u8\n'
    (folder / "index.m3u8").write_text(f"#EXTM3U\n{subtitles}{stream}")
    edition = folder / "editions" / "1"
    edition.mkdir(parents=True)
    save_plan(Plan(60.0, rewords=(Reword(2.0, "走访每一户"),)), edition)
    said = {"op": "reword", "start": 2.0, "text": "走访每一户"}
    edits = [said, {"op": "cut", "start": 0, "end": 1}]
    async with school.site.house.database.session() as session:
        session.add(Edition(recording_id=folder.name, number=1, edits=edits, state="ready"))
        last = (await events_of(session, str(lesson.room_id)))[-1]
        said = Said(seq=last.seq + 1, at=last.at, start=2000, end=4000, text="网格员每天走访")
        body = msgspec.to_builtins(said)
        session.add(StoredEvent(room_id=lesson.room_id, seq=said.seq, at=said.at, body=body))
    lin = await school.site.sign_in("lin")
    before = (await lin.get(f"/lessons/{lesson.id}/timeline.json")).json()
    assert before["chat"]
    assert before["lines"]
    async with school.site.house.database.session() as session:
        for matter in ("chat", "words"):
            await decide(session, "internal", matter, 30)
    assert await sweep(school, now() + 31 * DAY)
    after = (await lin.get(f"/lessons/{lesson.id}/timeline.json")).json()
    assert (after["chat"], after["lines"], after["questions"]) == ([], [], [])
    assert after["slides"] == before["slides"]
    assert not (folder / "captions-001.vtt").exists()
    assert rules_in(edition).plan == Plan(60.0)
    assert (folder / "index.m3u8").read_text() == (
        '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="voice"\ncamera.m3u8\n'
    )
    async with school.site.house.database.session() as session:
        assert (await session.get_one(Release, folder.name)).gone == ["chat", "words"]
        kept = (await session.scalars(select(Edition.edits))).one()
        assert [one["op"] for one in kept] == ["cut"]
        numbers = [event.seq for event in await events_of(session, str(lesson.room_id))]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_old_rows_of_the_viewing_log_go(school: School, lesson: Lesson) -> None:
    async with school.site.house.database.session() as session:
        note_viewing(session, str(lesson.recording_id), 0, "page")
    await sweep(school, now() + 1000 * DAY)
    async with school.site.house.database.session() as session:
        assert list(await session.scalars(select(RecordingViewing.id)))
    await sweep(school, now() + 1100 * DAY)
    async with school.site.house.database.session() as session:
        assert not list(await session.scalars(select(RecordingViewing.id)))


async def test_those_who_administer_decide(school: School) -> None:
    xue, lin = await school.site.sign_in("xue"), await school.site.sign_in("lin")
    assert (await lin.get("/retention")).status_code == 403
    assert (await lin.post("/retention", {})).status_code == 403
    sent = {"sensitive.recording": "365", "internal.viewings": "200"}
    assert (await xue.post("/retention", sent)).status_code == 303
    page = (await xue.get("/retention?saved=yes")).text
    assert 'name="sensitive.recording" value="365"' in page
    async with school.site.house.database.session() as session:
        rules = await rules_of(session)
    assert (rules["sensitive", "recording"], rules["internal", "viewings"]) == (365, 200)
    assert rules["public", "viewings"] is None
    for wrong in ("0", "-1", "x", "99999"):
        answer = await xue.post("/retention", {"public.chat": wrong})
        assert answer.status_code == 400, wrong


async def test_one_that_cannot_be_reckoned_keeps_no_other(school: School, lesson: Lesson) -> None:
    other = await held(school)
    async with school.site.house.database.session() as session:
        await decide(session, "internal", "recording", None)
        first, second = sorted((str(lesson.recording_id), str(other.recording_id)))
        (await release_of(session, first)).keep_until = date(9999, 12, 31)
        due = await release_of(session, second)
        due.keep_until, due.warned_at = date(2020, 1, 1), now() - 365 * DAY
    assert await sweep(school, now()) == [first]
