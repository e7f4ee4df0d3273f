"""Activities, agents and forms that carry statements, by their conformance requirements."""

import json
from urllib.parse import urlencode

import pytest

from server.store.database import new_id
from tests.conftest import Site
from tests.server.lrs.asking import Program, program
from tests.server.lrs.statements import agent, statement

MEETING = "http://example.com/meetings/讲台"
THROUGH = "x-experience-api-consistent-through"


@pytest.fixture
async def lrs(site: Site) -> Program:
    """A client that may do everything."""
    return await program(site)


async def test_an_activity_is_all_that_was_said_of_it(lrs: Program) -> None:
    """XAPI-00250 – 00254."""
    params = {"activityId": MEETING}
    unknown = await lrs.ask("GET", "activities", params)
    assert unknown.json() == {"objectType": "Activity", "id": MEETING}
    told = {"objectType": "Activity", "id": MEETING, "definition": {"name": {"en-US": "meeting"}}}
    again = {"id": MEETING, "definition": {"name": {"fr-FR": "réunion"}, "type": "http://x.cn/t"}}
    sent = [statement(object=told), statement(object=again)]
    assert (await lrs.ask("POST", "statements", json=sent)).status_code == 200
    known = await lrs.ask("GET", "activities", params)
    assert known.json() == told | {
        "definition": {
            "name": {"en-US": "meeting", "fr-FR": "réunion"},
            "type": "http://x.cn/t",
        }
    }
    assert known.headers["etag"] != unknown.headers["etag"]
    head = await lrs.ask("HEAD", "activities", params)
    assert (head.headers["etag"], head.content) == (known.headers["etag"], b"")
    for wrong in ({}, {"activityId": "true"}, {"activityId": "1"}, params | {"agent": "{}"}):
        assert (await lrs.ask("GET", "activities", wrong)).status_code == 400
    for method in ("PUT", "POST", "DELETE"):
        assert (await lrs.ask(method, "activities", params)).status_code == 405


async def test_a_person_has_arrays_of_what_an_agent_has(site: Site, lrs: Program) -> None:
    """XAPI-00236 – 00249."""
    account = {"homePage": "http://example.com", "name": "an"}
    for identifier in (
        {"mbox": "mailto:an@example.cn"},
        {"mbox_sha1sum": "cd9b00a5611f94eaa7b1661edab976068e364975"},
        {"openid": "http://openid.example.org/1"},
        {"account": account},
    ):
        person = (await lrs.ask("GET", "agents", {"agent": json.dumps(identifier)})).json()
        expected = {name: [value] for name, value in identifier.items()}
        assert person == {"objectType": "Person", **expected}
    await lrs.ask("POST", "statements", json=statement(actor=agent("an") | {"name": "安学员"}))
    asked = {"agent": json.dumps(agent("an"))}
    person = (await lrs.ask("GET", "agents", asked)).json()
    assert person["name"] == ["an", "安学员"]
    outsider = await program(site, "state")
    assert (await outsider.ask("GET", "agents", asked)).json()["name"] == ["an"]
    for wrong in (None, "1", "{}", '{"objectType":"Group","mbox":"mailto:a@b.cn"}', "not JSON"):
        params = {} if wrong is None else {"agent": wrong}
        assert (await lrs.ask("GET", "agents", params)).status_code == 400
    for method in ("PUT", "POST", "DELETE"):
        assert (await lrs.ask(method, "agents", asked)).status_code == 405


async def test_forms_carry_statements(lrs: Program) -> None:
    """XAPI-00148, 00336: the alternate request syntax."""

    async def form(method: str, verb: str = "POST", **fields: str) -> int:
        answer = await lrs.ask(
            verb,
            f"statements?method={method}",
            content=urlencode(fields),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        assert answer.headers[THROUGH]
        return answer.status_code

    id, content = new_id(), json.dumps(statement(), ensure_ascii=False)
    assert await form("PUT", statementId=id, content=content) == 204
    assert (await lrs.ask("GET", "statements", {"statementId": id})).json()["id"] == id
    assert await form("GET", limit="1") == 200
    assert await form("POST", content=content) == 200
    assert await form("PUT", verb="PUT", content=content) == 400
    assert await form("POST", verb="GET") == 400
    old = {"X-Experience-API-Version": "0.8"}
    assert await form("PUT", statementId=new_id(), content=content, **old) == 400
    assert await form(f"PUT&statementId={id}", statementId=id, content=content) == 400
    assert await form("PUT", statementId=new_id()) == 400
    kind = {"Content-Type": "text/plain\r\nx: y"}
    assert await form("PUT", statementId=new_id(), content=content, **kind) == 400
    assert await form("DELETE", statementId=id) == 405


async def test_ids_are_only_ids_and_other_methods_are_none(lrs: Program) -> None:
    """XAPI-00171: an activity by its id alone; 3.2: 405 before anything else is looked at."""
    await lrs.ask("POST", "statements", json=statement())
    listed = await lrs.ask("GET", "statements", {"format": "ids"})
    assert listed.json()["statements"][0]["object"] == {"id": "http://x.cn/lessons/1"}
    stranger = await lrs.ask("DELETE", "statements", headers={"authorization": "none"})
    assert stranger.status_code == 405
    assert stranger.headers[THROUGH]
