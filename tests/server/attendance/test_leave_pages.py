"""Leave and disputes: asked, decided, told, and evidence either way."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.attendance import disputes
from server.attendance.dispute import Dispute
from server.attendance.leave import LeaveRequest
from server.attendance.service import Attendance
from server.errors import Conflict, NotFound
from server.lessons.lesson import Lesson
from server.notices.postbox import Postbox
from server.store.database import now
from tests.server.attendance.test_service import came, facts, given, results
from tests.server.lessons.making import ZONE, School


async def the_leave(school: School) -> LeaveRequest:
    async with school.site.house.database.session() as session:
        (found,) = await session.scalars(select(LeaveRequest).where(LeaveRequest.state == "asked"))
    return found


async def test_leave_is_asked_granted_and_excuses(school: School) -> None:
    lesson = await school.lesson(timedelta(hours=2))
    an, zhou = await school.site.sign_in("an"), await school.site.sign_in("zhou")
    assert lesson.title in (await an.get("/leave")).text
    sent = {"lesson": lesson.id, "kind": "sick", "reason": "发烧", "first": "", "last": ""}
    assert (await an.post("/leave", sent)).status_code == 303
    assert (await an.post("/leave", sent)).status_code == 409
    assert await school.told("zhou") == ["leave.asked"]
    leave = await the_leave(school)
    assert "发烧" in (await zhou.get("/attendance")).text
    assert "等您处理" in (await zhou.get("/")).text
    decide = f"/leave/{leave.id}/decide"
    hai = await school.site.sign_in("hai")
    assert (await hai.post(decide, {"decision": "yes", "word": ""})).status_code == 404
    assert (await an.post(decide, {"decision": "yes", "word": ""})).status_code == 404
    assert (await zhou.post(decide, {"decision": "no", "word": ""})).status_code == 400
    assert (await zhou.post(decide, {"decision": "yes", "word": "好好休息"})).status_code == 303
    assert (await zhou.post(decide, {"decision": "no", "word": "晚了"})).status_code == 409
    assert await school.told("an") == ["leave.approved"]
    assert (await results(school, lesson))["an"].status == "excused"
    assert "已批准" in (await an.get("/")).text
    assert (await an.post(f"/leave/{leave.id}/cancel")).status_code == 303
    assert "an" not in await results(school, lesson)
    assert [one.body["state"] for one in await facts(school, lesson)] == ["approved", "cancelled"]


async def test_leave_for_days_excuses_from_lessons_planned_later_too(school: School) -> None:
    today = now().astimezone(ZONE).date()
    an, zhou = await school.site.sign_in("an"), await school.site.sign_in("zhou")
    await an.get("/leave")
    sent = {"lesson": "days", "kind": "official", "reason": "防汛", "first": "", "last": ""}
    assert (await an.post("/leave", sent)).status_code == 400
    sent |= {"first": str(today), "last": str(today + timedelta(days=2))}
    assert (await an.post("/leave", sent)).status_code == 303
    await zhou.get("/attendance")
    leave = await the_leave(school)
    await zhou.post(f"/leave/{leave.id}/decide", {"decision": "yes", "word": ""})
    lesson = await school.lesson(timedelta(hours=30))
    assert (await results(school, lesson))["an"].status == "excused"
    assert (await an.post(f"/leave/{leave.id}/cancel")).status_code == 409, "it has begun"
    async with school.site.house.database.session() as session:
        (await session.get_one(Lesson, lesson.id)).starts_at += timedelta(days=3)
    assert "an" not in await results(school, lesson), "moved to another day"


async def test_a_dispute_is_decided_and_both_values_stay(school: School) -> None:
    lesson = await school.lesson(timedelta(hours=-3))
    await given(school, lesson, came(school, lesson, "bo"))
    await school.site.house.part(Attendance).look()
    house, people = school.site.house, school.site.people
    postbox = house.part(Postbox)
    async with house.database.session() as session:
        made = await disputes.contest(session, postbox, people["an"], lesson.id, "我在会议室听的")
        with pytest.raises(Conflict):
            await disputes.contest(session, postbox, people["an"], lesson.id, "我在")
        with pytest.raises(NotFound):
            await disputes.contest(session, postbox, people["bo"], lesson.id, "我也在")
    assert made.stood == "absent"
    assert await school.told("zhou") == ["attendance.contested"]
    zhou, lin = await school.site.sign_in("zhou"), await school.site.sign_in("lin")
    assert "我在会议室听的" in (await zhou.get("/attendance")).text
    sent = {"given": "present", "word": "会议室有签名"}
    assert (await lin.post(f"/attendance/disputes/{made.id}", sent)).status_code == 404
    assert (await zhou.post(f"/attendance/disputes/{made.id}", sent)).status_code == 303
    assert (await zhou.post(f"/attendance/disputes/{made.id}", sent)).status_code == 409
    assert await school.told("an") == ["attendance.accepted"]
    found = (await results(school, lesson))["an"]
    assert (found.status, found.reckoned, found.reasons[0].key) == (
        "present",
        "absent",
        "correction",
    )
    kinds = [one.kind for one in await facts(school, lesson)]
    assert kinds[1:] == ["dispute", "decided", "correction"]
    async with house.database.session() as session:
        kept = await session.get_one(Dispute, made.id)
    assert (kept.state, kept.given, kept.decided_by) == ("accepted", "present", people["zhou"].id)
