"""A package of one school becomes a lesson in another; what was altered is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from server.lessons.found import turns_in, words_in
from server.lessons.lesson import Lesson
from server.recordings.preparing import Preparing
from server.recordings.recording import Recording, recording_folder
from server.recordings.step import DONE
from server.sharing.importing import ImportedPackage
from server.sharing.package import Described, Line, TitleAt, Turn, write_package
from server.sharing.signing import SchoolKey, fingerprint
from server.uploads.pages import TYPE
from server.uploads.upload import upload_file
from tests.conftest import Visitor
from tests.media.decks import deck
from tests.media.making import film
from tests.server.lessons.making import School
from tests.server.takes.making import eventually

KEY = SchoolKey(bytes([7] * 32))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A lesson of four seconds with slides, chapters and words, from another school."""
    described = Described(
        title="调解的艺术", course="基层治理", teachers=["钱老师"],
        held_at="2026-03-02T01:00:00+00:00", language="zh", duration=4.0, version=1,
        chapters=[TitleAt(0, "开场"), TitleAt(2, "案例")], turns=[Turn(0.0, 1), Turn(2.0, 2)],
        lines=[Line(0.5, 1.5, "先听再说。", "钱老师")], pages=3, picture=True,
    )  # fmt: skip
    files = {
        "index.html": b"<!doctype html>",
        "lesson.mp4": film(tmp_path / "film.mp4", "libx264", 4),
        "captions.vtt": b"WEBVTT\n",
        "slides.pdf": deck(tmp_path / "slides.pdf"),
        "lesson.json": msgspec.json.encode(described),
    }
    write_package(tmp_path / "lesson.zip", files, KEY, "https://别校.example", "2026-03-03")
    return tmp_path / "lesson.zip"


async def send(who: Visitor, school: School, data: bytes):
    """Upload it for the course; the answer to the last byte."""
    about = {"course_id": school.course_id}
    wanted = {"kind": "package", "file_name": "a.zip", "bytes": len(data), "about": about}
    begun = await who.post_json("/uploads", wanted)
    if begun.status_code != 201:
        return begun
    headers = {"x-csrf-token": who.csrf, "accept": "application/json", "content-type": TYPE}
    headers["upload-offset"] = "0"
    return await who.http.patch(begun.headers["location"], content=data, headers=headers)


async def test_another_schools_lesson_comes_whole_and_as_a_draft(
    school: School, package: Path
) -> None:
    lin, an = await school.site.sign_in("lin"), await school.site.sign_in("an")
    assert (await lin.get(f"/courses/{school.course_id}/packages")).status_code == 200
    answer = await send(lin, school, package.read_bytes())  # noqa: ASYNC240
    assert answer.status_code == 201, answer.text
    page = answer.json()["page"]
    lesson_id = page.split("/")[2]

    async def prepared() -> bool:
        async with school.site.house.database.session() as session:
            lesson = await session.get_one(Lesson, lesson_id)
            steps = await school.site.house.part(Preparing).steps_of(
                session, str(lesson.recording_id)
            )
            states = {step.row.step: step.row.state for step in steps}
            return states.get("unpack") == states.get("index") == DONE

    await eventually(prepared)
    async with school.site.house.database.session() as session:
        lesson = await session.get_one(Lesson, lesson_id)
        recording = await session.get_one(Recording, str(lesson.recording_id))
        kept = await session.get_one(ImportedPackage, recording.id)
    assert kept.described == {}, "what was said is kept in one place"
    assert (lesson.title, recording.source, round(recording.duration)) == (
        "调解的艺术",
        "package",
        4,
    )
    folder = recording_folder(school.site.house.folder, recording.id)
    assert [(t.at, t.page) for t in turns_in(folder).turns] == [(0.0, 1), (2.0, 2)]
    assert words_in(folder).segments[0].text == "先听再说。"
    shown = (await lin.get(page)).text
    assert "https://别校.example" in shown
    assert fingerprint(KEY.public) in shown
    told = (await lin.get(f"/lessons/{lesson_id}/timeline.json")).json()
    assert [line["text"] for line in told["lines"]] == ["先听再说。"]
    assert [chapter["title"] for chapter in told["chapters"]] == ["开场", "案例"]
    found = (await lin.get("/search", params={"q": "先听再说"})).text
    assert "调解的艺术" in found
    assert fingerprint(KEY.public) not in (await an.get(page)).text


async def test_an_altered_package_is_refused_and_leaves_nothing(
    school: School, package: Path
) -> None:
    lin = await school.site.sign_in("lin")
    data = bytearray(package.read_bytes())  # noqa: ASYNC240
    middle = len(data) // 2
    data[middle] ^= 1
    refused = await send(lin, school, bytes(data))
    assert refused.status_code == 400
    assert refused.json()["error"] in ("error.package.altered", "error.package.no_zip")
    assert await school.lessons() == []
    assert not list((school.site.house.folder.path / "unpacked").iterdir())


async def test_packages_go_to_ones_own_courses_alone(
    school: School, package: Path, published: Callable[..., Awaitable[Lesson]]
) -> None:
    hai, an = await school.site.sign_in("hai"), await school.site.sign_in("an")
    assert (await send(hai, school, b"PK")).status_code == 404
    assert (await send(an, school, b"PK")).status_code == 403


async def test_what_a_package_says_of_itself_is_taken_with_care(
    school: School, tmp_path: Path
) -> None:
    described = Described(
        title="调解\0的\x1b艺术", course="", teachers=["钱\0老师"], held_at="?", language="?",
        duration=1e300, version=1, chapters=[TitleAt(0, "开\0场")], turns=[], lines=[], pages=0,
        picture=True,
    )  # fmt: skip
    files = {
        "lesson.mp4": film(tmp_path / "film.mp4", "libx264", 2),
        "lesson.json": msgspec.json.encode(described),
    }
    write_package(tmp_path / "odd.zip", files, KEY, "别\0校", "2026-03-03")
    lin = await school.site.sign_in("lin")
    answer = await send(lin, school, (tmp_path / "odd.zip").read_bytes())
    assert answer.status_code == 201, answer.text
    lesson = await school.named(answer.json()["page"].split("/")[2])
    assert (lesson.title, lesson.language) == ("调解 的 艺术", "zh")


async def test_a_package_that_is_sent_to_its_end_twice_becomes_one_lesson(
    school: School, package: Path
) -> None:
    lin, data = await school.site.sign_in("lin"), package.read_bytes()  # noqa: ASYNC240
    about = {"course_id": school.course_id}
    wanted = {"kind": "package", "file_name": "a.zip", "bytes": len(data), "about": about}
    address = (await lin.post_json("/uploads", wanted)).headers["location"]
    upload_file(school.site.house.folder, address.split("/")[2]).write_bytes(data)
    headers = {"x-csrf-token": lin.csrf, "accept": "application/json", "content-type": TYPE}
    headers["upload-offset"] = str(len(data))
    answers = await asyncio.gather(
        *(lin.http.patch(address, content=b"", headers=headers) for _ in range(3))
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 201
    assert set(codes[1:]) <= {404, 409}
    assert len(await school.lessons()) == 1
