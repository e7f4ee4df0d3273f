"""The Activities and Agents Resources: what the store knows of one (Communication 2.4, 2.5)."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server.http.context import house
from server.lrs import canonical, parameters
from server.lrs.agents import IDENTIFIERS
from server.lrs.client import Client
from server.lrs.document_pages import answer
from server.lrs.door import Resource, Way

READERS = ("statements/read", "statements/read/mine", "state", "profile", "all/read")
KNOWING = ("statements/read", "all/read")  # may hear the names others gave an agent


async def show_activity(request: Request, _client: Client) -> Response:
    """GET activities: the activity with its canonical definition, if there is one."""
    iri = parameters.activity_id(request)
    async with house(request).database.session() as session:
        found = await canonical.activity(session, iri)
    return answer(msgspec.json.encode(found))


async def show_person(request: Request, client: Client) -> Response:
    """GET agents: the agent as a Person, with the names statements gave it."""
    agent = parameters.agent(request)
    names = [agent["name"]] if "name" in agent else []
    if client.may(*KNOWING):
        async with house(request).database.session() as session:
            known = await canonical.names_of(session, agent)
        names += [name for name in known if name not in names]
    person: dict[str, Any] = {"objectType": "Person"}
    if names:
        person["name"] = names
    person |= {name: [agent[name]] for name in IDENTIFIERS if name in agent}
    return answer(msgspec.json.encode(person))


ACTIVITIES = Resource({"GET": Way(show_activity, READERS, frozenset({"activityId"}))})
AGENTS = Resource({"GET": Way(show_person, READERS, frozenset({"agent"}))})
