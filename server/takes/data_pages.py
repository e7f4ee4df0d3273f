"""A take for programs and for the player: report, transcript, progress, timeline, comments."""

import msgspec
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.comments.comment import Comment
from server.comments.store import add_comment, comments_on, delete_comment
from server.courses.lesson_plan import PlanVersion
from server.http.context import house
from server.http.forms import check_csrf, read_json
from server.takes.access import Found, visible_take
from server.takes.results import read_report, result_file, timeline
from server.takes.take import DONE, FAILED, LIVE, QUEUED, RUNNING, WAITING, Take

# What pages call the states of a take.
SHOWN_STATES = {
    LIVE: "recording",
    QUEUED: "processing",
    RUNNING: "processing",
    WAITING: "waiting",
    FAILED: "failed",
    DONE: "ready",
}


class NewComment(msgspec.Struct, forbid_unknown_fields=True):
    """A remark at second `at` of the take, or about [at, until]."""

    at: float
    text: str
    until: float | None = None


async def show_report(request: Request) -> Response:
    """GET /takes/{id}/report.json"""
    found = await _visible(request)
    return FileResponse(
        result_file(house(request).folder, found.take, "report.json"),
        media_type="application/json",
    )


async def show_transcript(request: Request) -> Response:
    """GET /takes/{id}/transcript.json: `{language, model, segments}`"""
    found = await _visible(request)
    report = await run_in_threadpool(read_report, house(request).folder, found.take)
    if report is None:
        return JSONResponse({"language": None, "model": None, "segments": []})
    return JSONResponse(
        {
            "language": report["language"],
            "model": report["model"],
            "segments": report["transcript"],
        }
    )


async def show_captions(request: Request) -> Response:
    """GET /takes/{id}/transcript.vtt"""
    found = await _visible(request)
    return FileResponse(
        result_file(house(request).folder, found.take, "transcript.vtt"), media_type="text/vtt"
    )


async def show_timeline(request: Request) -> Response:
    """GET /takes/{id}/timeline.json"""
    found = await _visible(request)
    async with house(request).database.session() as session:
        version = await session.scalar(
            select(PlanVersion).where(PlanVersion.id == found.rehearsal.plan_version_id)
        )
    body = version.body if version else None
    laid = await run_in_threadpool(timeline, house(request).folder, found.take, body)
    return JSONResponse(laid)


async def show_progress(request: Request) -> Response:
    """GET /takes/{id}/progress: `{state, stage, doing, share, error}`"""
    found = await _visible(request)
    return JSONResponse(progress_of(found.take, request))


def progress_of(take: Take, request: Request) -> dict[str, object]:
    """How far a take is, with the sentence of what is being done in the person's language."""
    words = request.state.translator
    error = words.t(take.error_key, **take.error_params) if take.error_key else None
    return {
        "state": SHOWN_STATES[take.state],
        "stage": take.stage,
        "doing": words.t(doing_key(take)),
        "share": round(take.progress, 3),
        "error": error,
    }


def doing_key(take: Take) -> str:
    """Key of the sentence for what is being done with a take."""
    return f"take.doing.{take.stage or 'queued'}"


async def show_comments(request: Request) -> Response:
    """GET /takes/{id}/comments"""
    person = current_person(request)
    async with house(request).database.session() as session:
        found = await visible_take(session, person, request.path_params["id"])
        listed = await comments_on(session, "take", found.take.id)
    return JSONResponse({"comments": [_shown(c, name, person.id) for c, name in listed]})


async def do_comment(request: Request) -> Response:
    """POST /takes/{id}/comments"""
    person = current_person(request)
    sent = await read_json(request, NewComment, limit=32 * 1024)
    async with house(request).database.session() as session:
        found = await visible_take(session, person, request.path_params["id"])
        made = await add_comment(
            session,
            person,
            "take",
            found.take.id,
            at=sent.at,
            until=sent.until,
            text=sent.text,
            duration=found.take.duration,
        )
    return JSONResponse(_shown(made, person.name, person.id), 201)


async def do_delete_comment(request: Request) -> Response:
    """DELETE /takes/{id}/comments/{comment}"""
    check_csrf(request)
    person = current_person(request)
    async with house(request).database.session() as session:
        found = await visible_take(session, person, request.path_params["id"])
        await delete_comment(session, person, "take", found.take.id, request.path_params["comment"])
    return Response(status_code=204)


async def _visible(request: Request) -> Found:
    person = current_person(request)
    async with house(request).database.session() as session:
        return await visible_take(session, person, request.path_params["id"])


def _shown(comment: Comment, author: str, reader_id: str) -> dict[str, object]:
    return {
        "id": comment.id,
        "at": comment.at,
        "until": comment.until,
        "text": comment.text,
        "author": author,
        "mine": comment.author_id == reader_id,
        "created": comment.created_at.isoformat(),
    }


routes = [
    Route("/takes/{id}/report.json", show_report),
    Route("/takes/{id}/transcript.json", show_transcript),
    Route("/takes/{id}/transcript.vtt", show_captions),
    Route("/takes/{id}/timeline.json", show_timeline),
    Route("/takes/{id}/progress", show_progress),
    Route("/takes/{id}/comments", show_comments),
    Route("/takes/{id}/comments", do_comment, methods=["POST"]),
    Route("/takes/{id}/comments/{comment}", do_delete_comment, methods=["DELETE"]),
]
