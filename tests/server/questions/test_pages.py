"""Bringing questions, the bank, what teachers make of them, and topics within what one may see."""

import re

import pytest
from sqlalchemy import select

from server.classroom.agenda import Askers, agenda_of
from server.courses.course import Course
from server.courses.lesson_plan import LessonPlan, PlanVersion
from server.questions.question import BroughtQuestion
from server.recordings.recording import Recording
from server.search.documents import Document
from server.search.index import SearchIndex
from server.store.database import new_id
from tests.conftest import Site, Visitor
from tests.server.courses.making import draft, new_plan
from tests.server.lessons.making import School, found_school

DOOR = "入户走访时居民不开门怎么办？"
AGAIN = "居民不开门，入户走访怎么办"


@pytest.fixture
async def school(site: Site) -> School:
    return await found_school(site)


async def bring(who: Visitor, school: School, text: str, kind: str = "work"):
    await who.get(f"/questions/{school.cohort_id}")
    return await who.post(f"/questions/{school.cohort_id}", {"kind": kind, "text": text})


async def of(school: School, text: str) -> BroughtQuestion:
    async with school.site.house.database.session() as session:
        return (
            await session.scalars(select(BroughtQuestion).where(BroughtQuestion.text == text))
        ).one()


async def test_a_trainee_is_asked_and_brings_once(school: School) -> None:
    an, zhou = await school.site.sign_in("an"), await school.site.sign_in("zhou")
    address = f"/questions/{school.cohort_id}"
    await zhou.get(address)
    await zhou.post(f"{address}/call", {"wanted": "2", "due": "2099-01-01"})
    assert "请带来 2 个问题" in (await an.get("/")).text
    for _ in range(2):
        assert (await bring(an, school, f" {DOOR} ")).status_code == 303
    assert "请带来 1 个问题" in (await an.get("/")).text
    await bring(an, school, "共同富裕和平均主义有什么区别？", "theory")
    assert "请带来" not in (await an.get("/")).text
    page = (await an.get(address)).text
    assert page.count('class="question"') == 2
    assert (await bring(an, school, "x" * 501)).status_code == 400
    outsider = await school.site.sign_in("bo")
    assert (await outsider.get(address)).status_code == 404
    assert (await bring(outsider, school, DOOR)).status_code == 404
    assert "学员新带来 2 个问题" in (await (await school.site.sign_in("lin")).get("/")).text


async def test_votes_merging_and_names(school: School) -> None:
    site, address = school.site, f"/questions/{school.cohort_id}"
    an, bo, lin = [await site.sign_in(login) for login in ("an", "bo", "lin")]
    xue = await site.sign_in("xue")
    await xue.get(f"/cohorts/{school.cohort_id}")
    await xue.post(f"/cohorts/{school.cohort_id}/members", {"login": "bo", "part": "trainee"})
    await bring(an, school, DOOR)
    await bring(bo, school, AGAIN)
    first, second = await of(school, DOOR), await of(school, AGAIN)
    for _ in range(3):
        await bo.post(f"{address}/{first.id}/vote")
    await an.post(f"{address}/{first.id}/vote")
    page = (await bo.get(address)).text
    assert "安学员" not in page
    assert re.search(rf'id="q-{first.id}".*?<b>2</b>', page, re.DOTALL)
    assert (await bo.post(f"{address}/{second.id}/merge", {"into": first.id})).status_code == 403
    bank = (await lin.get(address)).text
    assert "安学员" in bank
    assert "可能是同一个问题" in bank
    assert (await lin.post(f"{address}/{second.id}/merge", {"into": first.id})).status_code == 303
    page = (await lin.get(address)).text
    assert page.count('class="question"') == 1
    assert "<b>2</b>" in page  # Bo voted and brought it: one person
    assert (await lin.post(f"{address}/{first.id}/merge", {"into": second.id})).status_code == 400
    assert (await an.post(f"{address}/{first.id}/withdraw")).status_code == 409
    await lin.post(f"{address}/{second.id}/merge", {"into": ""})
    assert (await lin.get(address)).text.count('class="question"') == 2
    assert (await bo.post(f"{address}/{second.id}/withdraw")).status_code == 303


async def test_a_question_becomes_a_topic_and_is_taken_up(school: School) -> None:
    address = f"/questions/{school.cohort_id}"
    an, lin = await school.site.sign_in("an"), await school.site.sign_in("lin")
    await bring(an, school, DOOR)
    question, lesson = await of(school, DOOR), await school.lesson()
    plan = await new_plan(lin)
    for _ in range(2):
        await lin.post(f"{address}/{question.id}/pick", {"plan": plan.rsplit("/", 1)[-1]})
    kept = (await draft(lin, plan))["body"]["segments"][0]["questions"]
    assert kept == ["最先找谁？", DOOR]
    await lin.post(f"{address}/{question.id}/pick", {"plan": "seminar"})
    await lin.post(f"{address}/{question.id}/taken-up", {"lesson": lesson.id})
    page = (await an.get(address)).text
    assert "已讲到（1）" in page
    assert f"/lessons/{lesson.id}" in page
    assert "研讨选题" in page
    strange = await school.site.sign_in("hai")
    other = (await new_plan(strange)).rsplit("/", 1)[-1]
    refused = await lin.post(f"{address}/{question.id}/pick", {"plan": other})
    assert refused.status_code == 404


async def test_a_rehearsed_class_asks_what_the_cohort_brought(school: School) -> None:
    site = school.site
    an, lin = await site.sign_in("an"), await site.sign_in("lin")
    await bring(an, school, DOOR)
    plan = (await new_plan(lin)).rsplit("/", 1)[-1]
    async with site.house.database.session() as session:
        stored = await session.get_one(LessonPlan, plan)
        stored.course_id = school.course_id
        version = PlanVersion(id=new_id(), plan_id=plan, number=1, body=stored.draft)
        session.add(version)
        await session.flush()
        askers = site.house.part(Askers)
        agenda = await askers.with_theirs(session, version, agenda_of(version, None))
    assert agenda.questions == ("最先找谁？", DOOR)


async def test_topics_come_from_what_a_person_may_see(school: School) -> None:
    site, address = school.site, f"/questions/{school.cohort_id}/topics"
    an, lin = await site.sign_in("an"), await site.sign_in("lin")
    recorded = Recording(id=new_id(), owner_id=site.people["lin"].id, kind="lesson")
    recorded.state, recorded.duration = "ready", 60.0
    async with site.house.database.session() as session:
        session.add(recorded)
        (await session.get_one(Course, school.course_id)).class_watches = False
    lesson = await school.lesson(recording_id=recorded.id)
    words = [Document("said", 12.0, "调解要有调解员"), Document("chat", 20.0, "调解员不够")]
    await site.house.part(SearchIndex).replace(recorded.id, words)
    await bring(an, school, "走访和走访记录怎么做？")
    seen = (await lin.get(address)).text
    assert f"/lessons/{lesson.id}/recording?t=12" in seen
    assert "走访" in seen
    hidden = (await an.get(address)).text  # not published yet
    assert lesson.id not in hidden
    assert "走访" in hidden
    plan = await new_plan(lin)
    await lin.post(address, {"word": "走访", "plan": plan.rsplit("/", 1)[-1]})
    assert (await draft(lin, plan))["body"]["glossary"] == ["网格员", "走访"]
