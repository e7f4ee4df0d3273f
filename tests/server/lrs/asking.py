"""A program that uses the learning record store of a site."""

from dataclasses import dataclass
from typing import Any

import httpx

from server.lrs.client import make_client
from tests.conftest import Site

VERSION = {"x-experience-api-version": "1.0.3"}
AN = '{"objectType":"Agent","account":{"homePage":"http://example.com/people","name":"an"}}'
ACTIVITY = "http://example.com/activities/讲台"


@dataclass
class Program:
    """Sends requests with one client's credentials and the version header."""

    http: httpx.AsyncClient
    key: str
    secret: str

    async def ask(
        self, method: str, path: str, params: dict[str, Any] | None = None, **more: Any
    ) -> httpx.Response:
        """One request; `headers` are added to the usual ones, and None takes one away."""
        headers = VERSION | more.pop("headers", {})
        headers = {name: value for name, value in headers.items() if value is not None}
        return await self.http.request(
            method, f"/xapi/{path}", params=params, headers=headers, **more
        )


async def program(site: Site, *scopes: str) -> Program:
    """A new client of the site; of every scope where none is named."""
    async with site.house.database.session() as session:
        made, secret = make_client(session, "Program", scopes or ("all",), None)
    http = (await site.visitor()).http
    http.auth = (made.key, secret)
    return Program(http, made.key, secret)
