"""The owner puts a take right: other words, or "this was meant to be so"."""

import math

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rehearsal.correcting import SAME_START
from rehearsal.take import Intent
from server.accounts.sessions import current_person
from server.errors import Invalid, NotFound
from server.http.context import house
from server.http.forms import read_json
from server.takes.access import own_take
from server.takes.by_hand import Hand, correct, mark
from server.takes.processing import Processing
from server.takes.results import read_report
from server.takes.take import Take

LONGEST = 2000  # characters of an utterance
KINDS = ("pauses", "fillers", "repetition")


class NewCorrection(msgspec.Struct, forbid_unknown_fields=True):
    """The utterance that begins at `start` reads `text`; null undoes its correction."""

    start: float
    text: str | None
    revision: int


class NewIntent(msgspec.Struct, forbid_unknown_fields=True):
    """`kind`: "pauses", "fillers", "repetition" or "finding.<name>"."""

    kind: str
    start: float
    end: float
    intentional: bool
    revision: int


async def do_correct(request: Request) -> Response:
    """POST /takes/{id}/corrections → 202 `{revision}`"""
    sent = await read_json(request, NewCorrection, limit=32 * 1024)
    text = None if sent.text is None else " ".join(sent.text.split())
    if text is not None and not 0 < len(text) <= LONGEST:
        key = "error.form.too_long" if text else "error.form.required"
        raise Invalid(key, field="text", limit=LONGEST)
    if text is not None and not text.isprintable():
        raise Invalid("error.form.text", field="text")
    take, by = await _own(request)
    report = await run_in_threadpool(read_report, house(request).folder, take)
    starts = [segment["start"] for segment in report["transcript"]] if report else []
    if not any(abs(start - sent.start) <= SAME_START for start in starts):
        raise NotFound
    hand = correct(house(request).folder, take.id, sent.revision, sent.start, text, by)
    return await _again(request, take, hand)


async def do_mark(request: Request) -> Response:
    """POST /takes/{id}/intentional → 202 `{revision}`"""
    sent = await read_json(request, NewIntent, limit=4096)
    known = sent.kind in KINDS or (sent.kind.startswith("finding.") and len(sent.kind) <= 64)
    if not known or not sent.kind.isascii() or not sent.kind.isprintable():
        raise Invalid("error.form.choice", field="kind")
    take, by = await _own(request)
    most = take.duration + 60
    if not (math.isfinite(sent.start) and 0 <= sent.start <= sent.end <= most):
        raise Invalid("error.form.number", field="start", low=0, high=math.ceil(most))
    if take.result is None:
        raise NotFound("error.take.no_report")
    intent = Intent(sent.kind, sent.start, sent.end)
    hand = mark(house(request).folder, take.id, sent.revision, intent, sent.intentional, by)
    return await _again(request, take, hand)


async def _own(request: Request) -> tuple[Take, str]:
    person = current_person(request)
    async with house(request).database.session() as session:
        found = await own_take(session, person, request.path_params["id"])
    return found.take, person.id


async def _again(request: Request, take: Take, hand: Hand) -> Response:
    await house(request).part(Processing).measure_again(take.id)
    return JSONResponse({"revision": hand.revision}, 202)


routes = [
    Route("/takes/{id}/corrections", do_correct, methods=["POST"]),
    Route("/takes/{id}/intentional", do_mark, methods=["POST"]),
]
