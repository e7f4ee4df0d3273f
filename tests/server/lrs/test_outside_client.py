"""A client that others wrote (Rustici's TinCan for Python, kept by edX) uses the store."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import tincan
from tincan.documents import StateDocument

from tests.conftest import Site
from tests.server.lrs.asking import program

ACTIVITY = tincan.Activity(
    id="http://example.com/activities/lesson",
    definition=tincan.ActivityDefinition(name={"zh-CN": "讲台上的一课"}),
)
AN = tincan.Agent(name="安学员", mbox="mailto:an@example.cn")


def statement() -> tincan.Statement:
    return tincan.Statement(
        actor=AN,
        verb=tincan.Verb(id="http://adlnet.gov/expapi/verbs/attended", display={"en": "attended"}),
        object=ACTIVITY,
        result=tincan.Result(success=True, score=tincan.Score(scaled=0.75)),
    )


def use_statements(lrs: tincan.RemoteLRS) -> None:
    saved = lrs.save_statement(statement())
    assert saved.success, saved.data
    read = lrs.retrieve_statement(saved.content.id)
    assert read.success, read.data
    assert read.content.object.definition.name["zh-CN"] == "讲台上的一课"
    assert read.content.result.score.scaled == 0.75
    assert read.content.authority.account.home_page
    assert lrs.save_statements([statement(), statement()]).success
    page = lrs.query_statements({"agent": AN, "activity": ACTIVITY, "limit": 2})
    assert len(page.content.statements) == 2, page.data
    last = lrs.more_statements(page.content.more)
    assert len(last.content.statements) == 1, last.data


def use_state(lrs: tincan.RemoteLRS) -> None:
    state = StateDocument(id="书签", content=bytearray(b'{"page": 3}'), activity=ACTIVITY, agent=AN)
    state.content_type = "application/json"
    assert lrs.save_state(state).success
    read = lrs.retrieve_state(ACTIVITY, AN, "书签")
    assert bytes(read.content.content) == b'{"page": 3}'
    assert read.response.getheader("etag")
    assert lrs.retrieve_state_ids(ACTIVITY, AN).content == ["书签"]
    assert lrs.clear_state(ACTIVITY, AN).success
    assert lrs.retrieve_state_ids(ACTIVITY, AN).content == []


def use_profiles(lrs: tincan.RemoteLRS) -> None:
    """Documents that are there already: this client only puts."""
    cases: list[tuple[Callable[..., Any], Callable[..., Any], Any]] = [
        (lrs.save_activity_profile, lrs.retrieve_activity_profile, ACTIVITY),
        (lrs.save_agent_profile, lrs.retrieve_agent_profile, AN),
    ]
    for save, retrieve, whose in cases:
        read = retrieve(whose, "p")
        first = read.content
        assert bytes(first.content) == b'{"n": 1}'
        first.etag = read.response.getheader("etag")  # which the library forgets to do
        first.content = bytearray(b'{"n": 2}')
        assert save(first).success
        first.content = bytearray(b'{"n": 3}')
        assert save(first).response.status == 412
        assert bytes(retrieve(whose, "p").content.content) == b'{"n": 2}'


@pytest.mark.filterwarnings("default::ResourceWarning")
async def test_statements_state_and_profiles(site: Site) -> None:
    asking = await program(site)
    lrs = tincan.RemoteLRS(
        version="1.0.1",
        endpoint=f"{site.address}/xapi/",
        username=asking.key,
        password=asking.secret,
    )
    about = await asyncio.to_thread(lrs.about)
    assert "1.0.3" in about.content.version
    for path, params in (
        ("activities/profile", {"activityId": ACTIVITY.id}),
        ("agents/profile", {"agent": AN.to_json()}),
    ):
        sent = {"content": b'{"n": 1}', "headers": {"content-type": "application/json"}}
        assert (await asking.ask("POST", path, params | {"profileId": "p"}, **sent)).is_success
    for use in (use_statements, use_state, use_profiles):
        await asyncio.to_thread(use, lrs)
