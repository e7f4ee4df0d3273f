"""What people say about somebody's attendance, as evidence. The caller has checked who may."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.attendance.evidence import add
from server.attendance.fact import Fact
from server.lessons.lesson import Lesson
from server.notices.postbox import Postbox
from server.notices.wording import moment as moment_told
from server.store.database import now

LONGEST_WHY = 300
AGAIN_S = 300  # a person is reminded at most so often


async def mark(
    session: AsyncSession,
    lesson: Lesson,
    person: Person,
    by: Person,
    status: str,
    why: str,
    nonce: str,
) -> bool:
    """Say how it was, with a reason; status "": as the evidence says. `nonce` names the form that
    was filled in, so sending it twice says it once. False where it had been said."""
    fact = Fact(
        "marked",
        f"marked:{person.id}:{nonce}",
        now(),
        person.id,
        source="hand",
        by=by.id,
        body={"status": status, "why": why},
    )
    return await add(session, lesson.id, fact) == 1


async def remind(
    session: AsyncSession,
    postbox: Postbox,
    lesson: Lesson,
    people: Iterable[Person],
    by: Person,
    moment: datetime,
) -> int:
    """A notice to each, that the lesson goes on and they are missed; how many were told. Those who
    were told a moment ago are not told again."""
    told = 0
    for person in people:
        key = f"reminded:{person.id}:{int(moment.timestamp()) // AGAIN_S}"
        fact = Fact("reminded", key, moment, person.id, source="hand", by=by.id)
        if await add(session, lesson.id, fact):
            told += 1
            await postbox.tell(
                session,
                [person],
                "attendance.missed",
                subject=lesson.id,
                path=f"/lessons/{lesson.id}",
                title=lesson.title,
                by=by.name,
                at=moment_told(lesson.starts_at),
            )
    return told
