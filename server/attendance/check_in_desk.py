"""What checking in lays on the desk: the lesson to check in to now, the branches one keeps."""

from datetime import timedelta

from sqlalchemy import select
from starlette.requests import Request

from server.accounts.sessions import current_person
from server.attendance.branch import Branch, BranchKeeper
from server.attendance.branch_pages import lessons_at
from server.attendance.scanning import CheckIn
from server.http.context import house
from server.http.desk import Card
from server.store.database import now

SOON = timedelta(hours=12)


async def lay_check_in(request: Request) -> list[Card]:
    """Cards of the person who asks."""
    person, check_in = current_person(request), house(request).part(CheckIn)
    async with house(request).database.session() as session:
        due = [one for one in await check_in.open_now(session, person) if one.arrival is None]
        kept = await session.scalars(
            select(Branch)
            .join(BranchKeeper, BranchKeeper.branch_id == Branch.id)
            .where(BranchKeeper.person_id == person.id, Branch.closed_at.is_(None))
            .order_by(Branch.name)
        )
        sites = [(one, await lessons_at(session, one)) for one in kept.all()]
    cards = [Card("today", -20, "attendance/card_check_in.html", {"due": one}) for one in due]
    soon = now() + SOON
    cards += [
        Card("today", -5, "attendance/card_branch.html", {"branch": branch, "lesson": lesson})
        for branch, lessons in sites
        for lesson in lessons[:1]
        if lesson.starts_at < soon
    ]
    return cards
