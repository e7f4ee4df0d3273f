"""Timelines are reckoned once for all who know the same, and told on while the class goes on."""

from dataclasses import replace

import msgspec

from media.edit_rules import Rules
from media.layout import Manifest, Span
from media.operations import Plan
from server.classroom.acts import talking
from server.classroom.event_log import append
from server.classroom.things import Agenda, Attendee
from server.lessons.following import since
from server.lessons.timelines import Timelines, Wanted
from tests.server.lessons.making import School
from tests.server.lessons.test_recording_pages import held
from tests.server.lessons.test_timeline import SECRETS, secrets

WHO = {"lin": "teacher", "an": "trainee", "bo": "trainee", "cai": "guest"}


async def test_nobody_is_told_what_is_kept_for_others(school: School) -> None:
    lesson, database = await held(school), school.site.house.database
    timelines = Timelines(database)
    wanted = Wanted(
        str(lesson.room_id), str(lesson.recording_id), 0,
        Manifest(0.0, 1.0, False, 0.0, [Span(1, 0, 0, None)]), Agenda(), until=30.0,
    )  # fmt: skip

    async def known() -> dict[str, list[str]]:
        found = {}
        for login, role in WHO.items():
            viewer = Attendee(login, login, role, 0)  # type: ignore[arg-type]
            body = await timelines.encoded(wanted, viewer)
            whole = await timelines.timeline(wanted, viewer)
            assert body == msgspec.json.encode(whole)
            found[login] = [one for one in (*SECRETS, "只给老师") if one in body.decode()]
        return found

    every = list(SECRETS[:3])
    assert await known() == {"lin": every, "an": [], "bo": [SECRETS[0]], "cai": []}
    # An was told what all are told; what An writes to the leaders later is An's alone.
    story = secrets()
    had = len(story.events)
    story.by("an", talking.Say(text="只给老师", to="leaders"))
    async with database.session() as session:
        await append(session, str(lesson.room_id), story.events[had:], story.room.state)
    assert await known() == {
        "lin": [*every, "只给老师"], "an": ["只给老师"], "bo": [SECRETS[0]], "cai": [],
    }  # fmt: skip
    viewer = Attendee("an", "an", "trainee", 0)
    told = since(await timelines.timeline(wanted, viewer), 26.5)
    assert [line.text for line in told["chat"]] == ["只给老师"]
    assert told["chat_ids"][-1] == told["chat"][0].id


async def test_what_an_edition_leaves_out_is_not_told_from_memory(school: School) -> None:
    lesson, database = await held(school), school.site.house.database
    timelines, viewer = Timelines(database), Attendee("", "", "guest", 0)
    manifest = Manifest(0.0, 1.0, False, 0.0, [Span(1, 0, 0, 60.0)])
    whole = Wanted(str(lesson.room_id), str(lesson.recording_id), 0, manifest, Agenda())
    rules, shown = Rules(Plan(60.0, cuts=((0.0, 59.0),))), Manifest(0.0, 1.0, False)
    edition = replace(whole, edition=1, rules=rules, shown=shown)
    for wanted, there in ((whole, True), (edition, False), (whole, True)):
        told = await timelines.timeline(wanted, viewer)
        assert bool(told.questions or told.polls) is there
