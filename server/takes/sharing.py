"""Letting a named person see a take, taking that back, and who has looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import person_by_login
from server.accounts.person import Person
from server.errors import Conflict, Invalid, NotFound
from server.takes.take import Take, TakeShare, Viewing

MOST = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """With whom a take is shared, since when; `id` is the share's."""

    id: str
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """Who looked, and when they began to."""

    name: str
    at: datetime


async def share(session: AsyncSession, owner: Person, take: Take, login: str) -> None:
    """Let the person with this sign-in name see and comment on the take; again changes nothing.

    NotFound for an unknown name, Invalid for oneself, Conflict where there are too many.
    """
    person = await person_by_login(session, login)
    if person.id == owner.id:
        raise Invalid("error.share.self", field="login")
    there = await session.scalar(
        select(TakeShare).where(TakeShare.take_id == take.id, TakeShare.person_id == person.id)
    )
    if there:
        return
    count = select(func.count()).select_from(TakeShare).where(TakeShare.take_id == take.id)
    if (await session.scalar(count) or 0) >= MOST:
        raise Conflict("error.share.too_many", n=MOST)
    session.add(TakeShare(take_id=take.id, person_id=person.id, shared_by=owner.id))


async def end_share(session: AsyncSession, take: Take, share_id: str) -> None:
    """Take it back, at once. NotFound."""
    gone = await session.scalar(
        delete(TakeShare)
        .where(TakeShare.take_id == take.id, TakeShare.id == share_id)
        .returning(TakeShare.id)
    )
    if gone is None:
        raise NotFound


async def shares_of(session: AsyncSession, take: Take) -> Sequence[Shown]:
    """With whom the take is shared, first share first."""
    rows = await session.execute(
        select(TakeShare, Person.name)
        .join(Person, Person.id == TakeShare.person_id)
        .where(TakeShare.take_id == take.id)
        .order_by(TakeShare.shared_at)
    )
    return [Shown(share.id, name, share.shared_at) for share, name in rows]


async def viewings_of(session: AsyncSession, take: Take) -> Sequence[Seen]:
    """Who has looked, the latest first."""
    rows = await session.execute(
        select(Viewing, Person.name)
        .join(Person, Person.id == Viewing.person_id)
        .where(Viewing.take_id == take.id)
        .order_by(Viewing.at.desc())
        .limit(1000)
    )
    return [Seen(name, viewing.at) for viewing, name in rows]
