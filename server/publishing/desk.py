"""What reviews lay on the desk: the lessons that wait for a decision of the person who asks."""

from starlette.requests import Request

from server.accounts.sessions import current_person
from server.http.context import house
from server.http.desk import Card
from server.publishing.access import DESK_ROLES
from server.publishing.inbox import rows_for
from server.store.database import now

MOST = 3


async def lay_cards(request: Request) -> list[Card]:
    """One card with the most pressing of them."""
    person, moment = current_person(request), now()
    if not person.is_a(*DESK_ROLES):
        return []
    async with house(request).database.session() as session:
        mine = [row for row in await rows_for(session, person) if row.mine]
    if not mine:
        return []
    late = any(row.is_late(moment) for row in mine)
    context = {"rows": mine[:MOST], "count": len(mine), "moment": moment, "late": late}
    return [Card("today", 3 if late else 8, "publishing/card.html", context)]
