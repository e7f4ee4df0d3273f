"""What happens in the school is in the learner record store, once, and says no more than it may."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from server.attendance.fact import Fact
from server.attendance.service import Attendance
from server.comments.comment import Comment
from server.credentials.issuing import Credentials
from server.lrs.statement import LrsStatement
from server.questions.question import BroughtQuestion
from server.records.telling import Telling
from server.records.told import RecordMark
from server.records.watching_told import IDLE
from server.store.database import new_id, now
from server.studying.quiz import QuizAttempt, QuizQuestion
from server.studying.watched import Watching, milliseconds
from tests.conftest import Site
from tests.server.credentials.giving import achievement, give
from tests.server.lessons.making import School, found_school
from tests.server.lessons.test_recording_pages import SECRETS, held


@pytest.fixture
async def school(site: Site) -> School:
    return await found_school(site)


async def told(school: School) -> list[dict[str, Any]]:
    """All statements that stand, after everything was told."""
    await school.site.house.part(Telling).look()
    async with school.site.house.database.session() as session:
        rows = await session.scalars(
            select(LrsStatement.body)
            .where(LrsStatement.voided.is_(False), LrsStatement.voiding.is_(False))
            .order_by(LrsStatement.no)
        )
        return [json.loads(body) for body in rows]


def verbs(statements: list[dict[str, Any]]) -> Counter[str]:
    return Counter(one["verb"]["id"].rsplit("/", 1)[-1] for one in statements)


async def add(school: School, *rows: Any) -> None:
    async with school.site.house.database.session() as session:
        for row in rows:
            session.add(row)
            await session.flush()


async def test_a_class_is_told_once_without_its_secrets(school: School) -> None:
    lesson = await held(school)
    first = await told(school)
    found = verbs(first)
    assert found["initialized"] == 1
    assert found["join"] >= 2
    assert found["answered"] >= 1
    whole = json.dumps(first, ensure_ascii=False)
    named_answer = SECRETS[2]
    assert [secret for secret in SECRETS if secret in whole] == [named_answer]
    for one in first:
        assert one["actor"]["account"]["homePage"] == school.site.house.settings.address
        assert one["context"]["contextActivities"]["grouping"][0]["id"].endswith(lesson.course_id)
    assert await told(school) == first
    async with school.site.house.database.session() as session:
        await session.execute(delete(RecordMark))
    assert await told(school) == first, "ids follow from what happened"


async def test_answers_comments_and_watching_are_told(school: School) -> None:
    lesson, an = await held(school), school.site.people["an"].id
    about = {"subject_kind": "lesson", "subject_id": lesson.id, "author_id": an, "at": 12.5}
    question = QuizQuestion(
        id=new_id(), lesson_id=lesson.id, at=None, kind="number", question="几户？", correct=[30, 2]
    )
    draft = Comment(id=new_id(), **about, text="秘密的草稿", draft=True)
    then = milliseconds() - 2 * round(IDLE.total_seconds() * 1000)
    runs = {
        "0": [[then, then + 9000, 0, 9000]],
        "1": [[then + 9000, then + 20_000, 30_000, 41_000]],
    }
    await add(
        school,
        question,
        QuizAttempt(question_id=question.id, person_id=an, number=1, answer=[31], right=True),
        Comment(**about, text="秘密的批注"),
        draft,
        Watching(
            person_id=an, recording_id=lesson.recording_id, sitting="1.a.b",
            began=then, ended=then + 20_000, runs=runs,
        ),
    )  # fmt: skip
    found = [one for one in await told(school) if one["actor"]["account"]["name"] == an]
    by_profile = Counter(
        one["context"]["contextActivities"]["category"][0]["id"].rsplit("/", 1)[-1] for one in found
    )
    assert by_profile["video"] == 2
    answered = next(one for one in found if one["object"]["id"].endswith(question.id))
    assert answered["result"] == {"response": "31", "completion": True, "success": True}
    assert answered["object"]["definition"]["correctResponsesPattern"] == ["28[:]32"]
    seen = next(one for one in found if "progress" in str(one.get("result")))
    prefix = "https://w3id.org/xapi/video/extensions/"
    assert seen["result"]["extensions"][prefix + "played-segments"] == (
        "0.000[.]9.000[,]30.000[.]41.000"
    )
    assert seen["result"]["duration"] == "PT20.00S"
    assert verbs(found)["commented"] == 1
    assert "秘密" not in json.dumps(found, ensure_ascii=False)

    async with school.site.house.database.session() as session:
        await session.execute(update(Comment).where(Comment.id == draft.id).values(draft=False))
    assert verbs(await told(school))["commented"] == 2, "a draft, once others may read it"


async def test_a_brought_question_is_told_without_its_words(school: School) -> None:
    an = school.site.people["an"].id
    brought = BroughtQuestion(
        cohort_id=school.cohort_id, person_id=an, kind="theory", text="怎样才算基层？"
    )
    await add(school, brought)
    (asked,) = await told(school)
    assert asked["object"]["id"].endswith(f"/questions/{brought.id}")
    assert brought.text not in json.dumps(asked, ensure_ascii=False)


async def test_a_correction_takes_back_what_was_told(school: School) -> None:
    lesson = await school.lesson(timedelta(minutes=-60), minutes=45)
    an, mei = school.site.people["an"].id, school.site.people["mei"].id
    attendance = school.site.house.part(Attendance)

    async def marked(number: int, status: str) -> list[dict[str, Any]]:
        body = {"status": status, "why": "看错了"}
        fact = Fact("marked", f"marked:{number}", now(), an, source="hand", by=mei, body=body)
        await attendance.add(lesson.id, fact)
        await attendance.look()
        return [one for one in await told(school) if one["verb"]["id"].endswith("/attended")]

    came = Fact("joined", "joined", lesson.starts_at, an, until=lesson.ends_at, source="room")
    await attendance.add(lesson.id, came)
    (first,) = await marked(1, "present")
    assert first["object"]["id"].endswith(f"/lessons/{lesson.id}")
    assert await marked(2, "absent") == []
    (again,) = await marked(3, "late")
    assert again["id"] != first["id"]
    async with school.site.house.database.session() as session:
        voided = await session.scalars(select(LrsStatement.id).where(LrsStatement.voided))
        assert list(voided) == [first["id"]]


async def test_a_credential_is_earned_until_it_is_revoked(school: School) -> None:
    an = school.site.people["an"].id
    (credential,) = await give(school.site, await achievement(school.site), "an")
    (earned,) = await told(school)
    assert earned["verb"]["id"].endswith("/earned")
    assert earned["actor"]["account"]["name"] == an
    assert str(earned["result"]["extensions"]).count(f"/verify/{credential.id}") == 1
    issuing, xue = school.site.house.part(Credentials), school.site.people["xue"]
    await issuing.revoke(credential.id, xue, "发错了")
    assert await told(school) == []
