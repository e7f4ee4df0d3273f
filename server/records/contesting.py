"""Contesting lines of a record: asked by its person, decided by who looks after them. The caller
has checked who may."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import active
from server.accounts.person import Person, RoleGrant
from server.attendance.dispute import Dispute
from server.courses.cohort import CohortMember
from server.errors import Conflict
from server.lessons.lesson import Lesson
from server.notices.postbox import Postbox
from server.records.contest import ACCEPTED, ASKED, REFUSED, Contest
from server.records.sections import Entry
from server.store.database import now

MOST = 200


@dataclass(frozen=True, slots=True)
class Contested:
    """A contested line of either kind as pages show it. `stood`: the status of attendance."""

    id: str
    kind: str
    line_id: str
    title: str
    said: str
    stood: str
    why: str
    state: str
    asked_at: datetime
    given: str
    word: str
    decided_at: datetime | None
    decided_by: str | None

    @property
    def open(self) -> bool:
        """Is it still to be decided?"""
        return self.state == ASKED


async def contest(
    session: AsyncSession, postbox: Postbox, person: Person, entry: Entry, said: str, why: str
) -> Contest:
    """Contest a line that says `said`; who decides is told. Conflict where it is contested."""
    # Twice at once is asked once.
    await session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    there = await session.scalar(
        select(Contest.id).where(
            Contest.person_id == person.id,
            Contest.kind == entry.kind,
            Contest.line_id == entry.id,
            Contest.state == ASKED,
        )
    )
    if there is not None:
        raise Conflict("error.record.contested")
    made = Contest(
        person_id=person.id,
        kind=entry.kind,
        line_id=entry.id,
        title=entry.title,
        said=said,
        why=why,
    )
    session.add(made)
    await session.flush()
    await postbox.tell(
        session,
        await deciders(session, person),
        "record.contested",
        subject=made.id,
        path=f"/record/{person.id}/contests",
        name=person.name,
        title=entry.title,
    )
    return made


async def decide(
    session: AsyncSession, postbox: Postbox, contested: Contest, by: Person, accept: bool, word: str
) -> None:
    """Say what comes of it; the person is told. Conflict where it was decided."""
    if contested.state != ASKED:
        raise Conflict("error.record.decided")
    contested.state = ACCEPTED if accept else REFUSED
    contested.decided_at, contested.decided_by, contested.word = now(), by.id, word
    await postbox.tell(
        session,
        [await session.get_one(Person, contested.person_id)],
        f"record.{contested.state}",
        subject=contested.id,
        path=f"/record/{contested.person_id}/contests",
        title=contested.title,
    )


async def deciders(session: AsyncSession, person: Person) -> list[Person]:
    """The advisers of their cohorts; where there are none, who keeps the learning."""
    cohorts = select(CohortMember.cohort_id).where(
        CohortMember.person_id == person.id, CohortMember.part == "trainee"
    )
    advisers = select(CohortMember.person_id).where(
        CohortMember.cohort_id.in_(cohorts), CohortMember.part == "adviser"
    )
    keepers = select(RoleGrant.person_id).where(RoleGrant.role == "learning_admin")
    for chosen in (advisers, keepers):
        found = await session.scalars(
            select(Person).where(Person.id.in_(chosen), Person.id != person.id, active())
        )
        if people := list(found):
            return people
    return []


async def contests_of(
    session: AsyncSession, person_ids: Sequence[str], lines: Iterable[str] | None = None
) -> list[tuple[str, Contested]]:
    """(person's id, contested line) of these people, the latest first; of these lines where they
    are given."""
    wanted = None if lines is None else list(lines)
    ours = select(Contest).where(Contest.person_id.in_(person_ids))
    theirs = (
        select(Dispute, Lesson.title)
        .join(Lesson, Lesson.id == Dispute.lesson_id)
        .where(Dispute.person_id.in_(person_ids))
    )
    if wanted is not None:
        ours = ours.where(Contest.line_id.in_(wanted))
        theirs = theirs.where(Dispute.lesson_id.in_(wanted))
    rows = await session.scalars(ours.order_by(Contest.asked_at.desc()).limit(MOST))
    found = [(row.person_id, _of_record(row)) for row in rows]
    disputes = await session.execute(theirs.order_by(Dispute.asked_at.desc()).limit(MOST))
    found += [(row.person_id, _of_attendance(row, title)) for row, title in disputes]
    return sorted(found, key=lambda one: (one[1].open, one[1].asked_at), reverse=True)


async def open_contests(session: AsyncSession, person_ids: Sequence[str]) -> set[str]:
    """Of these people, who waits for a decision."""
    ours = select(Contest.person_id).where(
        Contest.person_id.in_(person_ids), Contest.state == ASKED
    )
    theirs = select(Dispute.person_id).where(
        Dispute.person_id.in_(person_ids), Dispute.state == ASKED
    )
    return set(await session.scalars(ours)) | set(await session.scalars(theirs))


def _of_record(row: Contest) -> Contested:
    return Contested(
        row.id, row.kind, row.line_id, row.title, row.said, "", row.why, row.state, row.asked_at,
        "", row.word, row.decided_at, row.decided_by,
    )  # fmt: skip


def _of_attendance(row: Dispute, title: str) -> Contested:
    return Contested(
        row.id, "lesson", row.lesson_id, title, "", row.stood, row.why, row.state, row.asked_at,
        row.given, row.word, row.decided_at, row.decided_by,
    )  # fmt: skip
