"""What brought questions lay on the desk, and what they give to rehearsals."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from server.accounts.sessions import current_person
from server.classroom.agenda import Askers
from server.courses.course import CourseCohort
from server.courses.lesson_plan import LessonPlan, PlanVersion
from server.http.context import House, house
from server.http.desk import Card, Desk
from server.questions.access import ROLES, seats_of
from server.questions.bank import brought, call_of, texts_for_class
from server.questions.question import BroughtQuestion
from server.store.database import now

SOON = timedelta(days=2)
NEW = timedelta(days=7)
MOST_CARDS = 3


def introduce(house: House) -> None:
    """Let the desk and rehearsals know."""
    house.part(Desk).add(lay_cards)
    house.part(Askers).add(ask_in_rehearsals)


async def lay_cards(request: Request) -> list[Card]:
    """For trainees: how many questions they are still asked for. For who teaches or advises: how
    many came this week."""
    person = current_person(request)
    if not person.is_a(*ROLES):
        return []
    today = now().astimezone(ZoneInfo(house(request).settings.timezone)).date()
    cards: list[Card] = []
    async with house(request).database.session() as session:
        for seat in (await seats_of(session, person))[: 2 * MOST_CARDS]:
            if seat.brings:
                call = await call_of(session, seat.cohort.id)
                left = call.wanted - await brought(session, person, seat.cohort.id)
                if left > 0 and not (call.due_on and call.due_on < today):
                    near = call.due_on is not None and call.due_on - today <= SOON
                    context = {"cohort": seat.cohort, "left": left, "due_on": call.due_on}
                    place = "today" if near else "week"
                    cards.append(Card(place, 30, "questions/card_bring.html", context))
            elif seat.works and (count := await _new(session, seat.cohort.id)):
                context = {"cohort": seat.cohort, "count": count}
                cards.append(Card("week", 35, "questions/card_new.html", context))
    return cards[:MOST_CARDS]


async def ask_in_rehearsals(session: AsyncSession, version: PlanVersion) -> list[str]:
    """What the trainees of the plan's course brought: a rehearsed class may ask it."""
    asked = (
        select(CourseCohort.cohort_id)
        .join(LessonPlan, LessonPlan.course_id == CourseCohort.course_id)
        .where(LessonPlan.id == version.plan_id)
    )
    return await texts_for_class(session, list(await session.scalars(asked)))


async def _new(session: AsyncSession, cohort_id: str) -> int:
    since = (BroughtQuestion.cohort_id == cohort_id, BroughtQuestion.at > now() - NEW)
    return await session.scalar(select(func.count(BroughtQuestion.id)).where(*since)) or 0
