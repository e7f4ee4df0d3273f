"""Taking a record along: all of one's own, nothing of anybody else."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

import server.app  # noqa: F401 (every table)
from server.accounts.person import Person
from server.attendance.evidence import Evidence
from server.attendance.leaves import ask
from server.attendance.result import StoredResult
from server.comments.comment import Comment
from server.notices.notice import Notice
from server.notices.postbox import Postbox
from server.records.portable import LEFT_OUT, columns_of, own_column, tables
from server.store.database import Table
from server.studying.quiz import QuizAttempt, QuizQuestion
from tests.conftest import Site
from tests.server.lessons.making import School, found_school


@pytest.fixture
async def school(site: Site) -> School:
    """Two trainees who did the same things."""
    made = await found_school(site)
    lesson = await made.lesson(-timedelta(days=1))
    async with site.house.database.session() as session:
        question = QuizQuestion(lesson_id=lesson.id, at=1.0, kind="text", question="为什么？")
        session.add(question)
        await session.flush()
        for login in ("an", "bo"):
            person = site.people[login]
            reasons = [{"key": "marked", "params": {"by": site.people["lin"].id}, "evidence": []}]
            session.add_all(
                [
                    QuizAttempt(
                        question_id=question.id, person_id=person.id, number=1,
                        answer=[f"{login}的回答"], right=None,
                    ),
                    StoredResult(
                        lesson_id=lesson.id, person_id=person.id, status="late", reckoned="late",
                        minutes=40, share=0.9, reasons=reasons,
                    ),
                    Comment(
                        subject_kind="lesson", subject_id=lesson.id, author_id=person.id, at=1.0,
                        text=f"{login}的批注", mentions=[site.people["bo"].id],
                    ),
                    Evidence(
                        lesson_id=lesson.id, person_id=person.id, kind="marked", key=f"m:{login}",
                        at=lesson.starts_at, by=site.people["lin"].id, body={"status": "late"},
                    ),
                ]
            )  # fmt: skip
            person = await session.get_one(Person, person.id)
            person.email = f"{login}@example.org"
    return made


async def test_the_package_has_all_of_one_and_nothing_of_others(school: School) -> None:
    site = school.site
    an, bo = site.people["an"], site.people["bo"]
    visitor = await site.sign_in("an")
    address = f"/record/{an.id}/record.zip"
    assert address in (await visitor.get("/record")).text
    answer = await visitor.get(address)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    data = json.loads(files["data.json"])
    assert data["person"][0]["email"] == "an@example.org"
    assert [row["answer"] for row in data["quiz_attempt"]] == [["an的回答"]]
    assert data["attendance_result"][0]["minutes"] == 40
    assert "迟到" in files["attendance.zh.csv"]
    assert "Late" in files["attendance.en.csv"]
    assert "an的批注" in files["timeline.zh.csv"]
    assert an.name in files["README.zh.html"]
    assert json.loads(files["statements.json"]) == []

    everything = "\n".join(files.values())
    async with site.house.database.session() as session:
        others = list(await session.scalars(select(Person).where(Person.id != an.id)))
    for other in others:
        assert other.id not in everything, other.login
    for theirs in (bo.name, "bo的回答", "bo的批注", "bo@example.org", "argon2", "password_hash"):
        assert theirs not in everything

    assert (await (await site.sign_in("bo")).get(address)).status_code == 404
    assert (await (await site.sign_in("zhou")).get(address)).status_code == 404


async def test_what_others_asked_of_one_is_theirs(school: School) -> None:
    site, lesson = school.site, await school.lesson(timedelta(hours=2))
    postbox, zhou = site.house.part(Postbox), site.people["zhou"]
    async with site.house.database.session() as session:
        an = site.people["an"]
        await ask(session, postbox, an, "sick", "发高烧", lesson_id=lesson.id)
    answer = await (await site.sign_in("zhou")).get(f"/record/{zhou.id}/record.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    (notice,) = json.loads(files["data.json"])["notice"]
    assert (notice["kind"], list(notice["params"])) == ("leave.asked", ["at"])
    for theirs in (an.name, "发高烧"):
        assert theirs not in "\n".join(files.values())


def test_what_opens_doors_is_never_taken_along() -> None:
    taken = {table.name for table, _ in tables()}
    assert {"person", "attendance_evidence", "hours_line", "credential", "notice"} <= taken
    assert not taken & LEFT_OUT
    for table, own in tables():
        names = [column.name for column in columns_of(table, own)]
        assert not [n for n in names if "hash" in n or "token" in n or "secret" in n], table.name
    forgotten = LEFT_OUT - set(Table.metadata.tables)
    assert not forgotten
    assert own_column(Table.metadata.tables[Notice.__tablename__]) is not None
