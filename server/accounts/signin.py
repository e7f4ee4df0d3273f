"""Signing in with a password, and the one-time link that sets the first one."""

import hashlib
import secrets
from datetime import datetime, timedelta

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.accounts.passwords import hash_password, matches
from server.accounts.person import Person
from server.accounts.sessions import end_all_sessions
from server.errors import Invalid, NotFound, TooMany
from server.store.database import Database, Table, now

TRIES = 5
LOCK = timedelta(minutes=15)
LINK_LASTS = timedelta(days=7)


class SignInLink(Table):
    """A link that lets one person set a password, once. The id is the hash of its token."""

    __tablename__ = "sign_in_link"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class Gate:
    """Slows down who tries too often: by address here, by account in the database."""

    def __init__(self, per_minute: int = 20) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rate = RateLimitItemPerMinute(per_minute)

    async def pass_by(self, address: str) -> None:
        """Count one try from `address`. Raises TooMany."""
        if not await self._limiter.hit(self._rate, "sign-in", address):
            raise TooMany("error.sign_in.too_many", seconds=60)


async def sign_in(database: Database, login: str, password: str) -> Person:
    """The person, or Invalid (unknown and wrong look the same) or TooMany (locked after 5)."""
    async with database.session() as session:
        person = await session.scalar(select(Person).where(Person.login == login))
    if person and person.locked_until and person.locked_until > now():
        minutes = max(1, round((person.locked_until - now()).total_seconds() / 60))
        raise TooMany("error.sign_in.locked", minutes=minutes, seconds=minutes * 60)
    right = await matches(person.password_hash if person else None, password)
    if person is None or person.deactivated_at:
        raise Invalid("error.sign_in.wrong", field="password")
    async with database.session() as session:
        changed = update(Person).where(Person.id == person.id)
        if right:
            await session.execute(changed.values(failed_sign_ins=0, locked_until=None))
            return person
        locked = now() + LOCK if person.failed_sign_ins + 1 >= TRIES else None
        failed = 0 if locked else Person.failed_sign_ins + 1
        await session.execute(changed.values(failed_sign_ins=failed, locked_until=locked))
    raise Invalid("error.sign_in.wrong", field="password")


async def make_link(database: Database, person_id: str) -> str:
    """The path of a fresh one-time link for this person; older ones are void."""
    async with database.session() as session:
        await session.execute(delete(SignInLink).where(SignInLink.person_id == person_id))
        return add_link(session, person_id)


def add_link(session: AsyncSession, person_id: str) -> str:
    """The path of a one-time link that is stored with `session`."""
    token = secrets.token_urlsafe(24)
    session.add(SignInLink(id=_hash(token), person_id=person_id))
    return f"/welcome/{token}"


async def person_of_link(database: Database, token: str) -> Person:
    """Whom the link is for. NotFound when unknown, used or too old."""
    async with database.session() as session:
        person = await session.scalar(
            select(Person)
            .join(SignInLink, SignInLink.person_id == Person.id)
            .where(
                SignInLink.id == _hash(token),
                SignInLink.used_at.is_(None),
                SignInLink.made_at > now() - LINK_LASTS,
                Person.deactivated_at.is_(None),
            )
        )
    if person is None:
        raise NotFound("error.link_used")
    return person


async def use_link(database: Database, token: str, password: str) -> Person:
    """Set the password; the link is spent and every older session ends."""
    person = await person_of_link(database, token)
    hashed = await hash_password(password)
    async with database.session() as session:
        spent = await session.scalar(
            update(SignInLink)
            .where(SignInLink.id == _hash(token), SignInLink.used_at.is_(None))
            .values(used_at=now())
            .returning(SignInLink.id)
        )
        if spent is None:
            raise NotFound("error.link_used")
        await session.execute(
            update(Person)
            .where(Person.id == person.id)
            .values(password_hash=hashed, failed_sign_ins=0, locked_until=None)
        )
    await end_all_sessions(database, person.id)
    return person


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
