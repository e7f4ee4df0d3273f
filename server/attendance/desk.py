"""What attendance lays on the desk: for advisers today's lessons with who is missing, and what
waits for a word; for trainees how their requests stand."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request

from server.accounts.sessions import current_person
from server.attendance.disputes import disputes_waiting
from server.attendance.leave import APPROVED, ASKED
from server.attendance.leaves import begins, leaves_of, leaves_waiting
from server.attendance.overview import boards, lessons_overseen
from server.attendance.service import Attendance
from server.http.context import house
from server.http.desk import Card
from server.lessons.week import day_begins
from server.store.database import now

MOST_BOARDS = 3
MOST_LEAVES = 3
DECIDERS = ("class_adviser", "learning_admin")


async def lay_cards(request: Request) -> list[Card]:
    """Cards of the person who asks."""
    person, moment = current_person(request), now()
    cards, fresh = [], house(request).part(Attendance).fresh
    async with house(request).database.session() as session:
        if person.is_a("class_adviser"):
            zone = ZoneInfo(house(request).settings.timezone)
            morning = day_begins(moment.astimezone(zone).date(), zone)
            found = await lessons_overseen(session, person, morning, morning + timedelta(days=1))
            begun = [lesson for lesson, _, _ in found if lesson.starts_at <= moment]
            cards += [
                Card("today", 0, "attendance/card_board_of.html", {"board": board})
                for board in await boards(session, person, begun[:MOST_BOARDS], fresh)
            ]
        if person.is_a(*DECIDERS):
            n = len(await leaves_waiting(session, person))
            n += len(await disputes_waiting(session, person))
            if n:
                cards.append(Card("today", 2, "attendance/card_waiting.html", {"n": n}))
        if person.is_a("trainee"):
            own = [
                one
                for one in await leaves_of(session, person)
                if one[0].state == ASKED
                or (one[0].state == APPROVED and await begins(session, one[0]) > moment)
            ]
            if own:
                known = {"own": own[:MOST_LEAVES], "second": timedelta(seconds=1)}
                cards.append(Card("week", 30, "attendance/card_leave.html", known))
    return cards
