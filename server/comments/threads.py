"""Comments that people discuss: kinds, threads, drafts, drawings. Whether somebody may see the
subject, and as what, the caller has found out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.accounts.person import Person
from server.comments.comment import MOST, Audience, Comment, Drawing, Kind
from server.comments.store import checked_span, checked_text
from server.errors import Conflict, Forbidden, Invalid, NotFound
from server.store.database import now

MOST_LINES = 60  # of a drawing
MOST_NUMBERS = 9000
FULL = 10_000
WIDEST = 60
MOST_MENTIONS = 20


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody in front of one subject. `part` is what they are there; `insider`: of those who
    make, review or keep it; `moderates`: "" | "members" (hides what members wrote) | "all"."""

    person: Person
    part: str
    insider: bool
    moderates: str = ""

    @property
    def usual(self) -> Audience:
        """Whom a comment of theirs is for, unless they say otherwise."""
        return "insiders" if self.insider else "everybody"


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody writes. Seconds of the subject; `parent_id`: a reply, whose second, audience
    and kind are those of its thread."""

    text: str
    at: float = 0.0
    until: float | None = None
    kind: Kind = "note"
    audience: Audience = "everybody"
    draft: bool = False
    drawing: Drawing | None = None
    mentions: tuple[str, ...] = ()
    parent_id: str = ""


def seen_by(reader: Reader) -> ColumnElement[bool]:
    """Condition on Comment: the reader may read it."""
    thread, mine = aliased(Comment), Comment.author_id == reader.person.id
    if reader.insider:
        return or_(mine, Comment.draft.is_(False))
    in_own_thread = exists().where(
        thread.id == Comment.parent_id, thread.author_id == reader.person.id
    )
    open_to_all = or_(Comment.audience == "everybody", in_own_thread)
    return or_(mine, and_(Comment.draft.is_(False), Comment.hidden_at.is_(None), open_to_all))


async def read(
    session: AsyncSession, reader: Reader, kind: str, subject_id: str
) -> Sequence[tuple[Comment, str]]:
    """What the reader may read, with authors' names: threads in order of time, replies as they
    came. A reply whose thread is hidden from the reader is left out with it."""
    rows = await session.execute(
        select(Comment, Person.name)
        .join(Person, Person.id == Comment.author_id)
        .where(*_on(kind, subject_id), seen_by(reader))
        .order_by(Comment.at, Comment.id)
    )
    found = [(comment, name) for comment, name in rows]
    threads = {comment.id for comment, _ in found if comment.parent_id is None}
    return [one for one in found if one[0].parent_id is None or one[0].parent_id in threads]


async def write(
    session: AsyncSession,
    reader: Reader,
    kind: str,
    subject_id: str,
    remark: Remark,
    duration: float,
) -> Comment:
    """Keep a remark. Invalid, NotFound for an unknown thread, Conflict where there are too many."""
    count = select(func.count()).select_from(Comment).where(*_on(kind, subject_id))
    if (await session.scalar(count) or 0) >= MOST:
        raise Conflict("error.comment.too_many", n=MOST)
    comment = Comment(
        subject_kind=kind, subject_id=subject_id, author_id=reader.person.id, part=reader.part
    )
    if remark.parent_id:
        thread = await one(session, reader, kind, subject_id, remark.parent_id)
        if thread.parent_id or thread.deleted_at or thread.draft:
            raise Invalid("error.comment.thread", field="parent")
        comment.parent_id = thread.id
        comment.at, comment.until, comment.audience = thread.at, thread.until, thread.audience
    _put(comment, remark, duration)
    session.add(comment)
    await session.flush()
    return comment


async def rewrite(
    session: AsyncSession,
    reader: Reader,
    kind: str,
    subject_id: str,
    comment_id: str,
    remark: Remark,
    duration: float,
) -> tuple[Comment, bool]:
    """Change one's own comment; also: was it published by this? What others have read cannot
    become a draft again. NotFound, Invalid, Conflict."""
    comment = await _own(session, reader, kind, subject_id, comment_id)
    if comment.deleted_at:
        raise NotFound
    if remark.draft and not comment.draft:
        raise Conflict("error.comment.published")
    published = comment.draft and not remark.draft
    before = (comment.text, comment.drawing, comment.at, comment.until, comment.kind)
    audience = comment.audience
    was_read = not comment.draft
    _put(comment, remark, duration)
    if was_read and before != (
        comment.text,
        comment.drawing,
        comment.at,
        comment.until,
        comment.kind,
    ):
        comment.edited_at = now()
    if published:
        comment.created_at = now()
    if comment.audience != audience:
        for reply in await _replies(session, comment):
            reply.audience = comment.audience
    await session.flush()
    return comment, published


async def take_back(
    session: AsyncSession, reader: Reader, kind: str, subject_id: str, comment_id: str
) -> None:
    """Delete one's own comment. One with replies leaves an empty place, so that they stay."""
    comment = await _own(session, reader, kind, subject_id, comment_id)
    if not await _replies(session, comment):
        await session.execute(delete(Comment).where(Comment.id == comment.id))
        return
    comment.text, comment.drawing, comment.mentions = "", {}, []
    comment.deleted_at = now()


