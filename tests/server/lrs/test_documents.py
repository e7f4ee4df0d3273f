"""The document resources, by the numbers of the conformance requirements (XAPI-002xx, 003xx)."""

import asyncio
import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from server.lrs.moments import written
from server.store.database import now
from tests.conftest import Site, SiteMaker
from tests.server.lrs.asking import ACTIVITY, AN, Program, program
from tests.server.store.postgresql import cluster, programs

OCTETS = {"content-type": "application/octet-stream"}
NEW = {"if-none-match": "*"}


@dataclass(frozen=True)
class Kind:
    """One of the three resources: its address, the name of a document's id, its parameters."""

    path: str
    identifier: str
    where: dict[str, str]
    guarded: bool = True

    def __str__(self) -> str:
        return self.path


STATE = Kind("activities/state", "stateId", {"activityId": ACTIVITY, "agent": AN}, guarded=False)
ACTIVITY_PROFILE = Kind("activities/profile", "profileId", {"activityId": ACTIVITY})
AGENT_PROFILE = Kind("agents/profile", "profileId", {"agent": AN})
KINDS = pytest.mark.parametrize("kind", [STATE, ACTIVITY_PROFILE, AGENT_PROFILE], ids=str)


class Shelf:
    """Documents of one kind, as a program sees them."""

    def __init__(self, asking: Program, kind: Kind) -> None:
        self.asking, self.kind = asking, kind

    async def ask(self, method: str, name: str | None = "one", **more: Any) -> httpx.Response:
        """A request for one document, or for all where `name` is None."""
        params = self.kind.where | more.pop("params", {})
        if name is not None:
            params[self.kind.identifier] = name
        return await self.asking.ask(method, self.kind.path, params, **more)


@KINDS
async def test_put_away_fetched_listed_and_deleted(site: Site, kind: Kind) -> None:
    """XAPI-00187 ff., 00255 ff., 00285 ff.: codes, bytes, content type, ETag, Last-Modified."""
    shelf = Shelf(await program(site), kind)
    content, before = "一个文档\0\xff".encode(), now()
    assert (await shelf.ask("GET")).status_code == 404
    put = await shelf.ask("PUT", content=content, headers=NEW | {"content-type": "x/y; z=1"})
    assert put.status_code == 204
    got = await shelf.ask("GET")
    assert got.status_code == 200
    assert got.content == content
    assert got.headers["content-type"] == "x/y; z=1"
    assert got.headers["etag"] == f'"{hashlib.sha1(content).hexdigest()}"' == put.headers["etag"]
    changed = parsedate_to_datetime(got.headers["last-modified"])
    assert before - timedelta(seconds=1) <= changed <= now()
    head = await shelf.ask("HEAD")
    assert head.content == b""
    for header in ("etag", "content-length", "content-type", "last-modified"):
        assert head.headers[header] == got.headers[header]

    assert (await shelf.ask("POST", "two", json={"a": 1})).status_code == 204
    listed = await shelf.ask("GET", None)
    assert listed.json() == ["one", "two"]
    assert listed.headers["etag"]
    assert listed.headers["last-modified"]
    for ago, found in ((timedelta(minutes=1), ["one", "two"]), (-timedelta(minutes=1), [])):
        since = {"since": written(now() - ago)}
        assert (await shelf.ask("GET", None, params=since)).json() == found
    assert (await shelf.ask("DELETE")).status_code == 204
    assert (await shelf.ask("DELETE")).status_code == 204
    assert (await shelf.ask("GET")).status_code == 404
    assert (await shelf.ask("GET", None)).json() == ["two"]
    assert (await shelf.ask("DELETE", None)).status_code == (400 if kind.guarded else 204)
    assert (await shelf.ask("GET", None)).json() == (["two"] if kind.guarded else [])


