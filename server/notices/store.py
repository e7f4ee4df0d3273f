"""One's own notices: read, counted, marked as seen."""

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.notices.notice import Notice
from server.store.database import now

MOST = 100


async def notices_of(session: AsyncSession, person: Person, subject: str = "") -> list[Notice]:
    """The person's notices, newest first; those about `subject` where it is given."""
    asked = select(Notice).where(Notice.person_id == person.id)
    if subject:
        asked = asked.where(Notice.subject == subject)
    asked = asked.order_by(Notice.at.desc(), Notice.id.desc()).limit(MOST)
    return list(await session.scalars(asked))


async def count_unseen(session: AsyncSession, person: Person) -> int:
    """How many the person has not seen."""
    unseen = (Notice.person_id == person.id, Notice.seen_at.is_(None))
    return await session.scalar(select(func.count()).select_from(Notice).where(*unseen)) or 0


async def mark_seen(session: AsyncSession, person: Person, subject: str = "") -> None:
    """The person has read their notices; those about `subject` where it is given."""
    unseen = [Notice.person_id == person.id, Notice.seen_at.is_(None)]
    if subject:
        unseen.append(Notice.subject == subject)
    await session.execute(update(Notice).where(*unseen).values(seen_at=now()))
