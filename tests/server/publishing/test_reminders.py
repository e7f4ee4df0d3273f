"""Reminders: who is told of which deadline, and that nobody is told twice."""

from datetime import timedelta

import pytest

from server.publishing.following import deadline
from server.publishing.reminders import Reminders, pressing
from server.store.database import now
from tests.server.lessons.making import ZONE
from tests.server.publishing.making import Bureau


@pytest.mark.parametrize(
    ("hours", "what"),
    [(-60, None), (-39, "before"), (-17, "before"), (-15, "at"), (1, "at"), (9, "after")],
)
def test_what_is_most_pressing(hours: int, what: str | None) -> None:
    due = deadline(now().date(), ZONE)
    assert pressing(due + timedelta(hours=hours), due, 1) == what


async def test_each_is_told_once(bureau: Bureau) -> None:
    await bureau.rules(review_days=3, remind_days=1)
    lesson = await bureau.lesson()
    await bureau.submit(lesson)
    qin = bureau.site.people["qin"].id
    reminders = bureau.site.house.part(Reminders)
    due = deadline(now().astimezone(ZONE).date() + timedelta(days=3), ZONE)

    await reminders.look(due - timedelta(days=2))
    assert await bureau.school.told("qin") == ["review.submitted"], "too early"
    for _ in range(2):
        await reminders.look(due - timedelta(days=1))
    assert (await bureau.school.told("qin"))[1:] == ["review.reminder.before"]
    assert (await bureau.school.told("du"))[1:] == ["review.reminder.before"], "nobody was named"

    await bureau.act("du", lesson, "assign", reviewer=qin)
    for again in (Reminders(bureau.site.house), reminders):  # as after a restart
        await again.look(due)
        await again.look(due + timedelta(days=1))
    told = [kind for kind in await bureau.school.told("qin") if "reminder" in kind]
    assert told == ["review.reminder.before", "review.reminder.at", "review.reminder.after"]
    assert "review.reminder.at" not in await bureau.school.told("du")

    later = now().astimezone(ZONE).date() + timedelta(days=30)
    answer = await bureau.act("qin", lesson, "defer", until=str(later), why="外出")
    assert answer.status_code == 303, answer.text
    await reminders.look(deadline(later, ZONE))
    told = [kind for kind in await bureau.school.told("qin") if "reminder" in kind]
    assert told[3:] == ["review.reminder.at"], "a new deadline is told anew"

    await bureau.decide("qin", lesson, "send_back", why="重录")
    await reminders.look(deadline(later, ZONE) + timedelta(days=5))
    assert (await bureau.school.told("qin")).count("review.reminder.after") == 1


async def test_experts_are_reminded_as_well(bureau: Bureau) -> None:
    await bureau.rules(expert_days=2)
    lesson = await bureau.lesson()
    await bureau.submit(lesson)
    yan, ye = bureau.site.people["yan"].id, bureau.site.people["ye"].id
    await bureau.decide("du", lesson, "approve", experts=[yan, ye])
    await bureau.act("ye", lesson, "decide", decision="approve", ticks=["sources"])
    await bureau.site.house.part(Reminders).look(now() + timedelta(days=5))
    assert "review.reminder.after" in await bureau.school.told("yan")
    assert "review.reminder.after" not in await bureau.school.told("ye"), "they have decided"
