"""How a recording is kept: who may say so, and what is really gone when it is deleted."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from server.classroom.acts.talking import Wrote
from server.classroom.event_log import StoredEvent, StoredRoom, events_of
from server.comments.comment import Comment
from server.errors import Conflict
from server.lessons.indexing import Indexing
from server.lessons.lesson import Lesson
from server.recordings.addresses import Addresses
from server.recordings.deleting import DeletedRecording, Deleting
from server.recordings.recording import Recording, recording_folder
from server.recordings.release import Release
from server.recordings.sealing import Sealing
from server.recordings.viewings import RecordingViewing, note_viewing
from server.rubrics.rubric import RubricReview
from server.search.documents import Document
from server.search.index import SearchIndex
from tests.server.lessons.making import School
from tests.server.lessons.test_recording_pages import held

SETTINGS = {"label": "sensitive", "watermark": "label", "keep_until": ""}


@pytest.fixture
async def lesson(school: School) -> Lesson:
    return await held(school)


def base(lesson: Lesson) -> str:
    return f"/lessons/{lesson.id}/recording"


async def release(school: School, lesson: Lesson) -> Release:
    async with school.site.house.database.session() as session:
        return await session.get_one(Release, str(lesson.recording_id))


async def test_who_sees_and_who_changes_how_it_is_kept(school: School, lesson: Lesson) -> None:
    told = {}
    for login in ("lin", "mei", "xue", "du", "an", "zhou", "bo", "hai", "guan"):
        who = await school.site.sign_in(login)
        pages = [
            (await who.get(f"{base(lesson)}/settings")).status_code,
            (await who.post(f"{base(lesson)}/settings", SETTINGS)).status_code,
            (await who.get(f"{base(lesson)}/viewings")).status_code,
            (await who.post(f"{base(lesson)}/hold", {"why": "举报核查"})).status_code,
            (await who.get(f"{base(lesson)}/delete")).status_code,
            (await who.post(f"{base(lesson)}/hold/lift")).status_code,
        ]
        told[login] = pages
    staff, nobody = [200, 303, 200, 403, 200, 403], [404, 404, 404, 403, 404, 403]
    assert told == {
        "lin": staff, "mei": staff, "xue": [200, 303, 200, 303, 200, 303],
        "du": [200, 404, 200, 303, 403, 303],
        **dict.fromkeys(("an", "zhou", "bo", "hai", "guan"), nobody),
    }  # fmt: skip


async def test_a_label_asks_for_the_viewers_name(school: School, lesson: Lesson) -> None:
    lin, an = await school.site.sign_in("lin"), await school.site.sign_in("an")
    assert "watermark" not in (await an.get(base(lesson))).text
    assert (await lin.post(f"{base(lesson)}/settings", SETTINGS)).status_code == 303
    page = (await an.get(base(lesson))).text
    assert 'data-controller="watermark"' in page
    assert 'data-watermark-words-value="安学员 an ' in page
    off = {**SETTINGS, "watermark": "never"}
    await lin.post(f"{base(lesson)}/settings", off)
    assert "watermark" not in (await an.get(base(lesson))).text
    answer = await an.post_json(f"{base(lesson)}/unmarked", {})
    assert answer.status_code == 204
    assert "去掉了画面上的姓名" in (await lin.get(f"{base(lesson)}/viewings")).text
    for wrong in ({"label": "secret"}, {"watermark": "x"}, {"keep_until": "2001-01-01"}):
        answer = await lin.post(f"{base(lesson)}/settings", {**SETTINGS, **wrong})
        assert answer.status_code == 400, wrong


async def test_the_log_names_people_and_tokens(school: School, lesson: Lesson) -> None:
    await (await school.site.sign_in("an")).get(base(lesson))
    async with school.site.house.database.session() as session:
        note_viewing(session, str(lesson.recording_id), 2, "feed", bearer="<b>播客</b>")
    page = (await (await school.site.sign_in("lin")).get(f"{base(lesson)}/viewings")).text
    assert page.index("&lt;b&gt;播客") < page.index("安学员")
    assert "剪辑版 2" in page


async def test_what_was_altered_is_shown_to_those_who_keep_it(
    school: School, lesson: Lesson
) -> None:
    folder = recording_folder(school.site.house.folder, str(lesson.recording_id))
    lin, an = await school.site.sign_in("lin"), await school.site.sign_in("an")
    assert "还没有封存" in (await lin.get(f"{base(lesson)}/settings")).text
    (folder / "screen-002.mp4").write_bytes(b"x" * 100)
    await school.site.house.part(Sealing).run(folder.name, lambda share: None)
    (folder / "screen-002.mp4").write_bytes(b"x" * 99 + b"y")
    assert (await lin.post(f"{base(lesson)}/check")).status_code == 303
    for page in (base(lesson), f"{base(lesson)}/settings"):
        text = (await lin.get(page)).text
        assert "screen-002.mp4" in text
        assert "0:20–1:00" in text
    assert "screen-002.mp4" not in (await an.get(base(lesson))).text


async def test_a_hold_keeps_it_from_being_deleted(school: School, lesson: Lesson) -> None:
    du, lin = await school.site.sign_in("du"), await school.site.sign_in("lin")
    assert (await du.post(f"{base(lesson)}/hold", {"why": ""})).status_code == 400
    await du.post(f"{base(lesson)}/hold", {"why": "举报核查"})
    page = (await lin.get(f"{base(lesson)}/settings")).text
    assert "举报核查" in page
    answer = await lin.post(f"{base(lesson)}/delete", {"why": "旧", "sure": "yes"})
    assert answer.status_code == 409
    deleting = school.site.house.part(Deleting)
    with pytest.raises(Conflict):
        await deleting.delete(str(lesson.recording_id), lesson.id, None, "")
    await du.post(f"{base(lesson)}/hold/lift")
    assert (await release(school, lesson)).hold_at is None
    answer = await lin.post(f"{base(lesson)}/delete", {"why": "旧", "sure": "yes"})
    assert answer.status_code == 303


def traces(folder: Path, *words: str) -> list[Path]:
    """The files below a folder in which one of the words stands."""
    wanted = [form for word in words for form in (word.encode(), word.encode("unicode_escape"))]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(word in path.read_bytes() for word in wanted)]


async def test_deleting_leaves_nothing_but_the_line_that_says_so(
    school: School, lesson: Lesson
) -> None:
    house, recording = school.site.house, str(lesson.recording_id)
    (recording_folder(house.folder, recording) / "captions-001.vtt").write_text("独一无二的话")
    async with house.database.session() as session:
        room = await session.get_one(StoredRoom, str(lesson.room_id))
        room.folder = f"recordings/{recording}"
        last = (await events_of(session, room.id))[-1]
        wrote = Wrote(
            seq=last.seq + 1, at=last.at, person="", name="", text="绝无仅有的话 Quixotic zephyrs"
        )
        body = msgspec.to_builtins(wrote)
        session.add(StoredEvent(room_id=room.id, seq=wrote.seq, at=wrote.at, body=body))
    words = ("独一无二的话", "绝无仅有的话")
    await house.part(Indexing).index(recording, lambda share: None)
    assert traces(house.folder.path, "quixot")
    an, lin = await school.site.sign_in("an"), await school.site.sign_in("lin")
    async with house.database.session() as session:
        session.add(
            Comment(
                subject_kind="lesson",
                subject_id=lesson.id,
                author_id=lin.person.id,
                at=1.0,
                text="独一无二的话",
            )
        )
        session.add(RubricReview(subject_kind="lesson", subject_id=lesson.id))
    handout = house.folder.sub("handouts", str(lesson.room_id)) / "one"
    handout.write_text("独一无二的话")
    src = (await an.get(f"/lessons/{lesson.id}/media.json")).json()["src"]
    assert traces(house.folder.path, *words)
    assert (await lin.post(f"{base(lesson)}/delete", {"why": "旧"})).status_code == 400
    assert (await lin.post(f"{base(lesson)}/delete", {"sure": "yes"})).status_code == 400
    page = (await lin.get(f"{base(lesson)}/delete")).text
    assert "1 MB" in page
    sent = await lin.post(f"{base(lesson)}/delete", {"why": "内容过时", "sure": "yes"})
    assert sent.headers["location"] == f"/lessons/{lesson.id}"

    await house.part(Deleting).stop()
    assert traces(house.folder.path, *words, "quixot", "zephyr") == []
    assert not (house.folder.path / "recordings" / recording).exists()
    assert (await an.get(src)).status_code in (403, 404)
    async with house.database.session() as session:
        for table in (
            Comment,
            RubricReview,
            Recording,
            Release,
            RecordingViewing,
            StoredRoom,
            StoredEvent,
        ):
            assert not list(await session.execute(select(table))), table
        line = await session.get_one(DeletedRecording, recording)
        assert (line.by, line.why, line.files_left) == (lin.person.id, "内容过时", False)
        kept = await session.get_one(Lesson, lesson.id)
        assert (kept.recording_id, kept.room_id) == (None, None)
    for who, reason in ((an, False), (lin, True)):
        page = (await who.get(base(lesson))).text
        assert "已于" in page
        assert ("内容过时" in page) == reason
    assert (await lin.get(f"{base(lesson)}/settings")).status_code == 404
    assert house.part(Addresses).allowed(src.split("/")[2], recording) is None


async def test_what_a_crash_left_is_removed_at_the_next_start(
    school: School, lesson: Lesson
) -> None:
    house = school.site.house
    left = recording_folder(house.folder, "gone")
    (left / "voice-001.mp4").write_bytes(b"x")
    packed = house.folder.sub("shared", "gone", "0-1") / "lesson.zip"
    packed.write_bytes(b"x")
    index = house.part(SearchIndex)
    await index.replace("gone.1", [Document("said", 1.0, "独一无二的话")])
    async with house.database.session() as session:
        session.add(DeletedRecording(id="gone"))
    await Deleting(house).start()
    assert not left.exists()
    assert not packed.exists()
    await house.part(Indexing).start()
    assert await index.sources_of("gone") == []
    async with house.database.session() as session:
        assert not (await session.get_one(DeletedRecording, "gone")).files_left
