"""Comments on the recording of a lesson: read, write, discuss, and take along.

Seconds here are those of the edition that is shown; stored are those of the original.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from media.edits import EditMap
from server.accounts.access import names_of
from server.accounts.sessions import current_person
from server.comments import threads
from server.comments.comment import Audience, Comment, Drawing, Kind
from server.comments.store import checked_span
from server.comments.threads import Reader, Remark
from server.errors import NotFound
from server.events import CommentMade
from server.http.context import house
from server.http.forms import check_csrf, read_json
from server.lessons.access import edition_for, lesson_to_watch
from server.lessons.around import Shown, Tab
from server.lessons.discussing import (
    INSIDER_PARTS,
    called,
    edits_shown,
    offered,
    reader_of,
    to_tell,
)
from server.lessons.lesson import Lesson
from server.lessons.media import MOST_EDITIONS, asked_edition
from server.notices.postbox import Postbox
from server.notices.store import mark_seen
from server.recordings.recording import Recording

KIND = "lesson"
LARGEST = 256 * 1024
EXCERPT = 60  # characters of a comment in a notice


class NewComment(msgspec.Struct, forbid_unknown_fields=True):
    """At second `at` of what is shown, or about [at, until]. `parent`: a reply."""

    text: str
    at: float = 0.0
    until: float | None = None
    kind: Kind = "note"
    audience: Audience | None = None  # None: the usual one of who writes
    draft: bool = False
    drawing: Drawing | None = None
    mentions: tuple[str, ...] = ()
    parent: str = ""
    edition: Annotated[int, Meta(ge=0, le=MOST_EDITIONS)] | None = None


class Settled(msgspec.Struct, forbid_unknown_fields=True):
    """Is the thread resolved?"""

    resolved: bool


class Hidden(msgspec.Struct, forbid_unknown_fields=True):
    """Is the comment hidden from those who watch?"""

    hidden: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """One lesson's comments in front of one reader; `duration`: seconds of the original."""

    lesson: Lesson
    reader: Reader
    edits: EditMap
    duration: float

    @property
    def path(self) -> str:
        """Of the page they are read on."""
        return f"/lessons/{self.lesson.id}/recording"


async def tab(shown: Shown) -> list[Tab]:
    """The panel beside the player."""
    context = {"lesson": shown.lesson, "edition": shown.edition}
    return [Tab("comments", "comments.title", "comments/side.html", 15, context)]


async def show_comments(request: Request) -> Response:
    """GET /lessons/{lesson_id}/comments.json?edition=: `{comments, usual, insider, moderates}`."""
    async with house(request).database.session() as session:
        talk = await _talk(request, session, asked_edition(request))
        found = await threads.read(session, talk.reader, KIND, talk.lesson.id)
        shown = await _shown(session, talk, found)
        await mark_seen(session, talk.reader.person, _subject(talk.lesson))
    body = {
        "comments": shown,
        "usual": talk.reader.usual,
        "insider": talk.reader.insider,
        "moderates": talk.reader.moderates,
    }
    return JSONResponse(body, headers={"cache-control": "private, no-store"})


async def do_comment(request: Request) -> Response:
    """POST /lessons/{lesson_id}/comments: NewComment → 201, the comment."""
    sent = await read_json(request, NewComment, limit=LARGEST)
    async with house(request).database.session() as session:
        talk = await _talk(request, session, sent.edition)
        remark = _remark(talk, sent)
        made = await threads.write(
            session, talk.reader, KIND, talk.lesson.id, remark, talk.duration
        )
        await called(session, talk.lesson, _audience(made), made.mentions)
        if not made.draft:
            await _tell(request, session, talk, made)
        shown = await _one(session, talk, made)
    if not made.draft:
        _publish(request, made)
    return JSONResponse(shown, 201)