@KINDS
async def test_what_parameters_may_be(site: Site, kind: Kind) -> None:
    """XAPI-00194 ff., 00255 – 00267, 00294 – 00307: missing, wrong and unknown parameters."""
    asking = await program(site)
    right = kind.where | {kind.identifier: "one"}
    wrong: dict[str, list[str]] = {
        "activityId": ["", "1", "true", '{"key":"value"}', "undefined", "no iri"],
        "agent": [
            "", "1", "true", "not JSON", '{"key":"value"}', "[]", AN + "}",
            '{"objectType":"Group","mbox":"mailto:a@example.com"}',
            '{"mbox":"mailto:a@example.com","openid":"http://a.example.com"}',
            '{"account":{"homePage":"http://example.com","name":"\\ud800"}}',
        ],
        kind.identifier: ["", "x" * 5000, "a\0b"],
    }  # fmt: skip
    if kind is STATE:
        wrong["registration"] = ["1", "true", "not UUID", ""]
    for method in ("PUT", "POST", "GET", "DELETE"):
        for name in right:
            if name == kind.identifier and (method == "GET" or (method, kind) == ("DELETE", STATE)):
                continue
            params = {key: value for key, value in right.items() if key != name}
            assert (await asking.ask(method, kind.path, params)).status_code == 400, (method, name)
        for name, values in wrong.items():
            for value in values if name in right or name == "registration" else ["anything"]:
                answer = await asking.ask(method, kind.path, right | {name: value})
                assert answer.status_code == 400, (method, name, value)
        unknown = [{"foo": "bar"}, {"ActivityId": ACTIVITY}, {kind.identifier.lower(): "one"}]
        for more in unknown if method == "GET" else [*unknown, {"since": written(now())}]:
            assert (await asking.ask(method, kind.path, right | more)).status_code == 400, more
    for since in ("1", "true", "not a timestamp", "99999-01-01T00:00:00Z"):
        for params in (right, kind.where):
            answer = await asking.ask("GET", kind.path, params | {"since": since})
            assert answer.status_code == 400, since


@KINDS
async def test_conditions(site: Site, kind: Kind) -> None:
    """XAPI-00322, Communication 3.1: If-Match, If-None-Match, and neither."""
    shelf = Shelf(await program(site), kind)

    async def ask(method: str, status: int, **headers: str) -> httpx.Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        body = {} if method in ("GET", "DELETE") else {"json": {method: len(headers)}}
        answer = await shelf.ask(method, headers=names, **body)
        assert answer.status_code == status, (method, headers, answer.text)
        return answer

    nobody = f'"{"1" * 40}"'
    await ask("PUT", 412, if_match=nobody)
    await ask("PUT", 412, if_match="*")
    await ask("POST", 412, if_match=nobody)
    await ask("DELETE", 412, if_match=nobody)
    if kind.guarded:
        assert "If-Match" in (await ask("PUT", 400)).text
    await ask("GET", 404)
    etag = (await ask("PUT", 204, if_none_match="*")).headers["etag"]
    await ask("PUT", 412, if_none_match="*")
    await ask("PUT", 412, if_none_match=etag)
    await ask("POST", 412, if_none_match="*")
    for method in ("PUT", "POST", "DELETE"):
        await ask(method, 412, if_match=nobody)
    if kind.guarded:
        refused = (await ask("PUT", 409)).json()["sentence"]
        assert "If-Match" in refused
        assert "current state" in refused
    else:
        await ask("PUT", 204)
        etag = (await ask("GET", 200)).headers["etag"]
    assert (await ask("GET", 200)).headers["etag"] == etag
    etag = (await ask("PUT", 204, if_match=f"{nobody}, {etag}")).headers["etag"]
    etag = (await ask("POST", 204, if_match=f"W/{etag}")).headers["etag"]
    etag = (await ask("PUT", 204, if_match="*")).headers["etag"]
    await ask("DELETE", 204, if_match=etag.strip('"').upper())
    await ask("GET", 404)


@KINDS
async def test_merging(site: Site, kind: Kind) -> None:
    """XAPI-00278 – 00284, 00308 – 00314, Communication 2.2.s7 and s8."""
    shelf = Shelf(await program(site), kind)
    mine = {"content-type": "application/json; charset=utf-8"}
    first = '{"car": {"make": "Ford", "model": "Escape"}, "driver": "Dale", "n": 1.10}'
    assert (await shelf.ask("POST", content=first, headers=mine)).status_code == 204
    assert (await shelf.ask("POST", json={"car": {"make": "道奇"}, "x": None})).status_code == 204
    merged = (await shelf.ask("GET")).text
    assert json.loads(merged) == {"car": {"make": "道奇"}, "driver": "Dale", "n": 1.1, "x": None}
    assert "1.10" in merged, "a number keeps its digits"
    for content, kind_of in (
        ("abc", "application/json"),
        ("{}{", "application/json"),
        ("[1]", "application/json"),
        ("1", "application/json"),
        ('{"a": NaN}', "application/json"),
        ("[" * 100_000, "application/json"),
        ("{}", "application/octet-stream"),
        ("{}", "not/json"),
        ("abc", "application/x-www-form-urlencoded"),
    ):
        answer = await shelf.ask("POST", content=content, headers={"content-type": kind_of})
        assert answer.status_code == 400, (content[:9], kind_of)
        assert (await shelf.ask("GET")).text == merged
    for name, content, kind_of in (
        ("octets", "/ asdf / undefined", "application/octet-stream"),
        ("list", "[1]", "application/json"),
        ("form", "true", "application/x-www-form-urlencoded"),
    ):
        sent = {"content": content, "headers": {"content-type": kind_of}}
        assert (await shelf.ask("POST", name, **sent)).status_code == 204
        assert (await shelf.ask("POST", name, json={"a": 1})).status_code == 400
        assert (await shelf.ask("GET", name)).text == content


