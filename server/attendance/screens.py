"""Who shows the code, and keeps the branches: loading is the permission check."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.attendance.branch import Branch, BranchKeeper, seats_of
from server.errors import NotFound
from server.lessons.access import belongs, tends
from server.lessons.lesson import Lesson


def shows(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person may show its code and see who has come: its staff, its
    advisers, the learning administrator."""
    return or_(tends(person), belongs(person, "adviser"))


async def lesson_to_show(session: AsyncSession, person: Person, lesson_id: str) -> Lesson:
    """A lesson whose code the person may show. NotFound."""
    found: Lesson | None = await session.scalar(
        select(Lesson).where(Lesson.id == lesson_id, shows(person))
    )
    if found is None:
        raise NotFound("error.lesson.not_found")
    return found


def keeps_branch(person: Person) -> ColumnElement[bool]:
    """Condition on Branch: the person looks after it; a learning administrator after all."""
    kept = select(BranchKeeper.branch_id).where(BranchKeeper.person_id == person.id)
    return Branch.id.is_not(None) if person.is_a("learning_admin") else Branch.id.in_(kept)


async def branches_kept(session: AsyncSession, person: Person) -> list[Branch]:
    """The branches in use that the person looks after, by name."""
    found = await session.scalars(
        select(Branch)
        .where(keeps_branch(person), Branch.closed_at.is_(None))
        .order_by(Branch.name, Branch.id)
    )
    return list(found)


async def branch_kept(session: AsyncSession, person: Person, branch_id: str) -> Branch:
    """One of them, in use or not. NotFound."""
    found: Branch | None = await session.scalar(
        select(Branch).where(Branch.id == branch_id, keeps_branch(person))
    )
    if found is None:
        raise NotFound("error.branch.not_found")
    return found


async def lesson_at_branch(
    session: AsyncSession, person: Person, branch_id: str, lesson_id: str
) -> tuple[Branch, Lesson]:
    """A branch the person looks after, and a lesson of which somebody sits there, or (for who keeps
    rosters) may come to sit there. NotFound."""
    branch = await branch_kept(session, person, branch_id)
    lesson = await session.get(Lesson, lesson_id)
    seats = person.is_a("learning_admin") and branch.closed_at is None
    if lesson is None or not (seats or branch.id in (await seats_of(session, lesson)).values()):
        raise NotFound("error.lesson.not_found")
    return branch, lesson