async def do_change(request: Request) -> Response:
    """PUT /lessons/{lesson_id}/comments/{remark}: NewComment; a draft is published so."""
    sent = await read_json(request, NewComment, limit=LARGEST)
    async with house(request).database.session() as session:
        talk = await _talk(request, session, sent.edition)
        made, published = await threads.rewrite(
            session, talk.reader, KIND, talk.lesson.id, _which(request), _remark(talk, sent),
            talk.duration,
        )  # fmt: skip
        await called(session, talk.lesson, _audience(made), made.mentions)
        if published:
            await _tell(request, session, talk, made)
        shown = await _one(session, talk, made)
    if published:
        _publish(request, made)
    return JSONResponse(shown)


async def do_delete(request: Request) -> Response:
    """DELETE /lessons/{lesson_id}/comments/{remark}: one's own."""
    check_csrf(request)
    async with house(request).database.session() as session:
        talk = await _talk(request, session)
        await threads.take_back(session, talk.reader, KIND, talk.lesson.id, _which(request))
    return Response(status_code=204)


async def do_resolve(request: Request) -> Response:
    """POST /lessons/{lesson_id}/comments/{remark}/resolve: Settled."""
    sent = await read_json(request, Settled, limit=1024)
    async with house(request).database.session() as session:
        talk = await _talk(request, session)
        await threads.resolve(
            session, talk.reader, KIND, talk.lesson.id, _which(request), sent.resolved
        )
    return Response(status_code=204)


async def do_hide(request: Request) -> Response:
    """POST /lessons/{lesson_id}/comments/{remark}/hide: Hidden. For those who moderate."""
    sent = await read_json(request, Hidden, limit=1024)
    async with house(request).database.session() as session:
        talk = await _talk(request, session)
        await threads.hide(
            session, talk.reader, KIND, talk.lesson.id, _which(request), sent.hidden, INSIDER_PARTS
        )
    return Response(status_code=204)


async def show_people(request: Request) -> Response:
    """GET /lessons/{lesson_id}/comments/people?q=&audience=: whom a comment may call,
    `{people: [{id, name}]}`."""
    query = request.query_params.get("q", "")[:50]
    insiders = request.query_params.get("audience") == "insiders"
    async with house(request).database.session() as session:
        talk = await _talk(request, session)
        found = await offered(session, talk.lesson, "insiders" if insiders else "everybody", query)
    people = [{"id": one.id, "name": one.name} for one in found if one.id != _me(talk)]
    return JSONResponse({"people": people})


async def _talk(request: Request, session: AsyncSession, edition: int | None = None) -> Talk:
    person = current_person(request)
    lesson = await lesson_to_watch(session, person, request.path_params["lesson_id"])
    recording = await session.get(Recording, lesson.recording_id or "")
    if recording is None:
        raise NotFound("error.lesson.no_recording")
    number = await edition_for(session, person, lesson, edition)
    edits = await edits_shown(session, recording, number)
    reader = await reader_of(session, person, lesson)
    return Talk(lesson, reader, edits, edits.original)


def _subject(lesson: Lesson) -> str:
    """What notices about its comments are about; looking at them marks those as seen."""
    return f"comments-{lesson.id}"


def _which(request: Request) -> str:
    return str(request.path_params["remark"])


def _me(talk: Talk) -> str:
    return talk.reader.person.id


def _remark(talk: Talk, sent: NewComment) -> Remark:
    checked_span(sent.at, sent.until, talk.edits.duration)
    return Remark(
        text=sent.text,
        at=talk.edits.to_original(sent.at),
        until=None if sent.until is None else talk.edits.to_original(sent.until),
        kind=sent.kind,
        audience=sent.audience or talk.reader.usual,
        draft=sent.draft,
        drawing=sent.drawing,
        mentions=sent.mentions,
        parent_id=sent.parent,
    )


def _audience(comment: Comment) -> Audience:
    return "insiders" if comment.audience == "insiders" else "everybody"