async def test_state_is_kept_by_registration(site: Site) -> None:
    """XAPI-00200 ff.: `registration` is part of where a state lies."""
    shelf = Shelf(await program(site), STATE)
    here = {"registration": "ec531277-b57b-4c15-8d91-d292c5b2b8f7"}
    other = {"registration": "ec531277-b57b-4c15-8d91-d292c5b2b8f8"}
    for params, name in ((here, "a"), (here, "b"), (other, "a"), ({}, "c")):
        assert (await shelf.ask("PUT", name, params=params, json={})).status_code == 204
    upper = {"registration": here["registration"].upper()}
    assert (await shelf.ask("GET", None, params=upper)).json() == ["a", "b"]
    assert (await shelf.ask("GET", None)).json() == ["a", "b", "c"]
    assert (await shelf.ask("GET", "a")).status_code == 404
    assert (await shelf.ask("GET", "c", params=here)).status_code == 404
    assert (await shelf.ask("DELETE", None, params=here)).status_code == 204
    assert (await shelf.ask("GET", None)).json() == ["a", "c"]
    assert (await shelf.ask("DELETE", None)).status_code == 204
    assert (await shelf.ask("GET", None, params=other)).json() == []


async def test_scopes(site: Site) -> None:
    """Communication 4.2: what each scope opens, and 403 for the rest."""
    everything = await program(site)
    for kind in (STATE, AGENT_PROFILE):
        await Shelf(everything, kind).ask("POST", json={})
    for scope, reads, writes in (
        ("all", [STATE, AGENT_PROFILE], [STATE, AGENT_PROFILE]),
        ("all/read", [STATE, AGENT_PROFILE], []),
        ("state", [STATE], [STATE]),
        ("profile", [AGENT_PROFILE], [AGENT_PROFILE]),
        ("statements/write", [], []),
    ):
        asking = await program(site, scope)
        for kind in (STATE, AGENT_PROFILE):
            shelf = Shelf(asking, kind)
            assert (await shelf.ask("GET")).status_code == (200 if kind in reads else 403)
            posted = await shelf.ask("POST", json={scope: 1})
            assert posted.status_code == (204 if kind in writes else 403), (scope, kind)
    assert (await Shelf(everything, STATE).ask("GET")).json() == {"all": 1, "state": 1}


async def test_too_large_a_document(site: Site) -> None:
    shelf = Shelf(await program(site), STATE)
    large = await shelf.ask("PUT", content=b"x" * (8 * 1024**2 + 1), headers=OCTETS)
    assert large.status_code == 413
    assert large.headers["x-experience-api-version"] == "1.0.3"
    assert (await shelf.ask("PUT", content=b"x" * 1024**2, headers=OCTETS)).status_code == 204
    assert len((await shelf.ask("GET")).content) == 1024**2


async def race(asking: Program) -> None:
    """Many at once: everybody's property is there, and one of those with a condition wins."""
    shelf = Shelf(asking, AGENT_PROFILE)
    answers = await asyncio.gather(
        *(shelf.ask("POST", json={f"p{number}": number}) for number in range(12))
    )
    assert {answer.status_code for answer in answers} == {204}
    got = await shelf.ask("GET")
    assert got.json() == {f"p{number}": number for number in range(12)}
    conditions = ({"if-match": got.headers["etag"]}, NEW)
    for name, condition in zip(("one", "new"), conditions, strict=True):
        answers = await asyncio.gather(
            *(shelf.ask("PUT", name, json=[number], headers=condition) for number in range(12))
        )
        assert sorted(answer.status_code for answer in answers) == [204] + [412] * 11
        winner = next(i for i, answer in enumerate(answers) if answer.status_code == 204)
        assert (await shelf.ask("GET", name)).json() == [winner]


async def test_no_update_is_lost(site: Site) -> None:
    await race(await program(site))


@pytest.mark.long
async def test_no_update_is_lost_on_postgresql(make_site: SiteMaker) -> None:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: scripts/needs.sh postgresql")
    with cluster() as address:
        site = await make_site(database_url=address)
        await race(await program(site))
