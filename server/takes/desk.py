"""What takes lay on the desk: what goes on, what is ready, what was said about it."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.comments.comment import Comment
from server.courses.access import plans_of
from server.http.context import house
from server.http.desk import Card
from server.store.database import now
from server.takes.access import REHEARSERS, own_takes
from server.takes.data_pages import SHOWN_STATES
from server.takes.rehearsal import Rehearsal
from server.takes.take import LIVE, Take, TakeShare, Viewing

FRESH = timedelta(days=7)
MOST = 3
_TEMPLATE = "takes/card.html"


async def lay_cards(request: Request) -> list[Card]:
    """Cards of the person who asks."""
    person = current_person(request)
    async with house(request).database.session() as session:
        mine = await own_takes(session, person)
        remarks = await _new_comments(session, person)
        shared = await _not_yet_seen(session, person)
        plans = await plans_of(session, person)
    cards = [_own(take, rehearsal, remarks) for take, rehearsal in _fresh(mine)[:MOST]]
    cards += [_shared(take, rehearsal, name) for take, rehearsal, name in shared]
    if person.is_a(*REHEARSERS) and not any(take.state == LIVE for take, _ in mine):
        cards.append(Card("begin", 20, "takes/begin.html", {"first": bool(plans)}))
    return cards


def _fresh(mine: Sequence[tuple[Take, Rehearsal]]) -> list[tuple[Take, Rehearsal]]:
    since = now() - FRESH
    return [(take, rehearsal) for take, rehearsal in mine if take.started_at > since]


def _own(take: Take, rehearsal: Rehearsal, remarks: dict[str, int]) -> Card:
    state = SHOWN_STATES[take.state]
    context = {
        "take": take,
        "rehearsal": rehearsal,
        "why": "take.card.live" if take.state == LIVE else f"take.card.{state}",
        "params": {},
        "comments": remarks.get(take.id, 0),
        "live": take.state == LIVE,
    }
    return Card("today", 0 if take.state == LIVE else 10, _TEMPLATE, context)


def _shared(take: Take, rehearsal: Rehearsal, name: str) -> Card:
    context = {
        "take": take,
        "rehearsal": rehearsal,
        "why": "take.card.shared",
        "params": {"name": name},
        "comments": 0,
        "live": False,
    }
    return Card("today", 15, _TEMPLATE, context)


async def _new_comments(session: AsyncSession, person: Person) -> dict[str, int]:
    """How many comments of others came to each own take of late."""
    rows = await session.execute(
        select(Comment.subject_id, func.count())
        .join(Take, Take.id == Comment.subject_id)
        .join(Rehearsal, Rehearsal.id == Take.rehearsal_id)
        .where(
            Comment.subject_kind == "take",
            Comment.author_id != person.id,
            Comment.created_at > now() - FRESH,
            Rehearsal.owner_id == person.id,
        )
        .group_by(Comment.subject_id)
    )
    return {take_id: count for take_id, count in rows}


async def _not_yet_seen(
    session: AsyncSession, person: Person
) -> Sequence[tuple[Take, Rehearsal, str]]:
    """Takes that were shared with the person, who has not looked yet; with their owners' names."""
    seen = select(Viewing.take_id).where(Viewing.person_id == person.id)
    rows = await session.execute(
        select(Take, Rehearsal, Person.name)
        .join(TakeShare, TakeShare.take_id == Take.id)
        .join(Rehearsal, Rehearsal.id == Take.rehearsal_id)
        .join(Person, Person.id == Rehearsal.owner_id)
        .where(TakeShare.person_id == person.id, Take.id.not_in(seen))
        .order_by(TakeShare.shared_at.desc())
        .limit(MOST)
    )
    return [(take, rehearsal, name) for take, rehearsal, name in rows]
