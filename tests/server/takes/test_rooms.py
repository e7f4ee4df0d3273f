"""From a room to a take: what its events say, and what happens when nothing was recorded."""

from sqlalchemy import select

from media.layout import Gap as RecordedGap
from media.layout import Manifest, Span
from rehearsal.plan import plan_from_yaml
from rehearsal.take import Gap, SegmentMark, SlideTurn
from server.classroom.acts.attending import Arrived
from server.classroom.acts.recording import RecordingStarted, SegmentEntered, SlideTurned
from server.classroom.rooms import Rooms
from server.courses.lesson_plan import LessonPlan
from server.courses.plan import to_body
from server.demo.school import LESSON
from server.takes.pipeline import Events
from server.takes.rehearsal import Rehearsal
from server.takes.rooms import events_from
from tests.conftest import Site
from tests.server.takes.making import until

HAPPENED = (
    Arrived(seq=1, at=500, person="lin", name="林老师", role="teacher"),
    SlideTurned(seq=2, at=900, page=2),
    RecordingStarted(seq=3, at=10_000, page=2),
    SlideTurned(seq=4, at=14_500, page=3),
    SegmentEntered(seq=5, at=20_250, segment=1),
)


def test_seconds_count_from_the_recordings_start() -> None:
    recorded = Manifest(0.0, origin=10.25, spans=[Span(1, 0, 0, 30.0)])
    recorded.gaps = [RecordedGap(5.0, 7.5, "paused")]
    assert events_from(HAPPENED, recorded) == Events(
        slides=(SlideTurn(0.0, 2), SlideTurn(4.25, 3)),
        marks=(SegmentMark(0.0, 0), SegmentMark(10.0, 1)),
        gaps=(Gap(5.0, 7.5, "paused"),),
    )


def test_a_room_that_never_recorded_says_nothing() -> None:
    assert events_from(HAPPENED[:2], None) == Events()


async def _plan(site: Site) -> str:
    body = to_body(plan_from_yaml(LESSON.with_suffix(".yaml").read_text("utf-8")))
    plan = LessonPlan(owner_id=site.people["lin"].id, title=body["title"], draft=body)
    async with site.house.database.session() as session:
        session.add(plan)
    return plan.id


async def test_home_has_one_main_button_and_a_take_speaks_its_plans_language(site: Site) -> None:
    lin = await site.sign_in("lin")
    home = (await lin.get("/")).text
    assert home.count("button--primary") == 1, "make a plan first"
    plan_id = await _plan(site)
    async with site.house.database.session() as session:
        plan = await session.get_one(LessonPlan, plan_id)
        plan.draft = {**plan.draft, "language": "en"}
    home = (await lin.get("/")).text
    assert home.count("button--primary") == 1
    assert 'button--primary" href="/takes/new"' in home
    await lin.post("/takes", {"plan": plan_id})
    async with site.house.database.session() as session:
        assert await session.scalar(select(Rehearsal.language)) == "en"


async def test_a_take_in_which_nothing_was_recorded_says_so(site: Site) -> None:
    plan_id = await _plan(site)
    lin, mei = await site.sign_in("lin"), await site.sign_in("mei")
    refused = await mei.post("/takes", {"plan": plan_id})
    assert refused.status_code == 404, "another's plan"
    opened = await lin.post("/takes", {"plan": plan_id})
    room = opened.headers["location"]
    assert room.startswith("/rooms/")
    listed = (await lin.get("/takes")).text
    assert "还没有开始" in listed
    assert "进入试讲室" in listed
    room_page = (await lin.get(room)).text
    assert 'href="/takes"' in room_page, "not now: to the list, which leads back"
    listed = (await lin.get("/takes")).text
    take = "/takes/" + listed.split('class="take-list__name" href="/takes/')[1].split('"')[0]
    assert (await lin.get(take)).headers["location"] == room

    await site.house.part(Rooms).end(room.removeprefix("/rooms/"))
    progress = await until(lin, take, "failed")
    assert progress["error"] == "这次试讲没有录到内容"
    assert (await lin.get(take)).status_code == 200

    again = await lin.post("/takes", {"plan": plan_id})
    assert again.status_code == 303
    listed = (await lin.get("/takes")).text
    assert "第 2 次" in listed, "another take of the same rehearsal"
    second = "/takes/" + listed.split('class="take-list__name" href="/takes/')[1].split('"')[0]
    assert (await lin.post(f"{second}/delete")).status_code == 303, "though its room is open"
    assert "第 2 次" not in (await lin.get("/takes")).text
