"""Which takes a person may see: loading is the permission check, and viewings are logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.courses.slide_deck import SlideDeck
from server.errors import NotFound
from server.store.database import now
from server.takes.rehearsal import Rehearsal
from server.takes.take import Take, TakeShare, Viewing

REHEARSERS = ("teacher", "assistant", "expert")
SITTING = timedelta(minutes=10)  # what is looked at again within it is the same viewing


@dataclass(frozen=True, slots=True)
class Found:
    """A take with its rehearsal, as somebody may see it."""

    take: Take
    rehearsal: Rehearsal
    mine: bool


def shared_with(person: Person) -> ColumnElement[bool]:
    """Condition on Take: its owner shared it with this person."""
    return exists().where(TakeShare.take_id == Take.id, TakeShare.person_id == person.id)


async def own_take(session: AsyncSession, person: Person, take_id: str) -> Found:
    """One of the person's own takes. NotFound."""
    return await _one(session, person, Take.id == take_id, Rehearsal.owner_id == person.id)


async def visible_take(session: AsyncSession, person: Person, take_id: str) -> Found:
    """An own take or a shared one; looking at a shared one is logged. NotFound."""
    found = await _one(
        session,
        person,
        Take.id == take_id,
        or_(Rehearsal.owner_id == person.id, shared_with(person)),
    )
    if not found.mine:
        await log_viewing(session, person, found.take.id)
    return found


async def own_takes(session: AsyncSession, person: Person) -> Sequence[tuple[Take, Rehearsal]]:
    """All takes of the person, newest first."""
    return await _several(session, Rehearsal.owner_id == person.id)


async def takes_shared_with(
    session: AsyncSession, person: Person
) -> Sequence[tuple[Take, Rehearsal]]:
    """All takes others shared with the person, newest first."""
    return await _several(session, shared_with(person))


async def may_watch(session: AsyncSession, person: Person, recording_id: str) -> bool:
    """The rule for recordings of kind "take"; watching is logged like any other viewing."""
    take_id = await session.scalar(
        select(Take.id).where(Take.recording_id == recording_id, shared_with(person))
    )
    if take_id is None:
        return False
    await log_viewing(session, person, take_id)
    return True


def may_read_deck(person: Person) -> ColumnElement[bool]:
    """Condition on SlideDeck: slides of a take that was shared with this person."""
    return SlideDeck.id.in_(
        select(Rehearsal.deck_id)
        .join(Take, Take.rehearsal_id == Rehearsal.id)
        .where(or_(Rehearsal.owner_id == person.id, shared_with(person)))
    )


async def log_viewing(session: AsyncSession, person: Person, take_id: str) -> None:
    """Write down that the person looks at the take now."""
    moment = now()
    viewing = await session.scalar(
        select(Viewing)
        .where(Viewing.take_id == take_id, Viewing.person_id == person.id)
        .order_by(Viewing.last_at.desc())
        .limit(1)
    )
    if viewing is None or moment - viewing.last_at > SITTING:
        session.add(Viewing(take_id=take_id, person_id=person.id, at=moment, last_at=moment))
    elif moment - viewing.last_at > SITTING / 10:
        viewing.last_at = moment


async def _one(session: AsyncSession, person: Person, *conditions: ColumnElement[bool]) -> Found:
    row = (
        await session.execute(
            select(Take, Rehearsal)
            .join(Rehearsal, Rehearsal.id == Take.rehearsal_id)
            .where(*conditions)
        )
    ).first()
    if row is None:
        raise NotFound
    take, rehearsal = row
    return Found(take, rehearsal, rehearsal.owner_id == person.id)


async def _several(
    session: AsyncSession, condition: ColumnElement[bool]
) -> Sequence[tuple[Take, Rehearsal]]:
    rows = await session.execute(
        select(Take, Rehearsal)
        .join(Rehearsal, Rehearsal.id == Take.rehearsal_id)
        .where(condition)
        .order_by(Take.started_at.desc(), Take.id.desc())
    )
    return [(take, rehearsal) for take, rehearsal in rows]
