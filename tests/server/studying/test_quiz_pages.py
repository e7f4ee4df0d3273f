"""Quizzes: the staff asks at a second, everybody's attempts are kept, results go to the staff."""

import asyncio
from typing import Any

import pytest

from server.events import QuizAnswered
from server.lessons.lesson import Lesson
from server.recordings.edition import Edition
from server.recordings.release import release_of
from tests.conftest import Visitor
from tests.server.lessons.making import School
from tests.server.lessons.test_recording_pages import held

CHOICE = {
    "kind": "single", "at": "0:20", "question": "一个网格一般多少户？", "attempts": 2,
    "option0": "约 300 户", "option1": "约 3000 户", "option3": "<b>不分户</b>", "right": ["0"],
    "explanation": "见第 2 页。",
}  # fmt: skip
NUMBER = {
    "kind": "number", "at": "", "question": "走访几户？", "value": "30", "tolerance": "2",
    "attempts": 0,
}  # fmt: skip


@pytest.fixture
async def lesson(school: School) -> Lesson:
    return await held(school)


async def keep(lin: Visitor, lesson: Lesson, **question: Any) -> None:
    kept = await lin.post(f"/lessons/{lesson.id}/recording/quiz", question)
    assert kept.status_code == 303, kept.text


async def questions(who: Visitor, lesson: Lesson, query: str = "") -> list[dict[str, Any]]:
    answer = await who.get(f"/lessons/{lesson.id}/quiz.json{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["questions"])


async def test_each_attempt_is_kept_for_its_person(school: School, lesson: Lesson) -> None:
    told: list[object] = []
    school.site.house.bus.subscribe(QuizAnswered, told.append)
    lin, an, zhou = [await school.site.sign_in(name) for name in ("lin", "an", "zhou")]
    await keep(lin, lesson, **CHOICE)
    await keep(lin, lesson, **NUMBER)
    first, last = await questions(an, lesson)
    assert (first["at"], last["at"]) == (20.0, None)
    assert first["options"] == ["约 300 户", "约 3000 户", "<b>不分户</b>"]
    assert (first["correct"], first["explanation"], first["left"]) == ([], "", 2)
    door = f"/lessons/{lesson.id}/quiz/{first['id']}"
    wrong = (await an.post_json(door, {"answer": [1]})).json()
    assert (wrong["done"], wrong["left"], wrong["correct"]) == (False, 1, [])
    right = (await an.post_json(door, {"answer": [0]})).json()
    assert (right["done"], right["correct"], right["explanation"]) == (True, [0], "见第 2 页。")
    assert (await an.post_json(door, {"answer": [0]})).status_code == 409
    number = (
        await an.post_json(f"/lessons/{lesson.id}/quiz/{last['id']}", {"answer": [31]})
    ).json()
    assert number["attempts"] == [{"number": 1, "answer": [31.0], "right": True}]
    assert [one["attempts"] for one in await questions(zhou, lesson)] == [[], []]
    page = (await lin.get(f"/lessons/{lesson.id}/recording/quiz")).text
    assert page.count("1 人最后答对") == 2
    assert "<b>不分户</b>" not in page
    table = (await lin.get(f"/lessons/{lesson.id}/recording/quiz.csv")).text
    assert [line.count("安学员") for line in table.splitlines()] == [0, 1, 1, 1]
    assert [(one.number, one.right) for one in told] == [(1, False), (2, True), (1, True)]


async def test_a_double_click_is_one_attempt(school: School, lesson: Lesson) -> None:
    lin, an = await school.site.sign_in("lin"), await school.site.sign_in("an")
    await keep(lin, lesson, **CHOICE | {"attempts": 1})
    [one] = await questions(an, lesson)
    door = f"/lessons/{lesson.id}/quiz/{one['id']}"
    answers = await asyncio.gather(*(an.post_json(door, {"answer": [1]}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]


async def test_a_change_after_answers_makes_a_new_question(school: School, lesson: Lesson) -> None:
    lin, an = await school.site.sign_in("lin"), await school.site.sign_in("an")
    await keep(lin, lesson, **CHOICE)
    [old] = await questions(an, lesson)
    await an.post_json(f"/lessons/{lesson.id}/quiz/{old['id']}", {"answer": [1]})
    form = (await lin.get(f"/lessons/{lesson.id}/recording/quiz?from={old['id']}")).text
    assert 'name="replaces"' in form
    assert 'value="约 3000 户"' in form
    await keep(lin, lesson, **CHOICE | {"question": "到底多少户？", "replaces": old["id"]})
    [new] = await questions(an, lesson)
    assert (new["question"], new["attempts"]) == ("到底多少户？", [])
    assert "一个网格一般多少户" in (await lin.get(f"/lessons/{lesson.id}/recording/quiz.csv")).text
    gone = await an.post_json(f"/lessons/{lesson.id}/quiz/{old['id']}", {"answer": [0]})
    assert gone.status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": "soon"}, {"option1": "", "option3": ""}, {"right": ["0", "1"]}, {"question": ""},
        {"kind": "essay"}, {"attempts": 99}, NUMBER | {"value": "nan"},
    ],
)  # fmt: skip
async def test_a_question_that_cannot_be_asked_is_refused_and_stays_typed(
    school: School, lesson: Lesson, wrong: dict[str, Any]
) -> None:
    lin = await school.site.sign_in("lin")
    refused = await lin.post(f"/lessons/{lesson.id}/recording/quiz", CHOICE | wrong)
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text
    assert "约 300 户" in refused.text
    assert await questions(lin, lesson) == []


async def test_a_question_at_what_was_cut_out_is_not_asked(school: School, lesson: Lesson) -> None:
    lin, an = await school.site.sign_in("lin"), await school.site.sign_in("an")
    for at in ("0:20", "0:40"):
        await keep(lin, lesson, **CHOICE | {"at": at})
    async with school.site.house.database.session() as session:
        recording = str(lesson.recording_id)
        session.add(
            Edition(recording_id=recording, number=1, cuts=[[10, 30]], original=60, state="ready")
        )
        (await release_of(session, recording)).edition = 1
    assert [one["at"] for one in await questions(an, lesson)] == [20.0]
    assert [one["at"] for one in await questions(lin, lesson, "?edition=0")] == [20.0, 40.0]


async def test_strangers_find_no_quiz_trainees_no_editor(school: School, lesson: Lesson) -> None:
    lin, an, bo = [await school.site.sign_in(name) for name in ("lin", "an", "bo")]
    await keep(lin, lesson, **CHOICE)
    [one] = await questions(lin, lesson)
    assert (await bo.get(f"/lessons/{lesson.id}/quiz.json")).status_code == 404
    tried = await bo.post_json(f"/lessons/{lesson.id}/quiz/{one['id']}", {"answer": [0]})
    assert tried.status_code == 404
    for page in ("quiz", "quiz.csv"):
        assert (await an.get(f"/lessons/{lesson.id}/recording/{page}")).status_code == 404


async def test_what_was_cut_out_is_not_asked_by_its_address_either(
    school: School, lesson: Lesson
) -> None:
    lin, an = await school.site.sign_in("lin"), await school.site.sign_in("an")
    await keep(lin, lesson, **CHOICE)
    [one] = await questions(an, lesson)
    async with school.site.house.database.session() as session:
        edition = {"cuts": [[10.0, 30.0]], "original": 60.0, "state": "ready"}
        session.add(Edition(recording_id=str(lesson.recording_id), number=1, **edition))
        (await release_of(session, str(lesson.recording_id))).edition = 1
    door = f"/lessons/{lesson.id}/quiz/{one['id']}"
    assert (await an.post_json(door, {"answer": [0]})).status_code == 404
    page = await lin.get(f"/lessons/{lesson.id}/recording/quiz?at=²")
    assert page.status_code == 200
