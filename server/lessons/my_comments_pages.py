"""Everything one wrote about recordings, to take along as CSV or JSON."""

from typing import Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.comments.comment import Comment
from server.comments.threads import written_by
from server.http.context import house, translator
from server.http.spreadsheet import write_csv
from server.lessons.lesson import Lesson

COLUMNS = (
    "subject", "title", "at", "until", "kind", "audience", "draft", "reply", "text", "created",
    "edited", "resolved",
)  # fmt: skip


async def show_json(request: Request) -> Response:
    """GET /comments/mine.json?lesson=: `{comments: [{subject, id, title, at, …}]}`, seconds of the
    original recording, drawings too."""
    found = await _mine(request)
    drawn = [{**_told(one, title), "drawing": one.drawing or None} for one, title in found]
    return JSONResponse({"comments": drawn}, headers=_as_file("json"))


async def show_csv(request: Request) -> Response:
    """GET /comments/mine.csv?lesson=: the same as a table, without drawings."""
    words = translator(request)
    heading = [words.t(f"comments.column.{column}") for column in COLUMNS]
    rows = [heading]
    for one, title in await _mine(request):
        told = _told(one, title)
        told |= {
            "at": words.clock(one.at),
            "until": "" if one.until is None else words.clock(one.until),
            "kind": words.t(f"comments.kind.{one.kind}"),
            "audience": words.t(f"comments.audience.{one.audience}"),
        }
        rows.append([_cell(told[column]) for column in COLUMNS])
    return Response(write_csv(rows), media_type="text/csv", headers=_as_file("csv"))


async def _mine(request: Request) -> list[tuple[Comment, str]]:
    """One's comments, of one lesson where the address names it, with the lessons' titles."""
    person, lesson_id = current_person(request), request.query_params.get("lesson", "")
    async with house(request).database.session() as session:
        found = await written_by(session, person)
        ids = {one.subject_id for one in found if one.subject_kind == "lesson"}
        rows = await session.execute(select(Lesson.id, Lesson.title).where(Lesson.id.in_(ids)))
        titles = {row[0]: row[1] for row in rows}
    wanted = [one for one in found if not lesson_id or one.subject_id == lesson_id]
    return [(one, titles.get(one.subject_id, "")) for one in wanted]


def _told(one: Comment, title: str) -> dict[str, Any]:
    return {
        "subject": one.subject_kind,
        "id": one.subject_id,
        "title": title,
        "at": one.at,
        "until": one.until,
        "kind": one.kind,
        "audience": one.audience,
        "draft": one.draft,
        "reply": bool(one.parent_id),
        "text": one.text,
        "created": one.created_at.isoformat(),
        "edited": one.edited_at.isoformat() if one.edited_at else None,
        "resolved": one.resolved_at.isoformat() if one.resolved_at else None,
    }


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "✓" if value else ""
    return "" if value is None else str(value)


def _as_file(ending: str) -> dict[str, str]:
    disposition = f'attachment; filename="comments.{ending}"'
    return {"content-disposition": disposition, "cache-control": "private, no-store"}


routes = [
    Route("/comments/mine.json", show_json),
    Route("/comments/mine.csv", show_csv),
]
