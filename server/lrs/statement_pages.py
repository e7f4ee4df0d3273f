"""The Statement Resource: /xapi/statements (Communication 2.1)."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.errors import Conflict, Invalid, NotFound, TooLarge
from server.http.context import House, house
from server.lrs.asking import MORE, PARAMETERS, asked
from server.lrs.attached import attachments_of, content_of, kept_of
from server.lrs.client import Client
from server.lrs.consistent import consistent_through
from server.lrs.door import START, Resource, Way
from server.lrs.finding import Page, find, find_one
from server.lrs.formats import canonical, only_ids
from server.lrs.mixed import new_boundary, read_mixed, written_mixed
from server.lrs.moments import written
from server.lrs.reading import read_json, written_json
from server.lrs.statement import stored_at
from server.lrs.statements import Rights, Stored, keep, prepare
from server.lrs.terms import authority_term
from server.lrs.values import uuid

MOST_STATEMENTS = 1000  # of one request
_ALL = ("statements/read", "all/read")
_JSON = "application/json"
_SMALL = 32 * 1024  # bytes that are read at once, not in a thread


async def put_statement(request: Request, client: Client) -> Response:
    """PUT statements?statementId=…: one statement."""
    id = request.query_params.get("statementId", "")
    uuid(id, "statementId")
    sent, attachments = await _sent(request)
    if not isinstance(sent, dict):
        raise Invalid("error.lrs.one")
    named = sent.setdefault("id", id)
    if not isinstance(named, str) or named.lower() != id.lower():
        raise Invalid("error.lrs.other_id")
    await _stored(request, client, [sent], attachments)
    return Response(status_code=204)


async def post_statements(request: Request, client: Client) -> Response:
    """POST statements: one or many; gives their ids, or 204 where nothing was new."""
    sent, attachments = await _sent(request)
    many = sent if isinstance(sent, list) else [sent]
    stored = await _stored(request, client, many, attachments)
    if many and not stored.new:
        return Response(status_code=204)
    return Response(written_json(stored.ids), media_type=_JSON)


async def show_statements(request: Request, client: Client) -> Response:
    """GET statements: one by its id, or a page of those that match."""
    mine = None if client.may(*_ALL) else client.authority
    wanted = asked(request.query_params, mine)
    headers: dict[str, str] = {}
    async with house(request).database.session() as session:
        if wanted.statement_id:
            row = await find_one(session, wanted.statement_id, voided=wanted.voided)
            page = Page((row.body,), (row.no,), None) if row else Page((), (), None)
            _check_seen(page, mine)
            headers["last-modified"] = format_datetime(stored_at(page.nos[0]), usegmt=True)
        else:
            page = await find(session, wanted.query)
        languages = request.headers.get("accept-language", "")
        bodies = page.bodies
        if wanted.format == "canonical":
            told = await canonical(session, page.statements, languages)
            bodies = tuple(written_json(one) for one in told)
        hashes = await kept_of(session, page.nos) if wanted.attachments else []
        through = written(await consistent_through(session))
    if wanted.format == "ids":
        bodies = tuple(written_json(only_ids(one)) for one in page.statements)
    headers["x-experience-api-consistent-through"] = through
    body = bodies[0] if wanted.statement_id else _result(bodies, _more(request, page))
    if wanted.attachments:
        return _mixed(house(request), body.encode(), page, hashes, headers)
    return Response(body, media_type=_JSON, headers=headers)


async def consistent(request: Request) -> Mapping[str, str]:
    """The header that every answer of the resource has."""
    async with house(request).database.session() as session:
        through = await consistent_through(session)
    return {"x-experience-api-consistent-through": written(through)}


async def _sent(request: Request) -> tuple[Any, dict[str, bytes]]:
    """The JSON of a request, and the attachments that came with it."""
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    body = await request.body()
    attachments: dict[str, bytes] = {}
    if kind == "multipart/mixed":
        body, attachments = await asyncio.to_thread(read_mixed, content_type, body)
        if len(body) > house(request).settings.lrs_body_limit:
            raise TooLarge
    elif kind != _JSON:
        raise Invalid("error.lrs.content_type")
    if len(body) < _SMALL:
        return read_json(body), attachments
    return await asyncio.to_thread(read_json, body), attachments


async def _stored(
    request: Request, client: Client, sent: Sequence[Any], attachments: dict[str, bytes]
) -> Stored:
    if len(sent) > MOST_STATEMENTS:
        raise TooLarge("error.lrs.many", limit=MOST_STATEMENTS)
    rights = Rights(define=client.may("define"), void_others=client.may())
    for attempt in (1, 2):  # of two who send the same at once, the slower finds it there
        prepared = await asyncio.to_thread(prepare, sent, attachments)
        try:
            async with house(request).database.session() as session:
                return await keep(session, prepared, client.authority, attachments, rights)
        except IntegrityError:
            if attempt == 2:
                raise Conflict("error.lrs.conflict", id=prepared[0].statement["id"]) from None
    raise AssertionError("two attempts end one way or the other")


def _check_seen(page: Page, mine: dict[str, Any] | None) -> None:
    """NotFound unless the one statement is there and may be seen."""
    if not page.nos:
        raise NotFound("error.lrs.no_statement")
    if mine is not None and authority_term(page.statements[0]["authority"]) != authority_term(mine):
        raise NotFound("error.lrs.no_statement")


def _result(bodies: Sequence[str], more: str) -> str:
    return f'{{"statements":[{",".join(bodies)}],"more":{written_json(more)}}}'


def _more(request: Request, page: Page) -> str:
    if page.more is None:
        return ""
    again = {name: value for name, value in request.query_params.items() if name != MORE}
    return f"{START}/statements?{urlencode(again | {MORE: str(page.more)})}"


def _mixed(
    house: House, body: bytes, page: Page, hashes: Sequence[str], headers: dict[str, str]
) -> Response:
    kinds: dict[str, str] = {}
    for one in (one for statement in page.statements for one in attachments_of(statement)):
        kinds.setdefault(one["sha2"].lower(), one["contentType"])

    async def parts() -> AsyncIterator[tuple[str, str, bytes]]:
        for sha2 in hashes:
            async with house.database.session() as session:
                content = await content_of(session, sha2)
            yield kinds[sha2], sha2, content

    boundary = new_boundary()
    return StreamingResponse(
        written_mixed(boundary, body, parts()),
        headers=headers | {"content-type": f"multipart/mixed; boundary={boundary}"},
    )


STATEMENTS = Resource(
    {
        "GET": Way(show_statements, (*_ALL, "statements/read/mine"), PARAMETERS),
        "PUT": Way(put_statement, ("statements/write",), frozenset({"statementId"})),
        "POST": Way(post_statements, ("statements/write",)),
    },
    headers=consistent,
)
