"""The secret address of a person's calendar: read by a program without a session, only this."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.accounts.access import active
from server.accounts.person import Person
from server.errors import NotFound
from server.lessons.guests import GuestGate
from server.store.database import Table, now


class CalendarLink(Table):
    """A person's link. Kept is the hash of its token, so nobody can read the link here."""

    __tablename__ = "calendar_link"

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime] = mapped_column(default=now)


class CalendarGate(GuestGate):
    """Slows down who asks for calendars too often: by address."""


async def make_calendar_link(session: AsyncSession, person: Person) -> str:
    """The path of a fresh link; an older one is void."""
    await withdraw_calendar_link(session, person)
    token = secrets.token_urlsafe(24)
    session.add(CalendarLink(person_id=person.id, token_hash=_hash(token)))
    return f"/calendar/{token}.ics"


async def withdraw_calendar_link(session: AsyncSession, person: Person) -> None:
    """Let no program read the calendar any more."""
    await session.execute(delete(CalendarLink).where(CalendarLink.person_id == person.id))


async def person_of_calendar(session: AsyncSession, token: str) -> Person:
    """Whose calendar it is. NotFound where the link is unknown, void, or of somebody who left."""
    found = await session.scalar(
        select(Person)
        .join(CalendarLink, CalendarLink.person_id == Person.id)
        .where(CalendarLink.token_hash == _hash(token), active())
    )
    if found is None:
        raise NotFound
    return found


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
