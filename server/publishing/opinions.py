"""What was said about a lesson elsewhere: comments at the second, and rubrics."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.comments.comment import Comment
from server.rubrics.sheets import sheets_on


@dataclass(frozen=True, slots=True)
class Opinions:
    """comments, and how many of them are not settled; did the person hand in a rubric?"""

    comments: int
    unresolved: int
    filed: bool


async def opinions_of(session: AsyncSession, person: Person, lesson_id: str) -> Opinions:
    """About one lesson, as far as this person has to do with it."""
    on = (
        Comment.subject_kind == "lesson",
        Comment.subject_id == lesson_id,
        Comment.parent_id.is_(None),
        Comment.draft.is_(False),
        Comment.deleted_at.is_(None),
    )
    count = select(func.count()).select_from(Comment).where(*on)
    filed = [
        one
        for one in await sheets_on(session, "lesson", lesson_id)
        if one.rater_id == person.id and one.number
    ]
    return Opinions(
        comments=await session.scalar(count) or 0,
        unresolved=await session.scalar(count.where(Comment.resolved_at.is_(None))) or 0,
        filed=bool(filed),
    )
