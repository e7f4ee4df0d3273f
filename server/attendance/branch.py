"""Branch classrooms 分课堂: where parts of a class sit together, who looks after each, and who sits
there, for a cohort's lessons or for one. The caller has checked who may change it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.accounts.access import active
from server.accounts.person import Person
from server.lessons.attending import cohorts_of, members_of
from server.lessons.lesson import Lesson
from server.store.database import Table, new_id, now


class Branch(Table):
    """A classroom elsewhere. `closed_at`: it is used no more; what was recorded of it stays."""

    __tablename__ = "branch"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    place: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class BranchKeeper(Table):
    """Somebody looks after a branch: shows the code there, counts heads."""

    __tablename__ = "branch_keeper"

    branch_id: Mapped[str] = mapped_column(
        ForeignKey("branch.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime] = mapped_column(default=now)
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class BranchMember(Table):
    """Somebody sits in a branch: at the lessons of a cohort, or (before that) at one lesson."""

    __tablename__ = "branch_member"
    __table_args__ = (
        UniqueConstraint("cohort_id", "person_id"),
        UniqueConstraint("lesson_id", "person_id"),
        CheckConstraint("(cohort_id IS NULL) <> (lesson_id IS NULL)", name="one_of_two"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    branch_id: Mapped[str] = mapped_column(ForeignKey("branch.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    cohort_id: Mapped[str | None] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    lesson_id: Mapped[str | None] = mapped_column(ForeignKey("lesson.id", ondelete="CASCADE"))
    added_at: Mapped[datetime] = mapped_column(default=now)
    added_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


@dataclass(frozen=True, slots=True)
class Site:
    """A branch at one lesson: who should sit there, by name, and who looks after it."""

    branch: Branch
    people: tuple[Person, ...]
    keepers: tuple[Person, ...]


async def branches_of(session: AsyncSession, lesson: Lesson) -> list[Site]:
    """The branches in which somebody of this lesson's roster sits, by name."""
    seats = await seats_of(session, lesson)
    roster = [person for person in await members_of(session, lesson) if person.id in seats]
    found = await session.scalars(
        select(Branch).where(Branch.id.in_(set(seats.values()))).order_by(Branch.name)
    )
    return [
        Site(
            branch=branch,
            people=tuple(person for person in roster if seats[person.id] == branch.id),
            keepers=tuple(await keepers_of(session, branch.id)),
        )
        for branch in found.all()
    ]


async def seats_of(session: AsyncSession, lesson: Lesson) -> dict[str, str]:
    """Branch id by person id, of those who sit in a branch at this lesson."""
    cohort_ids = [cohort.id for cohort in await cohorts_of(session, lesson)]
    rows = await session.execute(
        select(BranchMember.person_id, BranchMember.branch_id, BranchMember.lesson_id)
        .join(Branch, Branch.id == BranchMember.branch_id)
        .where(
            Branch.closed_at.is_(None),
            BranchMember.cohort_id.in_(cohort_ids) | (BranchMember.lesson_id == lesson.id),
        )
        .order_by(BranchMember.lesson_id.is_not(None), BranchMember.id)
    )
    return {person_id: branch_id for person_id, branch_id, _ in rows}  # the lesson's own come last


async def keepers_of(session: AsyncSession, branch_id: str) -> list[Person]:
    """Active people who look after the branch, by name."""
    found = await session.scalars(
        select(Person)
        .join(BranchKeeper, BranchKeeper.person_id == Person.id)
        .where(BranchKeeper.branch_id == branch_id, active())
        .order_by(Person.name, Person.id)
    )
    return list(found)


async def roster_of(session: AsyncSession, branch_id: str) -> list[tuple[Person, BranchMember]]:
    """Who sits there, by name: once for each cohort, and for each lesson of its own."""
    rows = await session.execute(
        select(Person, BranchMember)
        .join(BranchMember, BranchMember.person_id == Person.id)
        .where(BranchMember.branch_id == branch_id, active())
        .order_by(Person.name, Person.id, BranchMember.id)
    )
    return [(person, member) for person, member in rows]


async def seat(
    session: AsyncSession,
    giver: Person,
    branch_id: str,
    person_ids: set[str],
    *,
    cohort_id: str | None = None,
    lesson_id: str | None = None,
) -> None:
    """Let exactly these people sit in the branch, at a cohort's lessons or at one; whoever of them
    sat in another one then sits there no more."""
    chosen = (
        BranchMember.cohort_id == cohort_id if cohort_id else BranchMember.lesson_id == lesson_id
    )
    gone = (BranchMember.branch_id == branch_id) | BranchMember.person_id.in_(person_ids)
    await session.execute(delete(BranchMember).where(chosen, gone))
    session.add_all(
        BranchMember(
            branch_id=branch_id,
            person_id=person_id,
            cohort_id=cohort_id,
            lesson_id=lesson_id,
            added_by=giver.id,
        )
        for person_id in sorted(person_ids)
    )
    await session.flush()


async def keep_by(session: AsyncSession, giver: Person, branch_id: str, ids: set[str]) -> None:
    """Let exactly these people look after the branch."""
    mine = BranchKeeper.branch_id == branch_id
    there = set(await session.scalars(select(BranchKeeper.person_id).where(mine)))
    gone = BranchKeeper.person_id.in_(there - ids)
    await session.execute(delete(BranchKeeper).where(mine, gone))
    session.add_all(
        BranchKeeper(branch_id=branch_id, person_id=one, by=giver.id) for one in sorted(ids - there)
    )
    await session.flush()
