"""What is odd about the check-ins of a lesson, for a person to look into. Nothing follows by
itself: people lend a phone for good reasons, and buy new ones."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.attendance.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Flag:
    """ "shared_device": these people checked in with one device at this lesson. "new_device": this
    person used another one at every lesson before."""

    kind: Literal["shared_device", "new_device"]
    person_ids: tuple[str, ...]
    at: datetime
    evidence_ids: tuple[str, ...]


async def flags(session: AsyncSession, lesson_id: str) -> list[Flag]:
    """The flags of a lesson, shared devices first, in the order of time."""
    rows = list(
        await session.scalars(
            select(Evidence)
            .where(
                Evidence.lesson_id == lesson_id,
                Evidence.kind == "scanned",
                Evidence.device.is_not(None),
                Evidence.person_id.is_not(None),
            )
            .order_by(Evidence.at, Evidence.id)
        )
    )
    return [*_shared(rows), *await _new(session, lesson_id, rows)]


def _shared(rows: list[Evidence]) -> list[Flag]:
    by_device: dict[str, list[Evidence]] = defaultdict(list)
    for row in rows:
        by_device[str(row.device)].append(row)
    found = []
    for used in by_device.values():
        people = tuple(dict.fromkeys(str(row.person_id) for row in used))
        if len(people) > 1:
            ids = tuple(row.id for row in used)
            found.append(Flag("shared_device", people, used[-1].at, ids))
    return found


async def _new(session: AsyncSession, lesson_id: str, rows: list[Evidence]) -> list[Flag]:
    earlier = await session.execute(
        select(Evidence.person_id, Evidence.device, Evidence.at).where(
            Evidence.person_id.in_({row.person_id for row in rows}),
            Evidence.lesson_id != lesson_id,
            Evidence.kind == "scanned",
            Evidence.device.is_not(None),
        )
    )
    known: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for person_id, device, at in earlier:
        known[str(person_id)].append((str(device), at))
    found: dict[str, Flag] = {}
    for row in rows:
        person_id = str(row.person_id)
        before = {device for device, at in known[person_id] if at < row.at}
        if before and row.device not in before and person_id not in found:
            found[person_id] = Flag("new_device", (person_id,), row.at, (row.id,))
    return list(found.values())
