"""Who opened a recording, told to those who keep it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.recordings.viewings import RecordingViewing

MOST = 500


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody opened it: `name` is empty, and `bearer` names the token, where nobody was signed
    in; `edition` is 0 for the original."""

    at: datetime
    way: str
    edition: int
    name: str
    bearer: str


@dataclass(frozen=True, slots=True)
class ViewingLog:
    """The last `rows`, the newest first; how often it was opened in all, and by how many people."""

    rows: list[Opened]
    times: int
    people: int


async def viewings_of(session: AsyncSession, recording_id: str) -> ViewingLog:
    """The log of a recording. The caller has checked who asks."""
    theirs = RecordingViewing.recording_id == recording_id
    found = await session.execute(
        select(RecordingViewing, Person.name)
        .outerjoin(Person, Person.id == RecordingViewing.person_id)
        .where(theirs)
        .order_by(RecordingViewing.at.desc(), RecordingViewing.id.desc())
        .limit(MOST)
    )
    rows = [Opened(row.at, row.way, row.edition, name or "", row.bearer) for row, name in found]
    people = func.count(RecordingViewing.person_id.distinct())
    counts = await session.execute(select(func.count(), people).where(theirs))
    times, persons = counts.one()
    return ViewingLog(rows, times, persons)
