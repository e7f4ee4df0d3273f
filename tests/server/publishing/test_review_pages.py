"""A review through a running site: who may do what, what follows, and who is told."""

import asyncio

import pytest
from sqlalchemy import select

from server.accounts.person import Person
from server.events import Event, RecordingPublished, RecordingWithdrawn
from server.lessons.access import may_watch
from server.publishing.review import ReviewStep, ReviewTask
from server.recordings.edition import Edition
from server.recordings.recording import Recording
from server.rubrics.examples import EXAMPLES
from server.rubrics.sheets import begin
from server.rubrics.store import new_rubric, publish
from tests.server.publishing.making import REVIEW, Bureau


async def watched(bureau: Bureau, login: str, recording_id: str | None) -> bool:
    async with bureau.site.house.database.session() as session:
        return await may_watch(session, bureau.site.people[login], str(recording_id))


async def test_from_submission_to_withdrawal(bureau: Bureau) -> None:
    happened: list[Event] = []
    for kind in (RecordingPublished, RecordingWithdrawn):
        bureau.site.house.bus.subscribe(kind, happened.append)
    await bureau.rules(expert_percent=0)
    lesson = await bureau.lesson()
    assert (await bureau.submit(lesson)).status_code == 303
    assert (await bureau.release(lesson)).state == "review"
    assert await bureau.school.told("du") == ["review.submitted"]
    assert await bureau.school.told("qin") == ["review.submitted"]

    assert (await bureau.decide("du", lesson, "approve")).status_code == 303
    assert (await bureau.release(lesson)).state == "review", "approved is not published"
    assert (await bureau.act("du", lesson, "publish")).status_code == 303
    release = await bureau.release(lesson)
    assert (release.state, release.version, release.edition) == ("published", 1, 0)
    assert await bureau.school.told("an") == ["review.published"]
    assert await watched(bureau, "an", lesson.recording_id)

    assert (await bureau.act("du", lesson, "withdraw", why="引文有误")).status_code == 303
    assert not await watched(bureau, "an", lesson.recording_id), "at once"
    assert await watched(bureau, "lin", lesson.recording_id)
    assert (await bureau.school.told("an"))[-1] == "review.withdrawn"
    page = await bureau.show("lin", lesson)
    assert "引文有误" in page.text

    assert (await bureau.act("du", lesson, "publish")).status_code == 303
    assert (await bureau.release(lesson)).version == 2
    kinds = [type(event).__name__ for event in happened]
    assert kinds == ["RecordingPublished", "RecordingWithdrawn", "RecordingPublished"]


async def test_what_is_sent_back_comes_again(bureau: Bureau) -> None:
    await bureau.rules(expert_percent=0)
    lesson = await bureau.lesson()
    await bureau.submit(lesson)
    refused = await bureau.decide("du", lesson, "send_back", why=" ")
    assert refused.status_code == 400
    await bureau.decide("du", lesson, "send_back", why="第 3 页数据要注明出处")
    assert (await bureau.release(lesson)).state == "draft"
    assert (await bureau.school.told("lin"))[-1] == "review.sent_back"
    assert "第 3 页数据要注明出处" in (await bureau.show("lin", lesson)).text
    await bureau.submit(lesson)
    assert (await bureau.decide("qin", lesson, "approve_publish")).status_code == 303
    assert (await bureau.release(lesson)).version == 1


async def test_the_list_has_to_be_checked(bureau: Bureau) -> None:
    lesson = await bureau.lesson()
    assert (await bureau.submit(lesson, ticks=[])).status_code == 400
    await bureau.submit(lesson)
    answer = await bureau.decide("du", lesson, "approve", ticks=["position"])
    assert answer.status_code == 400
    assert answer.text.count('aria-invalid="true"') == 7
    await bureau.act("du", lesson, "tick", ticks=["position", "secrets"])
    assert (await bureau.show("du", lesson)).text.count('" checked') == 2
    assert (await bureau.show("qin", lesson)).text.count('" checked') == 0, "each checks themselves"


async def test_a_rubric_may_be_asked_for(bureau: Bureau) -> None:
    await bureau.rules(expert_percent=0, rubric_at="review")
    lesson = await bureau.lesson()
    await bureau.submit(lesson)
    assert (await bureau.decide("du", lesson, "approve")).status_code == 400
    page = (await bureau.show("du", lesson)).text
    assert page.count('" checked') == len(REVIEW), "what was checked is kept"
    async with bureau.site.house.database.session() as session:
        du = await session.get_one(Person, bureau.site.people["du"].id)
        rubric = await new_rubric(session, du, EXAMPLES["zh"]["five"])
        version = await publish(session, du, rubric)
        (await begin(session, du, "lesson", lesson.id, version)).number = 1
    assert (await bureau.decide("qin", lesson, "approve")).status_code == 400, "it is not Qin's"
    assert (await bureau.decide("du", lesson, "approve")).status_code == 303


