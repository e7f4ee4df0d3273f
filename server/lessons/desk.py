"""What the timetable lays on the desk: today's lessons with their doors, and the week's."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request

from server.accounts.sessions import current_person
from server.http.context import house
from server.http.desk import Card
from server.lessons.access import concerns, role_in
from server.lessons.lesson import LEADERS_BEFORE, Lesson
from server.lessons.week import day_begins, lessons_between
from server.store.database import now

MOST_TODAY = 6
MOST_LATER = 8
AHEAD = timedelta(days=7)
BEHIND = timedelta(days=1)  # no lesson can still be entered that began before


async def lay_cards(request: Request) -> list[Card]:
    """Cards of the person who asks: the first lesson to enter comes before everything else."""
    person, moment = current_person(request), now()
    zone = ZoneInfo(house(request).settings.timezone)
    midnight = day_begins(moment.astimezone(zone).date() + timedelta(days=1), zone)
    soon_until = max(midnight, moment + LEADERS_BEFORE)
    async with house(request).database.session() as session:
        found = await lessons_between(
            session,
            moment - BEHIND,
            midnight + AHEAD,
            concerns(person),
            Lesson.ended_at.is_(None),
        )
        soon = [
            (lesson, course, await role_in(session, person, lesson))
            for lesson, course in found
            if lesson.starts_at < soon_until and not lesson.is_over(moment)
        ][:MOST_TODAY]
    cards = []
    for lesson, course, role in soon:
        entering = role is not None and lesson.is_open(role, moment, zone)
        context = {
            "lesson": lesson,
            "course": course,
            "open": entering,
            "opens": lesson.opens_at(role, zone) if role else lesson.starts_at,
        }
        cards.append(Card("today", -10 if entering else 5, "lessons/card_today.html", context))
    later = [(lesson, course) for lesson, course in found if lesson.starts_at >= soon_until][
        :MOST_LATER
    ]
    if later:
        cards.append(Card("week", 10, "lessons/card_week.html", {"lessons": later}))
    return cards
