"""The State, Activity Profile and Agent Profile Resources (Communication 2.3, 2.6, 2.7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server.errors import NotFound
from server.http.context import house
from server.lrs import documents, parameters
from server.lrs.agents import key_of
from server.lrs.client import Client
from server.lrs.document import Place
from server.lrs.documents import JSON, Conditions, Sent
from server.lrs.door import Resource, Way

UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Documents:
    """The handlers of one document resource.

    `identifier` names the parameter for a document's name; `guarded`: PUT only with a condition.
    """

    place: Callable[[Request], Place]
    identifier: str
    guarded: bool

    async def put(self, request: Request, _client: Client) -> Response:
        """PUT: put a document away."""
        place, name = self._where(request)
        sent, given = await _sent(request), _conditions(request)
        etag = await documents.put(house(request).database, place, name, sent, given, self.guarded)
        return _done(etag)

    async def post(self, request: Request, _client: Client) -> Response:
        """POST: merge JSON into what is there, or put it away."""
        place, name = self._where(request)
        sent, given = await _sent(request), _conditions(request)
        return _done(await documents.post(house(request).database, place, name, sent, given))

    async def get(self, request: Request, _client: Client) -> Response:
        """GET: one document, or the names of all."""
        place, since = self.place(request), parameters.since(request)
        if self.identifier not in request.query_params:
            listed, changed = await documents.names(house(request).database, place, since)
            return answer(msgspec.json.encode(listed), changed=changed)
        name = parameters.required(request, self.identifier)
        found = await documents.fetch(house(request).database, place, name)
        if found is None:
            raise NotFound("error.lrs.document")
        return answer(found.content, found.content_type, found.updated_at)

    async def delete(self, request: Request, _client: Client) -> Response:
        """DELETE: one document."""
        place, name = self._where(request)
        given = _conditions(request)
        await documents.remove(house(request).database, place, name, given)
        return Response(status_code=204)

    async def delete_some(self, request: Request, client: Client) -> Response:
        """DELETE: one document, or all of them."""
        if self.identifier in request.query_params:
            return await self.delete(request, client)
        await documents.remove_all(house(request).database, self.place(request))
        return Response(status_code=204)

    def _where(self, request: Request) -> tuple[Place, str]:
        return self.place(request), parameters.required(request, self.identifier)


def answer(content: bytes, content_type: str = JSON, changed: datetime | None = None) -> Response:
    """What is fetched, with its ETag and the moment of its last change."""
    headers = {"content-type": content_type, "etag": f'"{documents.etag_of(content)}"'}
    if changed:
        headers["last-modified"] = format_datetime(changed, usegmt=True)
    return Response(content, headers=headers)


def _done(etag: str) -> Response:
    return Response(status_code=204, headers={"etag": f'"{etag}"'})


async def _sent(request: Request) -> Sent:
    kind = request.headers.get("content-type", "").strip() or UNKNOWN_TYPE
    return Sent(await request.body(), kind)


def _conditions(request: Request) -> Conditions:
    return Conditions(
        request.headers.get("if-match", "").strip(),
        request.headers.get("if-none-match", "").strip(),
    )


def _of_state(request: Request) -> Place:
    activity, agent = parameters.activity_id(request), parameters.agent(request)
    return Place("state", activity, key_of(agent), parameters.registration(request))


def _of_activity(request: Request) -> Place:
    return Place("activity", parameters.activity_id(request))


def _of_agent(request: Request) -> Place:
    return Place("agent", agent=key_of(parameters.agent(request)))


def _resource(kind: Documents, scope: str, *known: str) -> Resource:
    """`known`: the parameters that say where the documents lie."""
    here, one = frozenset(known), frozenset((*known, kind.identifier))
    remove = kind.delete if kind.guarded else kind.delete_some
    return Resource(
        {
            "GET": Way(kind.get, (scope, "all/read"), one | {"since"}),
            "PUT": Way(kind.put, (scope,), one),
            "POST": Way(kind.post, (scope,), one),
            "DELETE": Way(remove, (scope,), one | here),
        }
    )


STATE = _resource(
    Documents(_of_state, "stateId", guarded=False), "state", "activityId", "agent", "registration"
)
ACTIVITY_PROFILE = _resource(
    Documents(_of_activity, "profileId", guarded=True), "profile", "activityId"
)
AGENT_PROFILE = _resource(Documents(_of_agent, "profileId", guarded=True), "profile", "agent")
