"""What pages report of watching through a running site: kept once, per person, never too much."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from server.events import WatchedMore
from server.recordings.release import Release
from server.studying.watched import Watching, milliseconds
from tests.conftest import Visitor
from tests.server.lessons.making import School
from tests.server.lessons.test_recording_pages import held

MINUTE = 60_000


async def opened(visitor: Visitor, lesson_id: str, ago: int = 60 * MINUTE) -> dict[str, Any]:
    """What a page that was opened so many ms ago knows."""
    now = milliseconds
    await visitor.get("/")
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr("server.studying.watched.milliseconds", lambda: now() - ago)
        clock.setattr("server.studying.watching_pages.milliseconds", lambda: now() - ago)
        answer = await visitor.get(f"/lessons/{lesson_id}/watching.json")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def report(
    visitor: Visitor, lesson_id: str, page: dict[str, Any], *runs: Sequence[int], **more: Any
) -> dict[str, Any]:
    """Send runs as [number, began, ended, start, end], seconds after the page was opened."""
    sent = [[run[0], page["now"] + run[1] * 1000, page["now"] + run[2] * 1000] for run in runs]
    sent = [[*one, run[3] * 1000, run[4] * 1000] for one, run in zip(sent, runs, strict=True)]
    body = {"sitting": page["sitting"], "runs": sent, **more}
    answer = await visitor.post_json(f"/lessons/{lesson_id}/watching", body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_watching_is_kept_by_person_and_visit(school: School) -> None:
    lesson, told = await held(school), list[WatchedMore]()
    school.site.house.bus.subscribe(WatchedMore, told.append)  # type: ignore[arg-type]
    an = await school.site.sign_in("an")
    first = await opened(an, lesson.id, 3 * 60 * MINUTE)
    assert first["share"] == 0
    assert (await report(an, lesson.id, first, (0, 0, 10, 0, 10)))["parts"] == [[0, 10]]
    longer = await report(an, lesson.id, first, (0, 0, 12, 0, 12))
    assert await report(an, lesson.id, first, (0, 0, 10, 0, 10)) == longer, "late, and known"
    assert longer["share"] == 0.2

    second = await opened(an, lesson.id)
    place = [second["now"] + 6000, 36_000]
    found = await report(an, lesson.id, second, (0, 0, 3, 30, 36), place=place)
    assert found["parts"] == [[0, 12], [30, 36]]
    assert [visit["played"] for visit in found["sittings"]] == [12_000, 6000]
    assert [event.share for event in told] == [0.1667, 0.2, 0.3]

    # On another device one goes on where one left; a report that comes late changes nothing.
    await report(an, lesson.id, first, place=[first["now"] + 1000, 1000])
    assert (await opened(an, lesson.id))["place"] == 36
    lin = await school.site.sign_in("lin")
    assert (await opened(lin, lesson.id))["place"] == 0
    rows = (await lin.get(f"/lessons/{lesson.id}/watchers")).text
    assert "30%" in rows
    assert "0:00–0:12, 0:30–0:36" in rows
    assert (await an.get(f"/lessons/{lesson.id}/watchers")).status_code == 404


async def test_nobody_watched_what_cannot_have_been(school: School) -> None:
    lesson = await held(school)
    an = await school.site.sign_in("an")
    page = await opened(an, lesson.id, 10_000)
    impossible = [(0, 5, 30, 0, 25), (1, -600, 1, 0, 60), (2, 3, 3, 0, 60)]
    assert (await report(an, lesson.id, page, *impossible))["share"] == 0
    assert (await report(an, lesson.id, page, (3, 0, 1, 0, 60)))["parts"] == [[0, 3.35]]
    other = await opened(an, lesson.id, 10_000)
    at_once = {**other, "now": page["now"]}
    both = await report(an, lesson.id, at_once, (0, 0, 1, 40, 43))
    assert both["parts"][0] == [0, 3.35]
    assert sum(visit["played"] for visit in both["sittings"]) <= 3350, "two windows, one second"

    bo = await school.site.sign_in("bo")
    assert (await bo.get(f"/lessons/{lesson.id}/watching.json")).status_code == 404
    lin = await school.site.sign_in("lin")
    await lin.get("/")
    stolen = {"sitting": page["sitting"], "runs": []}
    answer = await lin.post_json(f"/lessons/{lesson.id}/watching", stolen)
    assert (answer.status_code, answer.json()["field"]) == (400, "sitting")
    for wrong in ({}, {**stolen, "runs": [[5000, 1, 2, 3, 4]]}, {**stolen, "place": [-1, 0]}):
        answer = await lin.post_json(f"/lessons/{lesson.id}/watching", wrong)
        assert answer.status_code == 400


async def test_two_reports_at_once_are_both_kept(school: School) -> None:
    lesson = await held(school)
    an = await school.site.sign_in("an")
    page = await opened(an, lesson.id)
    await asyncio.gather(
        *(report(an, lesson.id, page, (n, n * 10, n * 10 + 2, n * 6, n * 6 + 2)) for n in range(8))
    )
    found = await report(an, lesson.id, page)
    assert found["parts"] == [[n * 6, n * 6 + 2] for n in range(8)]


async def test_the_curve_is_for_staff_until_several_watched(school: School) -> None:
    lesson = await held(school)
    async with school.site.house.database.session() as session:
        session.add(Release(recording_id=lesson.recording_id, state="published", label="public"))
        for login in ("an", "mei"):
            runs = {"0": [[0, 60_000, 0, 60_000]], "1": [[60_000, 80_000, 20_000, 40_000]]}
            session.add(
                Watching(
                    person_id=school.site.people[login].id, recording_id=lesson.recording_id,
                    sitting="x", began=0, ended=80_000, runs=runs,
                )
            )  # fmt: skip
    curves = {}
    for login in ("lin", "an"):
        visitor = await school.site.sign_in(login)
        curves[login] = (await opened(visitor, lesson.id))["again"]
    assert curves["an"] == []
    assert curves["lin"][:50] == [0] * 50
    assert curves["lin"][51:99] == [1] * 48


async def test_where_nothing_was_recorded_there_is_nothing_to_watch(school: School) -> None:
    lesson = await school.lesson()
    for login in ("lin", "du", "an"):
        who = await school.site.sign_in(login)
        for page in ("watching.json", "watchers"):
            assert (await who.get(f"/lessons/{lesson.id}/{page}")).status_code == 404, login
