"""The editions of recordings: which there are, and the job that renders them."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.recordings.edition import Edition


async def editions_of(session: AsyncSession, recording_id: str) -> list[Edition]:
    """All editions of a recording, also failed and revoked ones, the newest first."""
    found = select(Edition).where(Edition.recording_id == recording_id)
    return list(await session.scalars(found.order_by(Edition.number.desc())))


async def edition_of(session: AsyncSession, recording_id: str, number: int) -> Edition | None:
    """One edition, whatever its state; None where there is none (the original is none)."""
    return await session.scalar(
        select(Edition).where(Edition.recording_id == recording_id, Edition.number == number)
    )
