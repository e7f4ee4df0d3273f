"""What was said about a lesson elsewhere: comments at the second."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.comments.comment import Comment


@dataclass(frozen=True, slots=True)
class Opinions:
    """comments, and how many of them are not settled; did the person hand in a rubric?"""

    comments: int
    unresolved: int
    filed: bool


async def opinions_of(session: AsyncSession, person: Person, lesson_id: str) -> Opinions:
    """About one lesson, as far as this person has to do with it."""
    on = (Comment.subject_kind == "lesson", Comment.subject_id == lesson_id)
    comments = await session.scalar(select(func.count()).select_from(Comment).where(*on))
    return Opinions(comments or 0, 0, filed=False)
