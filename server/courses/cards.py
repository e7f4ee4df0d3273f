"""What plans, courses and people lay on the desk."""

from datetime import timedelta

from sqlalchemy import func, select
from starlette.requests import Request

from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.courses.access import plans_of
from server.courses.cohort import Cohort
from server.courses.enrolment import courses_for
from server.courses.plan import minutes_of
from server.http.context import house
from server.http.desk import Card
from server.store.database import now

RECENT = timedelta(days=7)
MOST_PLANS = 5


async def plan_cards(request: Request) -> list[Card]:
    """For teachers: make the first plan, or the plans worked on this week."""
    person = current_person(request)
    if not person.is_a("teacher"):
        return []
    async with house(request).database.session() as session:
        plans = await plans_of(session, person)
    if not plans:
        return [Card("begin", 10, "courses/card_first_plan.html")]
    return [
        Card(
            "week", 20, "courses/card_plan.html", {"plan": plan, "minutes": minutes_of(plan.draft)}
        )
        for plan in plans[:MOST_PLANS]
        if now() - plan.updated_at < RECENT
    ]


async def roster_cards(request: Request) -> list[Card]:
    """For learning administrators: how many people and cohorts there are."""
    if not current_person(request).is_a("learning_admin"):
        return []
    async with house(request).database.session() as session:
        active = select(func.count()).select_from(Person).where(Person.deactivated_at.is_(None))
        people = await session.scalar(active)
        cohorts = await session.scalar(select(func.count()).select_from(Cohort))
    place = "week" if cohorts else "begin"
    return [Card(place, 30, "courses/card_roster.html", {"people": people, "cohorts": cohorts})]


async def trainee_cards(request: Request) -> list[Card]:
    """For trainees: their courses, or what will be here once they have some."""
    person = current_person(request)
    if not person.is_a("trainee"):
        return []
    async with house(request).database.session() as session:
        courses = await courses_for(session, person)
    if not courses:
        return [Card("begin", 90, "courses/card_trainee.html")]
    return [Card("week", 40, "courses/card_courses.html", {"courses": courses})]


PROVIDERS = (plan_cards, roster_cards, trainee_cards)
