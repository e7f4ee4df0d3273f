"""The learner's page: who reads it, what it tells, and how it goes on."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import select

from server.attendance.result import StoredResult
from server.comments.comment import Comment
from server.questions.question import BroughtQuestion
from server.recordings.recording import Recording
from server.records.sections import Asked, Trajectory
from server.store.database import new_id, now
from server.studying.quiz import QuizAttempt, QuizQuestion
from server.studying.watched import Watching, milliseconds
from tests.conftest import Site
from tests.server.lessons.making import School, found_school


@pytest.fixture
async def school(site: Site) -> School:
    """A course with its people."""
    return await found_school(site)


async def studied(school: School, answers: int = 2) -> str:
    """An answered, watched and commented on a lesson; its id."""
    lesson = await school.lesson(-timedelta(days=1), recording_id=None)
    an = school.site.people["an"].id
    async with school.site.house.database.session() as session:
        question = QuizQuestion(
            lesson_id=lesson.id, at=30.0, kind="text", question="一个网格多少户？", attempts=0
        )
        session.add(question)
        await session.flush()
        moment = now()
        session.add_all(
            QuizAttempt(
                question_id=question.id, person_id=an, number=n, answer=["300"], right=n == 1,
                at=moment - timedelta(minutes=n // 2),
            )
            for n in range(1, answers + 1)
        )  # fmt: skip
        session.add(
            BroughtQuestion(
                cohort_id=school.cohort_id, person_id=an, kind="practice", text="谁来修楼道灯？"
            )
        )
        session.add(
            Comment(
                subject_kind="lesson", subject_id=lesson.id, author_id=an, at=12.0,
                text="这里能再讲讲吗", audience="insiders",
            )
        )  # fmt: skip
    return lesson.id


async def test_the_record_is_read_by_its_person_and_who_looks_after_them(school: School) -> None:
    site = school.site
    lesson = await studied(school)
    an = site.people["an"].id
    own = (await (await site.sign_in("an")).get("/record")).text
    for said in ("网格化管理", "一个网格多少户？", "答对", "这里能再讲讲吗", "谁来修楼道灯？"):
        assert said in own
    assert f"/lessons/{lesson}/recording?t=30" in own
    for login, status in {"zhou": 200, "xue": 200, "lin": 404, "bo": 404, "mei": 404}.items():
        visitor = await site.sign_in(login)
        answer = await visitor.get(f"/record/{an}")
        assert answer.status_code == status, login
        assert "这里能再讲讲吗" not in answer.text, "a remark to the staff is not the adviser's"


async def test_pages_follow_one_another_without_a_gap_or_a_repeat(school: School) -> None:
    await studied(school, answers=50)  # two at each moment
    an, house = school.site.people["an"].id, school.site.house
    async with house.database.session() as session:
        every = await house.part(Trajectory).page(session, Asked(an, own=True, limit=100))
        found, after = [], None
        for _ in range(20):
            page = await house.part(Trajectory).page(
                session, Asked(an, own=True, limit=7, after=after)
            )
            found += page.entries
            if not page.more:
                break
            after = page.entries[-1].place
    assert [one.place for one in found] == [one.place for one in every.entries]
    assert len(found) == 52
    visitor = await school.site.sign_in("an")
    first = (await visitor.get("/record")).text
    more = first.split('trail__more" data-trail-target="more" href="')[1].split('"')[0]
    assert (await visitor.get(more.replace("&amp;", "&"))).status_code == 200
    assert (await visitor.get("/record?after=gestern")).status_code == 400
    talk = (await visitor.get("/record?kind=talk")).text.split("trail__days")[1]
    assert "一个网格" not in talk


async def test_only_visits_that_were_some_time_are_told(school: School) -> None:
    site = school.site
    lin, an = site.people["lin"].id, site.people["an"].id
    from_ms = milliseconds()
    async with site.house.database.session() as session:
        recording = Recording(owner_id=lin, kind="lesson", state="ready", duration=600.0)
        session.add(recording)
        await session.flush()
        for n, lasted in enumerate((300_000, 2_000)):
            began = from_ms - 3_600_000 * (n + 1)
            session.add(
                Watching(
                    person_id=an, recording_id=recording.id, sitting=new_id(), began=began,
                    ended=began + lasted, runs={"1": [[began, began + lasted, 0, lasted]]},
                )
            )  # fmt: skip
    await school.lesson(-timedelta(days=2), recording_id=recording.id)
    page = (await (await site.sign_in("an")).get("/record")).text
    assert "看了 5 分钟录播" in page
    assert page.count("分钟录播") == 1
    async with site.house.database.session() as session:
        assert await session.scalar(select(Watching.sitting).limit(1))


async def test_a_teacher_finds_the_lessons_they_gave(school: School) -> None:
    gone = now() - timedelta(days=1)
    await school.lesson(-timedelta(days=1), ended_at=gone)
    await school.lesson(-timedelta(days=2), ended_at=gone, cancelled_at=gone, title="取消的课")
    page = (await (await school.site.sign_in("lin")).get("/record")).text
    assert "讲授，45 分钟" in page
    assert "取消的课" not in page
    assert "trail__contest" not in page, "of attendance alone"
    assert "讲授" not in (await (await school.site.sign_in("an")).get("/record")).text


async def test_the_map_says_why_and_where_to_go_on(school: School) -> None:
    site = school.site
    an = site.people["an"].id
    missed, came = (
        await school.lesson(-timedelta(days=3)),
        await school.lesson(-timedelta(days=2), title="入户走访"),
    )
    async with site.house.database.session() as session:
        for lesson, status in ((missed, "absent"), (came, "late")):
            session.add(
                StoredResult(
                    lesson_id=lesson.id, person_id=an, status=status, reckoned=status, minutes=0,
                    share=0, reasons=[],
                )
            )  # fmt: skip
    own = (await (await site.sign_in("an")).get(f"/record/{an}/map")).text
    assert "的课没有上" in own
    assert f'href="/lessons/{missed.id}"' in own
    assert 'href="#topic-l2"' in own
    other = (await (await site.sign_in("zhou")).get(f"/record/{an}/map")).text
    assert "的课没有上" in other


async def test_a_line_is_contested_once_and_both_sides_see_what_came_of_it(school: School) -> None:
    site = school.site
    await studied(school)
    an_id = site.people["an"].id
    an, zhou = await site.sign_in("an"), await site.sign_in("zhou")
    page = (await an.get("/record")).text
    address = page.split('trail__contest" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "一个网格多少户？" in (await an.get(address)).text
    assert (await an.post(address, {"why": " "})).status_code == 400
    assert (await an.post(address, {"why": "我答的是三百"})).status_code == 303
    assert (await an.post(address, {"why": "我答的是三百"})).status_code == 409
    assert await school.told("zhou") == ["record.contested"]
    assert "申诉中" in (await an.get("/record")).text
    assert (await zhou.get(address)).status_code == 404, "nobody contests for another"

    theirs = f"/record/{an_id}/contests"
    page = (await zhou.get(theirs)).text
    assert "我答的是三百" in page
    decide = f"{theirs}/{page.split(theirs + '/')[1][:36]}"
    assert (await an.post(decide, {"decision": "accept"})).status_code == 403
    assert (await zhou.post(decide, {"decision": "refuse"})).status_code == 400, "without a word"
    said = {"decision": "refuse", "word": "以系统记录为准"}
    assert (await zhou.post(decide, said)).status_code == 303
    assert (await zhou.post(decide, said)).status_code == 409
    assert await school.told("an") == ["record.refused"]
    own = (await an.get(theirs)).text
    assert "未采纳" in own
    assert "以系统记录为准" in own


async def test_a_place_beyond_all_time_is_refused(site: Site) -> None:
    an = await site.sign_in("an")
    own = f"/record/{site.people['an'].id}"
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999+00:00"):
        place = quote(f"{moment}~lesson~x")
        assert (await an.get(f"{own}?after={place}")).status_code == 400
        assert (await an.get(f"{own}/contest?line={place}")).status_code == 400
