"""Comments of one subject. Who may see the subject is for the subject to know: ask it first."""

import math
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.comments.comment import LONGEST, MOST, Comment
from server.errors import Conflict, Invalid, NotFound


async def comments_on(
    session: AsyncSession, kind: str, subject_id: str
) -> Sequence[tuple[Comment, str]]:
    """All comments on a subject with their authors' names, in order of time."""
    found = await session.execute(
        select(Comment, Person.name)
        .join(Person, Person.id == Comment.author_id)
        .where(*_on(kind, subject_id))
        .order_by(Comment.at, Comment.id)
    )
    return [(comment, name) for comment, name in found]


def checked_text(text: str) -> str:
    """What somebody wrote, trimmed. Invalid where it is empty, too long, or has control codes."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid("error.form.required", field="text")
    if len(text) > LONGEST:
        raise Invalid("error.form.too_long", field="text", limit=LONGEST)
    if any(ord(char) < 32 and char not in "\n\t" for char in text):
        raise Invalid("error.form.text", field="text")
    return text


def checked_span(at: float, until: float | None, duration: float) -> tuple[float, float | None]:
    """A second of a subject that is `duration` long, or a stretch of it. Invalid."""
    last = at if until is None else until
    if not (math.isfinite(at) and math.isfinite(last) and 0 <= at <= last <= duration + 1):
        raise Invalid("error.comment.second", field="at")
    return at, until


async def add_comment(
    session: AsyncSession,
    author: Person,
    kind: str,
    subject_id: str,
    *,
    at: float,
    until: float | None,
    text: str,
    duration: float,
) -> Comment:
    """Keep a remark of `author` at a second. Invalid, or Conflict where there are too many."""
    text = checked_text(text)
    at, until = checked_span(at, until, duration)
    count = select(func.count()).select_from(Comment).where(*_on(kind, subject_id))
    if (await session.scalar(count) or 0) >= MOST:
        raise Conflict("error.comment.too_many", n=MOST)
    comment = Comment(
        subject_kind=kind, subject_id=subject_id, author_id=author.id, at=at, until=until, text=text
    )
    session.add(comment)
    await session.flush()
    return comment


async def delete_comment(
    session: AsyncSession, author: Person, kind: str, subject_id: str, comment_id: str
) -> None:
    """Take one's own comment back. NotFound for anybody else's."""
    gone = await session.scalar(
        delete(Comment)
        .where(Comment.id == comment_id, Comment.author_id == author.id, *_on(kind, subject_id))
        .returning(Comment.id)
    )
    if gone is None:
        raise NotFound


async def delete_comments_on(session: AsyncSession, kind: str, subject_id: str) -> None:
    """The subject is gone, and so are its comments."""
    await session.execute(delete(Comment).where(*_on(kind, subject_id)))


def _on(kind: str, subject_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Comment.subject_kind == kind, Comment.subject_id == subject_id
