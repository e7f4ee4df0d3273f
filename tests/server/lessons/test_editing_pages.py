"""Whoever tends a recording edits it on a page; nobody else knows of it."""

import asyncio
import shutil

import httpx

from media.layout import Manifest
from server.lessons.lesson import Lesson
from server.recordings.editing import edition_of
from server.recordings.recording import recording_folder
from server.recordings.release import put_out, release_of
from tests.conftest import Visitor
from tests.server.lessons.making import School
from tests.server.lessons.test_recording_pages import held
from tests.server.recordings.editions import film_files


async def filmed(school: School) -> Lesson:
    """A lesson that was held, with a recording of six seconds that can be edited."""
    lesson = await held(school)
    folder = recording_folder(school.site.house.folder, str(lesson.recording_id))
    shutil.rmtree(folder)
    folder.mkdir()
    for name, data in film_files(6.0).items():
        (folder / name).write_bytes(data)
    return lesson


async def ask(lesson: Lesson, who: Visitor, operations: object, name: str = "") -> httpx.Response:
    path = f"/lessons/{lesson.id}/recording/editions"
    headers = {"x-csrf-token": who.csrf, "accept": "application/json"}
    sent = {"operations": operations, "name": name}
    return await who.http.post(path, json=sent, headers=headers)


async def until_made(lesson: Lesson, who: Visitor, number: int) -> str:
    """The list of editions once this one is made."""
    async with asyncio.timeout(60):
        while True:
            page = (await who.get(f"/lessons/{lesson.id}/recording/editions")).text
            item = page.partition(f'id="edition-{number}"')[2]
            if item.partition("data-state=")[2][1:6] in ("ready", "faile"):
                return page
            await asyncio.sleep(0.1)


async def test_an_edition_is_asked_for_made_and_revoked(school: School) -> None:
    lesson, lin = await filmed(school), await school.site.sign_in("lin")
    address = f"/lessons/{lesson.id}/recording/edit"
    page = await lin.get(address)
    assert page.status_code == 200
    assert 'data-controller="edition-editor"' in page.text
    cut = [{"op": "cut", "start": 1, "end": 2.5}, {"op": "mute", "start": 3, "end": 4}]
    made = await ask(lesson, lin, cut, "<b>短版</b>")
    assert (made.status_code, made.json()) == (201, {"number": 1})
    told = await until_made(lesson, lin, 1)
    assert 'data-state="ready"' in told
    assert "&lt;b&gt;短版" in told
    assert "剪掉 1 段 · 静音 1 处" in told
    again = (await lin.get(f"{address}?from=1")).text
    assert '"end": 2.5' in again
    recording = str(lesson.recording_id)
    async with school.site.house.database.session() as session:
        for number in (0, 1):
            await put_out(session, await release_of(session, recording), number, None)
    an = await school.site.sign_in("an")
    timeline = (await an.get(f"/lessons/{lesson.id}/timeline.json")).json()
    whole = (await lin.get(f"/lessons/{lesson.id}/timeline.json?edition=0")).json()
    assert timeline["media"]["edition"] == 1
    assert abs(whole["duration"] - timeline["duration"] - 1.5) < 0.05
    assert (await an.get(timeline["media"]["src"])).status_code == 200

    await lin.get(address)
    path = f"/lessons/{lesson.id}/recording/editions/1/revoke"
    assert (await lin.post(path, {"why": "", "instead": "0"})).status_code == 400
    assert (await lin.post(path, {"why": "名字", "instead": "7"})).status_code == 409
    assert (await lin.post(path, {"why": "名字", "instead": "0"})).status_code == 303
    async with school.site.house.database.session() as session:
        edition = await edition_of(session, recording, 1)
        assert edition is not None
        assert (edition.state, edition.revoked_why) == ("revoked", "名字")
        assert (await release_of(session, recording)).edition == 0
    assert (await an.get(timeline["media"]["src"])).status_code == 403
    assert (await lin.get(f"/lessons/{lesson.id}/timeline.json?edition=1")).status_code == 404


async def test_bad_input_is_refused_with_the_operation_it_is_about(school: School) -> None:
    lesson, lin = await filmed(school), await school.site.sign_in("lin")
    folder = recording_folder(school.site.house.folder, str(lesson.recording_id))
    duration = Manifest.load(folder).duration
    good = {"op": "cut", "start": 1, "end": 2}
    for wrong, key in (
        ({"op": "cut", "start": 2, "end": 2}, "edit.bad_stretch"),
        ({"op": "cut", "start": 0, "end": duration}, "edit.nothing_left"),
        ({"op": "mute", "person": "nobody"}, "edit.unknown_person"),
        ({"op": "captions", "language": "zh", "text": "WEBVTT\n\n<b>"}, "edit.bad_captions"),
        ({"op": "captions", "language": "fr", "text": "WEBVTT"}, "error.form.json"),
        ({"op": "explode"}, "error.form.json"),
        ({"op": "cut", "start": "1", "end": 2}, "error.form.json"),
    ):
        answer = await ask(lesson, lin, [good, wrong])
        assert (answer.status_code, answer.json()["error"]) == (400, key)
        assert answer.json()["sentence"]
        assert answer.json().get("field", "") in ("", "1")
    many = [{"op": "cut", "start": n / 1000, "end": n / 1000 + 0.0005} for n in range(1001)]
    assert (await ask(lesson, lin, many)).json()["error"] == "edit.too_many"
    assert (await ask(lesson, lin, [])).json()["error"] == "edit.nothing_done"
    huge = [{"op": "reword", "start": 1, "text": "x" * 1_999_000}] * 3
    assert (await ask(lesson, lin, huge)).status_code == 413


async def test_nobody_else_knows_of_it(school: School) -> None:
    lesson = await filmed(school)
    for login in ("an", "hai", "zhou", "guan"):
        who = await school.site.sign_in(login)
        for path in ("edit", "editions"):
            answer = await who.get(f"/lessons/{lesson.id}/recording/{path}")
            assert answer.status_code == 404, (login, path)
        assert (await ask(lesson, who, [{"op": "cut", "start": 1, "end": 2}])).status_code == 404
