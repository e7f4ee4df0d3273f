"""Guests of one lesson: a link without an account, and its end."""

import hashlib
import secrets

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import VISITOR
from server.accounts.person import Person, RoleGrant
from server.errors import Conflict, NotFound, TooMany
from server.lessons.lesson import GuestLink, Lesson, LessonGuest
from server.store.database import new_id, now

MOST_GUESTS = 200  # of one lesson
PER_MINUTE = 60  # looks at links from one address


class GuestGate:
    """Slows down who tries links: by address."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rate = RateLimitItemPerMinute(per_minute)

    async def pass_by(self, address: str) -> None:
        """Count one look from `address`. Raises TooMany."""
        if not await self._limiter.hit(self._rate, "join", address):
            raise TooMany("error.lesson.too_many", seconds=60)


async def make_link(session: AsyncSession, giver: Person, lesson: Lesson) -> str:
    """The path of a fresh link to this lesson; an older one is void."""
    await revoke_link(session, lesson)
    token = secrets.token_urlsafe(24)
    session.add(GuestLink(id=_hash(token), lesson_id=lesson.id, made_by=giver.id))
    return f"/join/{token}"


async def revoke_link(session: AsyncSession, lesson: Lesson) -> None:
    """Let nobody come by link any more; who is there stays."""
    await session.execute(delete(GuestLink).where(GuestLink.lesson_id == lesson.id))


async def link_of(session: AsyncSession, lesson: Lesson) -> GuestLink | None:
    """The lesson's link, if there is one."""
    found: GuestLink | None = await session.scalar(
        select(GuestLink).where(GuestLink.lesson_id == lesson.id)
    )
    return found


async def lesson_of_link(session: AsyncSession, token: str) -> Lesson:
    """Where the link leads. NotFound where it is unknown, or the lesson over or cancelled."""
    lesson = await session.scalar(
        select(Lesson)
        .join(GuestLink, GuestLink.lesson_id == Lesson.id)
        .where(GuestLink.id == _hash(token), Lesson.cancelled_at.is_(None))
    )
    if lesson is None or lesson.is_over(now()):
        raise NotFound("error.lesson.link")
    return lesson


async def welcome(
    session: AsyncSession, lesson: Lesson, name: str, person: Person | None, language: str
) -> str:
    """Make `person`, or somebody new called `name`, a guest of the lesson; returns the person's id.

    NotFound for who was shown the door; Conflict where MOST_GUESTS have come.
    """
    came = select(func.count()).select_from(LessonGuest).where(LessonGuest.lesson_id == lesson.id)
    if person is not None:
        known = await session.scalar(
            select(LessonGuest).where(
                LessonGuest.lesson_id == lesson.id, LessonGuest.person_id == person.id
            )
        )
        if known is not None and known.removed_at:
            raise NotFound("error.lesson.link")
        if known is not None:
            return person.id
    if (await session.scalar(came) or 0) >= MOST_GUESTS:
        raise Conflict("error.lesson.full", limit=MOST_GUESTS)
    person_id = person.id if person else new_id()
    if person is None:
        session.add(
            Person(
                id=person_id,
                login=f"{VISITOR}{person_id}",
                name=name,
                language=language,
                grants=[RoleGrant(role="guest")],
            )
        )
        await session.flush()
    session.add(LessonGuest(lesson_id=lesson.id, person_id=person_id))
    return person_id


async def show_out(session: AsyncSession, giver: Person, lesson: Lesson, person_id: str) -> bool:
    """End the guest's access to the lesson; NotFound where they are none.

    True: the person was made for links alone and has no other lesson, so may not be signed in any
    more; the caller ends their sessions.
    """
    guest = await session.scalar(
        select(LessonGuest).where(
            LessonGuest.lesson_id == lesson.id,
            LessonGuest.person_id == person_id,
            LessonGuest.removed_at.is_(None),
        )
    )
    if guest is None:
        raise NotFound
    guest.removed_at, guest.removed_by = now(), giver.id
    await session.flush()
    person = await session.get_one(Person, person_id)
    elsewhere = exists().where(LessonGuest.person_id == person_id, LessonGuest.removed_at.is_(None))
    only_guest = person.password_hash is None and person.roles == {"guest"}
    if only_guest and not await session.scalar(select(elsewhere)):
        person.deactivated_at = now()
        return True
    return False


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
