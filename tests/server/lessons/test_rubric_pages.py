"""Rubrics on a recording: filled in, kept apart until handed in, compared, closed, released."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from server.accounts.person import Person, RoleGrant
from server.events import RubricFilled
from server.lessons.lesson import Lesson, LessonReviewer
from server.rubrics.rubric import Filing, Rubric, RubricReview, Sheet
from server.rubrics.sheets import sheets_on
from server.rubrics.store import delete_sheets_on
from tests.conftest import Visitor
from tests.server.lessons.making import School
from tests.server.lessons.test_recording_pages import held


class Review:
    """A recorded lesson; Du and Ke rate it, Lin gave it, Xue keeps the review."""

    def __init__(self, school: School, lesson: Lesson) -> None:
        self.school, self.lesson = school, lesson
        self.path = f"/lessons/{lesson.id}/recording/rubrics"
        self.visitors: dict[str, Visitor] = {}

    async def visitor(self, login: str) -> Visitor:
        if login not in self.visitors:
            self.visitors[login] = await self.school.site.sign_in(login)
        return self.visitors[login]

    async def page(self, login: str) -> str:
        answer = await (await self.visitor(login)).get(self.path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def begin(self, login: str, example: str = "five") -> str:
        """The path of a sheet."""
        await self.page(login)
        async with self.school.site.house.database.session() as session:
            found = select(Rubric.id).where(Rubric.example == example)
            rubric_id = await session.scalar(found)
        answer = await (await self.visitor(login)).post(self.path, {"rubric": rubric_id})
        assert answer.status_code == 303, answer.text
        return f"{self.path}/{answer.headers['location'].split('sheet=')[1]}"

    async def save(self, login: str, sheet: str, revision: int, values: list[float]) -> int:
        items = {f"f{n}": {"value": value} for n, value in enumerate(values, 1)}
        items["f1"] |= {"remark": f"{login}的依据", "at": 12.0}
        sent: dict[str, Any] = {"revision": revision, "body": {"items": items, "overall": ""}}
        who = await self.visitor(login)
        return (await who.post_json(sheet, sent, "PUT")).status_code

    async def file(self, login: str, sheet: str) -> int:
        return (await (await self.visitor(login)).post(f"{sheet}/file")).status_code

    async def keep(self, login: str, what: str, **sent: str) -> int:
        return (await (await self.visitor(login)).post(f"{self.path}/{what}", sent)).status_code


@pytest.fixture
async def review(school: School) -> Review:
    lesson = await held(school)
    async with school.site.house.database.session() as session:
        ke = Person(login="ke", name="柯专家", language="zh")
        ke.grants = [RoleGrant(role="expert")]
        session.add(ke)
        await session.flush()
        session.add(LessonReviewer(lesson_id=lesson.id, person_id=ke.id))
    school.site.people["ke"] = ke
    return Review(school, lesson)


async def test_sheets_are_kept_apart_until_one_has_handed_in(review: Review) -> None:
    heard: list[RubricFilled] = []
    review.school.site.house.bus.subscribe(RubricFilled, heard.append)  # type: ignore[arg-type]
    du = await review.begin("du")
    assert await review.begin("du") == du, "one sheet of a form"
    assert await review.save("du", du, 1, [18, 15]) == 200
    assert await review.file("du", du) == 400, "items are open"
    assert await review.save("du", du, 1, [18, 15]) == 409
    assert await review.save("du", du, 2, [18, 15, 99]) == 400
    assert await review.save("du", du, 2, [18, 15, 14, 17, 20]) == 200
    assert await review.file("du", du) == 303
    ke = await review.begin("ke")
    await review.save("ke", ke, 1, [17, 15, 12, 9, 20])
    assert "du的依据" not in await review.page("ke"), "not before one's own"
    assert (await (await review.visitor("ke")).get(f"{review.path}?sheet={du[-36:]}")).is_success
    assert await review.save("ke", du, 3, [1, 1, 1, 1, 1]) == 404
    assert await review.file("ke", ke) == 303
    page = await review.page("ke")
    assert "du的依据" in page
    assert "1 对评分：0 对相同，1 对相差不超过一档" in page or "1 对评分：1 对相同" in page
    assert re.search(r"加权 κ = ", page)
    assert "<b>84</b> / 100" in page
    assert [(event.person_id, event.number) for event in heard] == [
        (review.school.site.people["du"].id, 1), (review.school.site.people["ke"].id, 1),
    ]  # fmt: skip


async def test_a_sheet_is_amended_with_its_history_until_the_review_closes(review: Review) -> None:
    du = await review.begin("du")
    await review.save("du", du, 1, [10] * 5)
    for _ in range(2):
        assert await review.file("du", du) == 303
    await review.save("du", du, 2, [11] * 5)
    assert "未提交的修改" in await review.page("du")
    await review.file("du", du)
    page = await review.page("du")
    assert "第 2 次" in page
    assert "<b>55</b> / 100" in page
    assert await review.keep("ke", "close", closed="yes") == 403
    assert await review.keep("xue", "close", closed="yes") == 303
    assert await review.save("du", du, 3, [12] * 5) == 409
    assert "du的依据" in await review.page("ke"), "all is shown once nobody can be swayed"
    async with review.school.site.house.database.session() as session:
        (state,) = await sheets_on(session, "lesson", review.lesson.id)
    assert state.number == 2
    assert state.filed_at


async def test_the_teacher_reads_the_results_once_they_are_released(review: Review) -> None:
    assert await review.keep("xue", "release", released="yes") == 409, "nothing yet"
    du = await review.begin("du")
    await review.save("du", du, 1, [10] * 5)
    await review.file("du", du)
    assert "du的依据" not in await review.page("lin")
    assert await review.keep("lin", "release", released="yes") == 403
    assert await review.keep("xue", "release", released="yes") == 303
    page = await review.page("lin")
    assert "du的依据" in page
    assert "评课人 1" in page and "<bdi>du</bdi>" not in page  # noqa: PT018
    await review.keep("xue", "release", released="")
    assert "du的依据" not in await review.page("lin")
    await review.keep("xue", "release", released="yes", named="yes")
    assert "<bdi>du</bdi>" in await review.page("lin")


async def test_nobody_rates_their_own_lesson_and_trainees_see_nothing(review: Review) -> None:
    await review.page("lin")
    async with review.school.site.house.database.session() as session:
        rubric_id = await session.scalar(select(Rubric.id))
    lin = await review.visitor("lin")
    assert (await lin.post(review.path, {"rubric": rubric_id})).status_code == 403
    for login in ("an", "zhou", "bo", "hai"):
        assert (await (await review.visitor(login)).get(review.path)).status_code == 404, login


async def test_a_draft_can_be_thrown_away_what_was_handed_in_cannot(review: Review) -> None:
    du = await review.begin("du")
    who = await review.visitor("du")
    assert (await who.post(f"{du}/discard")).status_code == 303
    du = await review.begin("du")
    await review.save("du", du, 1, [10] * 5)
    await review.file("du", du)
    assert (await who.post(f"{du}/discard")).status_code == 409


async def test_what_was_said_goes_with_the_recording(review: Review) -> None:
    du = await review.begin("du")
    await review.save("du", du, 1, [10] * 5)
    await review.file("du", du)
    await review.keep("xue", "release", released="yes")
    async with review.school.site.house.database.session() as session:
        await delete_sheets_on(session, "lesson", review.lesson.id)
        assert not list(await session.scalars(select(Sheet)))
        assert not list(await session.scalars(select(Filing)))
        assert not list(await session.scalars(select(RubricReview)))
