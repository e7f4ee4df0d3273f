"""A lesson from a file: brought along, read, and with everything that follows."""

from pathlib import Path

import av
import pytest

from server.lessons.found import thumbs_in, turns_in
from server.lessons.lesson import Lesson
from server.lessons.receiving import IMPORTING, LessonReceiver, given_file
from server.recordings.preparing import Preparing
from server.recordings.recording import Recording, recording_folder
from server.store.database import new_id
from tests.conftest import Site, Visitor
from tests.media.decks import TITLES, Room, deck, pictures_of_pages
from tests.media.making import film
from tests.server.lessons.making import School
from tests.server.takes.making import eventually


async def bring(who: Visitor, school: School, slides: bytes = b"") -> str:
    """Fill in the form; the id of the lesson."""
    form = {"title": "旧课", "day": "2024-03-04", "at": "09:00", "language": "zh"}
    form |= {"teacher": school.site.people["lin"].id}
    files = {"slides": ("课.pdf", slides)} if slides else None
    answer = await who.post(f"/courses/{school.course_id}/recorded", form, files=files)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].endswith("/recording/upload")
    return answer.headers["location"].split("/")[2]


async def send(who: Visitor, lesson_id: str, name: str, data: bytes):
    """Upload a file for it; the answer to the last piece."""
    begun = await who.post_json(
        "/uploads",
        {
            "kind": "lesson",
            "file_name": name,
            "bytes": len(data),
            "about": {"lesson_id": lesson_id},
        },
    )
    if begun.status_code != 201:
        return begun
    headers = {"x-csrf-token": who.csrf, "accept": "application/json", "upload-offset": "0"}
    headers["content-type"] = "application/offset+octet-stream"
    return await who.http.patch(begun.headers["location"], content=data, headers=headers)


async def states(site: Site, recording_id: str) -> dict[str, tuple[str, str]]:
    async with site.house.database.session() as session:
        steps = await site.house.part(Preparing).steps_of(session, recording_id)
    return {step.row.step: (step.row.state, step.row.problem) for step in steps}


async def recording_of(school: School, lesson_id: str) -> Recording:
    async with school.site.house.database.session() as session:
        found = await session.get(Recording, (await school.named(lesson_id)).recording_id or "")
    assert found is not None
    return found


def film_of_pages(path: Path, slides: Path, pages: list[int]) -> Path:
    """A film without sound that shows pages of the slides, one a second."""
    room = Room(pictures_of_pages(slides), "window")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=1)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        for second, page in enumerate(pages):
            picture = room.at(page, second % 30)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "bgr24")))
        container.mux(stream.encode(None))
    return path


async def test_a_silent_film_with_slides_gets_chapters_and_pictures(
    school: School, tmp_path: Path
) -> None:
    lin, slides = await school.site.sign_in("lin"), deck(tmp_path / "deck.pdf")
    lesson_id = await bring(lin, school, slides.read_bytes())
    pages = [1] * 35 + [3] * 35 + [2] * 35
    file = film_of_pages(tmp_path / "a.mp4", slides, pages)
    answer = await send(lin, lesson_id, "a.mp4", file.read_bytes())
    assert answer.json()["page"] == f"/lessons/{lesson_id}/recording", answer.text
    recording = await recording_of(school, lesson_id)
    assert (await lin.get(answer.json()["page"])).status_code == 200

    async def done() -> bool:
        steps = await states(school.site, recording.id)
        assert not [step for step in steps.items() if step[1][0] == "failed"], steps
        wanted = {"import", "turns", "chapters", "thumbnails", "words"}
        return wanted <= steps.keys() and all(state == "done" for state, _ in steps.values())

    assert await eventually(done, 120)
    told = (await lin.get(f"/lessons/{lesson_id}/timeline.json")).json()
    assert told["duration"] == pytest.approx(105, abs=1.5)
    assert [chapter["title"] for chapter in told["chapters"]] == [TITLES[0], TITLES[2], TITLES[1]]
    assert [turn["page"] for turn in told["slides"]] == [1, 3, 2]
    assert [chapter["at"] for chapter in told["chapters"]] == pytest.approx([0, 35, 70], abs=2)
    folder = recording_folder(school.site.house.folder, recording.id)
    assert turns_in(folder).source == "pages"
    thumbs = thumbs_in(folder)
    assert len(thumbs.seconds) >= 11
    picture = await lin.http.get(told["media"]["base"] + told["chapters"][1]["thumb"])
    assert picture.content[:3] == b"\xff\xd8\xff"
    assert len(picture.content) < 60_000
    page = await lin.get(f"/lessons/{lesson_id}/recording")
    assert "data-preparing-url-value" in page.text
    again = await send(lin, lesson_id, "b.mp4", file.read_bytes())
    assert again.json()["error"] == "lesson.upload.error.taken"


async def test_a_file_that_breaks_off_says_so_and_another_may_come(
    school: School, tmp_path: Path
) -> None:
    lin = await school.site.sign_in("lin")
    lesson_id = await bring(lin, school)
    whole = film(tmp_path / "half.mkv", "libx264", 10.0)
    half = whole.read_bytes()[: whole.stat().st_size // 2]
    an = await school.site.sign_in("an")
    assert (await send(an, lesson_id, "x.mkv", half)).status_code == 404
    assert (await send(lin, lesson_id, "x.mkv", b"ffconcat version 1.0\n")).status_code == 400
    assert (await send(lin, lesson_id, "x.mkv", half)).status_code == 201
    recording = await recording_of(school, lesson_id)

    async def failed() -> bool:
        steps = await states(school.site, recording.id)
        return steps.get("import") == ("failed", "media.truncated")

    assert await eventually(failed, 60)
    assert "换一个文件" in (await lin.get(f"/lessons/{lesson_id}/recording")).text
    assert (await send(lin, lesson_id, "y.mkv", whole.read_bytes())).status_code == 201

    async def waits_for_a_model() -> bool:
        steps = await states(school.site, recording.id)
        return steps.get("words", ("", ""))[0] == "waiting" and bool(steps["words"][1])

    assert await eventually(waits_for_a_model, 60)
    assert (await recording_of(school, lesson_id)).state == "ready"


async def test_a_file_that_came_just_before_a_crash_is_read_after_it(
    school: School, tmp_path: Path
) -> None:
    house, lesson = school.site.house, await school.lesson()
    recording = Recording(
        id=new_id(), owner_id=school.site.people["lin"].id, kind="lesson", source="file",
        state=IMPORTING,
    )  # fmt: skip
    film(given_file(house.folder, recording.id).with_suffix(".mp4"), "libx264", 2).rename(
        given_file(house.folder, recording.id)
    )
    async with house.database.session() as session:
        session.add(recording)
        await session.flush()
        (await session.get_one(Lesson, lesson.id)).recording_id = recording.id
    await house.part(LessonReceiver).start()

    async def is_ready() -> bool:
        return (await recording_of(school, lesson.id)).state == "ready"

    await eventually(is_ready)
