"""Evaluation: learners answer once, the staff reads sums, and an anonymous form keeps its word."""

from typing import Any

import pytest
from sqlalchemy import select

from server.accounts.person import Person, RoleGrant
from server.courses.cohort import CohortMember
from server.events import EvaluationGiven
from server.lessons.lesson import Lesson
from server.store.database import now
from server.studying.evaluation import EvaluationSheet
from tests.conftest import Visitor
from tests.server.lessons.making import School

CLASS = ("an", "bo", "guan", "tr0", "tr1")  # all of them learn here


@pytest.fixture
async def lesson(school: School) -> Lesson:
    """A lesson that was held, for a class of five."""
    async with school.site.house.database.session() as session:
        for login in ("tr0", "tr1"):
            person = Person(login=login, name=login, grants=[RoleGrant(role="trainee")])
            session.add(person)
            school.site.people[login] = person
        await session.flush()
        for login in CLASS[1:]:
            person_id = school.site.people[login].id
            session.add(CohortMember(cohort_id=school.cohort_id, person_id=person_id))
    return await school.lesson(ended_at=now())


async def fill_in(who: Visitor, path: str, **answers: Any):
    page = (await who.get(path)).text
    form = page.split('name="form" value="')[1].split('"')[0]
    return await who.post(path, {"form": form, **answers})


async def test_results_are_shown_from_five_sheets_on_and_name_nobody(
    school: School, lesson: Lesson
) -> None:
    told: list[object] = []
    school.site.house.bus.subscribe(EvaluationGiven, told.append)
    path = f"/lessons/{lesson.id}/evaluation"
    lin = await school.site.sign_in("lin")
    for number, login in enumerate(CLASS):
        assert "没有人能" not in (await lin.get(path)).text
        assert "讲得清楚" not in (await lin.get(path)).text
        trainee = await school.site.sign_in(login)
        said = {"item0": str(1 + number), "item4": f"留下<b>{number}</b>"}
        assert (await fill_in(trainee, path, **said)).status_code == 303
        assert "您的评价已收到" in (await trainee.get(path)).text
    page = (await lin.get(path)).text
    assert "平均 3" in page
    assert "留下&lt;b&gt;4&lt;/b&gt;" in page
    table = (await lin.get(f"{path}.csv")).text
    assert "留下" in table
    assert not [login for login in CLASS if school.site.people[login].name in page + table]
    async with school.site.house.database.session() as session:
        assert set(await session.scalars(select(EvaluationSheet.person_id))) == {None}
    assert len(told) == len(CLASS)


async def test_everybody_answers_once(school: School, lesson: Lesson) -> None:
    path, an = f"/lessons/{lesson.id}/evaluation", await school.site.sign_in("an")
    assert "这些课怎么样" in (await an.get("/")).text
    page = (await an.get(path)).text
    form = page.split('name="form" value="')[1].split('"')[0]
    assert (await an.post(path, {"form": form})).status_code == 400
    assert (await an.post(path, {"form": form, "item0": "9"})).status_code == 400
    assert (await an.post(path, {"form": form, "item0": "4"})).status_code == 303
    assert (await an.post(path, {"form": form, "item0": "1"})).status_code == 409
    assert "这些课怎么样" not in (await an.get("/")).text
    assert "1 人已评价" in (await (await school.site.sign_in("lin")).get(path)).text


async def test_the_school_says_what_is_asked_and_whether_with_names(
    school: School, lesson: Lesson
) -> None:
    path = f"/lessons/{lesson.id}/evaluation"
    xue, an = await school.site.sign_in("xue"), await school.site.sign_in("an")
    old = (await an.get(path)).text.split('name="form" value="')[1].split('"')[0]
    await xue.get("/evaluation/lesson")
    form = {"kind0": "text", "text0": "想说什么？", "anonymous": "no", "asked": "yes"}
    assert (await xue.post("/evaluation/lesson", form)).status_code == 303
    assert (await an.post(path, {"form": old, "item0": "4"})).status_code == 409
    assert "教师会看到您的姓名" in (await an.get(path)).text
    assert (await fill_in(an, path, item0="=1+1")).status_code == 303
    lin = await school.site.sign_in("lin")
    assert "=1+1" in (await lin.get(path)).text
    assert "安学员,'=1+1" in (await lin.get(f"{path}.csv")).text
    await xue.post("/evaluation/lesson", form | {"asked": "no"})
    bo = await school.site.sign_in("bo")
    assert "不收集评价" in (await bo.get(path)).text
    assert (await xue.post("/evaluation/lesson", form | {"text0": ""})).status_code == 400


async def test_a_course_is_evaluated_by_who_learns_in_it(school: School, lesson: Lesson) -> None:
    path = f"/courses/{school.course_id}/evaluation"
    an, lin, hai, du = [await school.site.sign_in(name) for name in ("an", "lin", "hai", "du")]
    assert (await fill_in(an, path, item0="5")).status_code == 303
    assert "1 人已评价" in (await lin.get(path)).text
    assert "1 人已评价" in (await du.get(path)).text
    assert (await hai.get(path)).status_code == 404
    assert (await lin.post(path, {"form": "x", "item0": "5"})).status_code == 404
    assert (await an.get(f"{path}.csv")).status_code == 404


async def test_strangers_and_lessons_to_come_are_not_asked(school: School, lesson: Lesson) -> None:
    soon = await school.lesson()
    an, hai = await school.site.sign_in("an"), await school.site.sign_in("hai")
    assert (await an.get(f"/lessons/{soon.id}/evaluation")).status_code == 404
    assert (await hai.get(f"/lessons/{lesson.id}/evaluation")).status_code == 404
    assert (await an.get("/evaluation/lesson")).status_code == 403