async def resolve(
    session: AsyncSession,
    reader: Reader,
    kind: str,
    subject_id: str,
    comment_id: str,
    resolved: bool,
) -> Comment:
    """Settle a thread, or open it again: its author and every insider may. NotFound, Forbidden."""
    comment = await one(session, reader, kind, subject_id, comment_id)
    if comment.parent_id or comment.draft:
        raise Invalid("error.comment.thread", field="comment")
    if not reader.insider and comment.author_id != reader.person.id:
        raise Forbidden("error.comment.not_yours")
    if bool(comment.resolved_at) != resolved:
        comment.resolved_at = now() if resolved else None
        comment.resolved_by = reader.person.id if resolved else None
    return comment


async def hide(
    session: AsyncSession,
    reader: Reader,
    kind: str,
    subject_id: str,
    comment_id: str,
    hidden: bool,
    insider_parts: frozenset[str],
) -> Comment:
    """Moderate: hide somebody's comment from those who watch, or show it again.

    Who moderates "members" hides nothing that an insider wrote. NotFound, Forbidden.
    """
    comment = await one(session, reader, kind, subject_id, comment_id)
    by_insider = comment.part in insider_parts
    if reader.moderates != "all" and (reader.moderates != "members" or by_insider):
        raise Forbidden("error.comment.moderate")
    if bool(comment.hidden_at) != hidden:
        comment.hidden_at = now() if hidden else None
        comment.hidden_by = reader.person.id if hidden else None
    return comment


async def written_by(session: AsyncSession, person: Person) -> Sequence[Comment]:
    """Everything the person wrote and did not take back, drafts too, oldest first."""
    found = await session.scalars(
        select(Comment)
        .where(Comment.author_id == person.id, Comment.deleted_at.is_(None))
        .order_by(Comment.created_at, Comment.id)
    )
    return list(found)


async def one(
    session: AsyncSession, reader: Reader, kind: str, subject_id: str, comment_id: str
) -> Comment:
    """One comment the reader may read. NotFound."""
    found = await session.scalar(
        select(Comment).where(Comment.id == comment_id, *_on(kind, subject_id), seen_by(reader))
    )
    if found is None:
        raise NotFound
    return found


async def _own(
    session: AsyncSession, reader: Reader, kind: str, subject_id: str, comment_id: str
) -> Comment:
    comment = await one(session, reader, kind, subject_id, comment_id)
    if comment.author_id != reader.person.id:
        raise NotFound
    return comment


async def _replies(session: AsyncSession, comment: Comment) -> Sequence[Comment]:
    found = await session.scalars(select(Comment).where(Comment.parent_id == comment.id))
    return list(found)


def _put(comment: Comment, remark: Remark, duration: float) -> None:
    comment.text = checked_text(remark.text)
    if not comment.parent_id:
        comment.at, comment.until = checked_span(remark.at, remark.until, duration)
        comment.kind, comment.audience = remark.kind, remark.audience
    comment.draft = remark.draft
    comment.drawing = _kept(remark.drawing)
    comment.mentions = list(dict.fromkeys(remark.mentions))
    if len(comment.mentions) > MOST_MENTIONS:
        raise Invalid("error.comment.mentions", field="mentions", n=MOST_MENTIONS)


def _kept(drawing: Drawing | None) -> dict[str, Any]:
    """The drawing as it is stored; Invalid where it is more than one draws on a picture."""
    if drawing is None or not drawing.lines:
        return {}
    numbers = sum(len(line.points) for line in drawing.lines)
    fits = len(drawing.lines) <= MOST_LINES and numbers <= MOST_NUMBERS
    whole = math.isfinite(drawing.aspect) and 0.1 <= drawing.aspect <= 10
    for line in drawing.lines:
        whole &= 0 < line.width <= WIDEST and len(line.points) >= 3 and not len(line.points) % 3
        whole &= all(0 <= number <= FULL for number in line.points)
    if not (fits and whole):
        raise Invalid("error.comment.drawing", field="drawing")
    kept: dict[str, Any] = msgspec.to_builtins(drawing)
    return kept


def _on(kind: str, subject_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Comment.subject_kind == kind, Comment.subject_id == subject_id
