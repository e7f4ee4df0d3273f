"""What is kept of watching: a row for each visit, and where each person left."""

import hashlib
import hmac
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from server.store.database import Table, now
from server.studying.watching import Run, Seen, credited, runs_of, with_runs


class Watching(Table):
    """What one page reported while somebody watched. `runs` by number; `began` and `ended`, ms of
    our clock, are around all of them."""

    __tablename__ = "watching"

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    recording_id: Mapped[str] = mapped_column(
        ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    sitting: Mapped[str] = mapped_column(primary_key=True)
    began: Mapped[int] = mapped_column(BigInteger)
    ended: Mapped[int] = mapped_column(BigInteger, index=True)
    runs: Mapped[dict[str, Any]]


class Place(Table):
    """Where somebody left a recording: second `at` of the original, `moment` in ms of our clock."""

    __tablename__ = "watching_place"

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    recording_id: Mapped[str] = mapped_column(
        ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[float]
    moment: Mapped[int] = mapped_column(BigInteger)


def milliseconds() -> int:
    """Our clock."""
    return round(now().timestamp() * 1000)


class Sittings:
    """Names of visits, `OPENED.RANDOM.MAC`: a page cannot have watched before it got one."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def begin(self, person_id: str, recording_id: str) -> str:
        """A visit that begins now."""
        name = f"{milliseconds():x}.{secrets.token_hex(8)}"
        return f"{name}.{self._mac(person_id, recording_id, name)}"

    def opened(self, sitting: str, person_id: str, recording_id: str) -> int | None:
        """When this visit began, ms; None where it is no visit of this person here."""
        name, _, mac = sitting.rpartition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(person_id, recording_id, name).encode()):
            return None
        return int(name.partition(".")[0], 16)

    def _mac(self, *parts: str) -> str:
        message = "\0".join(("watching", *parts)).encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:24]


async def keep_runs(
    session: AsyncSession,
    person_id: str,
    recording_id: str,
    sitting: str,
    sent: Mapping[int, Sequence[Run]],
) -> None:
    """Add what a page reported of a visit."""
    key = (person_id, recording_id, sitting)
    row = await session.get(Watching, key, with_for_update=True)
    if row is None:
        row = await _first(session, key)
    runs = with_runs(row.runs, sent)
    if not runs:
        return
    every = runs_of(runs)
    row.runs = runs
    row.began, row.ended = min(run.began for run in every), max(run.ended for run in every)


async def _first(session: AsyncSession, key: tuple[str, str, str]) -> Watching:
    try:
        async with session.begin_nested():
            row = Watching(
                person_id=key[0], recording_id=key[1], sitting=key[2], began=0, ended=0, runs={}
            )
            session.add(row)
        return row
    except IntegrityError:  # the same page, at the same moment
        return await session.get_one(Watching, key, with_for_update=True, populate_existing=True)


async def keep_place(
    session: AsyncSession, person_id: str, recording_id: str, at: float, moment: int
) -> None:
    """Somebody was at second `at` of the original; the latest moment counts."""
    place = await session.get(Place, (person_id, recording_id), with_for_update=True)
    if place is None:
        session.add(Place(person_id=person_id, recording_id=recording_id, at=at, moment=moment))
    elif (moment, at) > (place.moment, place.at):
        place.at, place.moment = at, moment


async def rows_of(
    session: AsyncSession, recording_id: str, person_ids: Iterable[str] | None = None
) -> list[Watching]:
    """What `counted` needs of a recording: the visits of all, or of these people, and what they
    played of other recordings at the same moments."""
    here, there = Watching, aliased(Watching)
    wanted = [here.recording_id == recording_id]
    if person_ids is not None:
        wanted.append(here.person_id.in_(list(person_ids)))
    rows = list(await session.scalars(select(here).where(*wanted)))
    meanwhile = exists().where(
        there.recording_id == recording_id,
        there.person_id == here.person_id,
        there.began < here.ended,
        there.ended > here.began,
    )
    people = {row.person_id for row in rows}
    beside = select(here).where(here.recording_id != recording_id, meanwhile)
    if person_ids is not None:
        beside = beside.where(here.person_id.in_(people))
    return rows + list(await session.scalars(beside))


def counted(rows: Iterable[Watching], recording_id: str) -> dict[str, list[Seen]]:
    """What counts of a recording, by person, in order of time."""
    played: dict[str, list[Seen]] = defaultdict(list)
    for row in rows:
        played[row.person_id] += [
            Seen(run, row.sitting, row.recording_id) for run in runs_of(row.runs)
        ]
    return {
        person: [one for one in credited(seen) if one.recording == recording_id]
        for person, seen in played.items()
    }