async def test_two_decide_at_once(bureau: Bureau) -> None:
    await bureau.rules(expert_percent=0)
    lesson = await bureau.lesson()
    await bureau.submit(lesson)
    seen = await bureau.seen("du", lesson)
    await bureau.visitor("qin")
    answers = await asyncio.gather(
        bureau.decide("du", lesson, "approve_publish", seen=seen),
        bureau.decide("qin", lesson, "send_back", seen=seen, why="声音太小"),
    )
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [303, 409]
    late = answers[statuses.index(409)]
    first = "du" if statuses[0] == 303 else "qin"
    assert f"{first} 已先" in late.text, "the second is told what the first decided"
    async with bureau.site.house.database.session() as session:
        kinds = set(await session.scalars(select(ReviewStep.kind)))
    assert ("published" in kinds) != ("sent_back" in kinds)


async def test_experts_are_asked_and_let_in(bureau: Bureau) -> None:
    lesson = await bureau.lesson()
    await bureau.submit(lesson)
    yan = bureau.site.people["yan"].id
    assert (await bureau.show("yan", lesson)).status_code == 404
    await bureau.decide("du", lesson, "approve_publish", experts=[yan])
    assert (await bureau.release(lesson)).state == "expert", "it waits for them"
    assert await bureau.school.told("yan") == ["review.asked"]
    assert (await bureau.show("yan", lesson)).status_code == 200
    assert (await bureau.show("ye", lesson)).status_code == 404
    answer = await bureau.act("yan", lesson, "decide", decision="approve", ticks=["sources"])
    assert answer.status_code == 303
    assert (await bureau.act("du", lesson, "publish")).status_code == 303
    assert (await bureau.show("yan", lesson)).status_code == 404, "their part is over"


@pytest.mark.parametrize("percent", [0, 100])
async def test_a_sample_goes_to_experts(bureau: Bureau, percent: int) -> None:
    await bureau.rules(expert_percent=0 if percent else 100)
    await bureau.rules(bureau.school.course_id, expert_percent=percent)
    lesson = await bureau.lesson()
    await bureau.submit(lesson)
    await bureau.decide("du", lesson, "approve")
    async with bureau.site.house.database.session() as session:
        tasks = list(await session.scalars(select(ReviewTask)))
        step = await session.scalar(select(ReviewStep).order_by(ReviewStep.number.desc()).limit(1))
    assert step is not None
    assert step.kind == ("asked" if percent else "not_sampled")
    assert (step.facts["percent"], 0 <= step.facts["draw"] < 10_000) == (percent, True)
    assert [task.how for task in tasks] == (["sampled"] if percent else [])


async def test_nobody_reviews_their_own(bureau: Bureau) -> None:
    lesson = await bureau.lesson()
    async with bureau.site.house.database.session() as session:
        recording = await session.get_one(Recording, lesson.recording_id)
        recording.owner_id = bureau.site.people["du"].id
    await bureau.submit(lesson)
    answer = await bureau.decide("du", lesson, "approve", seen=1)
    assert answer.status_code == 403
    assert (await bureau.release(lesson)).state == "review"


async def test_who_has_no_part_in_it_finds_nothing(bureau: Bureau) -> None:
    lesson = await bureau.lesson()
    for login in ("an", "hai", "bo", "zhou", "yan"):
        assert (await bureau.show(login, lesson)).status_code == 404, login
        assert (await bureau.act(login, lesson, "submit", seen=0)).status_code == 404, login
    assert (await bureau.act("lin", lesson, "paint", seen=0)).status_code == 404
    assert (await bureau.act("mei", lesson, "submit", seen=0, edition=0)).status_code in (400, 403)


async def test_links_to_a_version_go_on_working(bureau: Bureau) -> None:
    lesson = await bureau.lesson()
    await bureau.publish(lesson)
    async with bureau.site.house.database.session() as session:
        cut = Edition(recording_id=str(lesson.recording_id), number=1, state="ready")
        cut.original = 2400.0
        session.add(cut)
    await bureau.submit(lesson, edition=1)
    await bureau.decide("qin", lesson, "approve_publish")
    assert ((await bureau.release(lesson)).edition, (await bureau.release(lesson)).version) == (
        1,
        2,
    )
    an, address = await bureau.visitor("an"), f"/lessons/{lesson.id}/recording"
    for version, edition in (("1", "edition=0"), ("2", "edition=1"), ("9", ""), ("²", "")):
        answer = await an.get(f"{address}?version={version}")
        assert answer.headers["location"] == f"{address}?{edition}".rstrip("?")


@pytest.mark.parametrize("edition", [3, 4])
async def test_only_what_plays_is_submitted(bureau: Bureau, edition: int) -> None:
    lesson = await bureau.lesson()
    async with bureau.site.house.database.session() as session:
        session.add(Edition(recording_id=str(lesson.recording_id), number=3, state="revoked"))
    assert (await bureau.submit(lesson, edition=edition)).status_code == 409