async def _tell(request: Request, session: AsyncSession, talk: Talk, made: Comment) -> None:
    """Notices to whom it concerns, each leading to the comment's second."""
    thread = await session.get(Comment, made.parent_id) if made.parent_id else None
    told = await to_tell(session, talk.lesson, made, thread)
    said = made.text if len(made.text) <= EXCERPT else f"{made.text[: EXCERPT - 1]}…"
    for kind, people in told.items():
        await house(request).part(Postbox).tell(
            session, people, f"comment.{kind}", subject=_subject(talk.lesson),
            path=f"{talk.path}#comment-{made.id}",
            title=talk.lesson.title, name=talk.reader.person.name, text=said,
        )  # fmt: skip


def _publish(request: Request, made: Comment) -> None:
    event = CommentMade(made.id, KIND, made.subject_id, made.author_id, made.kind)
    house(request).bus.publish(event)


async def _shown(session: AsyncSession, talk: Talk, found: Any) -> list[dict[str, Any]]:
    """Comments as the page gets them; those about what the edition leaves out are left out."""
    ids = {person_id for comment, _ in found for person_id in comment.mentions}
    ids |= {comment.resolved_by for comment, _ in found} | {
        comment.hidden_by for comment, _ in found
    }
    names = await names_of(session, ids)
    shown = []
    for comment, author in found:
        place = _place(talk.edits, comment)
        if place is not None:
            shown.append({**_told(talk, comment, author, names), **place})
    return shown


async def _one(session: AsyncSession, talk: Talk, made: Comment) -> dict[str, Any]:
    """What one wrote. NotFound where the edition leaves its second out."""
    for shown in await _shown(session, talk, [(made, talk.reader.person.name)]):
        return shown
    raise NotFound


def _place(edits: EditMap, comment: Comment) -> dict[str, float | None] | None:
    if comment.until is None:
        at = edits.to_edition(comment.at)
        return None if at is None else {"at": at, "until": None}
    if comment.until <= comment.at:
        at = edits.to_edition(comment.at)
        return None if at is None else {"at": at, "until": at}
    pieces = edits.pieces(comment.at, comment.until)
    return {"at": pieces[0][0], "until": pieces[-1][1]} if pieces else None


def _told(talk: Talk, comment: Comment, author: str, names: dict[str, str]) -> dict[str, Any]:
    mine = comment.author_id == _me(talk)
    thread = comment.parent_id is None and not comment.draft
    by_insider = comment.part in INSIDER_PARTS
    moderates = talk.reader.moderates == "all" or (talk.reader.moderates and not by_insider)
    return {
        "id": comment.id,
        "parent": comment.parent_id or "",
        "kind": comment.kind,
        "text": comment.text,
        "author": "" if comment.deleted_at else author,
        "part": comment.part,
        "audience": comment.audience,
        "draft": comment.draft,
        "drawing": comment.drawing or None,
        "mentions": [{"id": one, "name": names[one]} for one in comment.mentions if one in names],
        "created": comment.created_at.isoformat(),
        "edited": bool(comment.edited_at),
        "deleted": bool(comment.deleted_at),
        "resolved": bool(comment.resolved_at),
        "resolved_by": names.get(comment.resolved_by or "", ""),
        "hidden": bool(comment.hidden_at),
        "mine": mine and not comment.deleted_at,
        "may_resolve": thread and (talk.reader.insider or mine),
        "may_hide": bool(moderates) and not mine and not comment.deleted_at,
    }


routes = [
    Route("/lessons/{lesson_id}/comments.json", show_comments),
    Route("/lessons/{lesson_id}/comments", do_comment, methods=["POST"]),
    Route("/lessons/{lesson_id}/comments/people", show_people),
    Route("/lessons/{lesson_id}/comments/{remark}", do_change, methods=["PUT"]),
    Route("/lessons/{lesson_id}/comments/{remark}", do_delete, methods=["DELETE"]),
    Route("/lessons/{lesson_id}/comments/{remark}/resolve", do_resolve, methods=["POST"]),
    Route("/lessons/{lesson_id}/comments/{remark}/hide", do_hide, methods=["POST"]),
]
