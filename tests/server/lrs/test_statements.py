"""What is stored stays, and is found."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.errors import Conflict, Forbidden, Invalid
from server.lrs import finding
from server.lrs.finding import Query, find, find_one
from server.lrs.statements import Rights, store
from server.store.database import Database, new_id, sqlite_url
from tests.server.lrs.statements import AUTHORITY, agent, reference, statement, voiding

LESSON = statement()["object"]["id"]
OTHER = {"objectType": "Agent", "account": {"homePage": "http://x.cn", "name": "other"}}


@pytest.fixture
async def database(tmp_path: Path, migrated: Path) -> AsyncIterator[Database]:
    """An empty database."""
    shutil.copy(migrated, tmp_path / "x.sqlite")
    made = Database(sqlite_url(tmp_path / "x.sqlite"))
    yield made
    await made.close()


async def put(database: Database, *statements: dict[str, Any], **more: Any) -> list[str]:
    async with database.session() as session:
        return await store(session, statements, more.pop("authority", AUTHORITY), **more)


async def ids(database: Database, **query: Any) -> list[str]:
    async with database.session() as session:
        return [one["id"] for one in (await find(session, Query(**query))).statements]


async def test_a_statement_is_completed_and_given_back(database: Database) -> None:
    (id,) = await put(database, statement())
    async with database.session() as session:
        (found,) = (await find(session, Query())).statements
    assert found["id"] == id
    assert found["authority"] == AUTHORITY
    assert found["version"] == "1.0.0"
    assert found["timestamp"] == found["stored"]
    assert found["stored"].endswith("Z")
    assert len(found["stored"]) == len("2026-01-01T00:00:00.000Z")


async def test_what_came_twice_is_there_once_and_what_differs_is_refused(
    database: Database,
) -> None:
    first = statement(id=new_id(), timestamp="2026-01-01T08:00:00+08:00")
    await put(database, first)
    again = first | {"timestamp": "2026-01-01T00:00:00.000Z", "version": "1.0.3"}
    assert await put(database, again) == [first["id"]]
    assert await ids(database) == [first["id"]]
    with pytest.raises(Conflict):
        await put(database, statement(), first | {"actor": agent("bo")})
    assert await ids(database) == [first["id"]]  # all or nothing
    with pytest.raises(Invalid):
        await put(database, first, first)


async def test_newest_come_first_in_pages(database: Database) -> None:
    stored = await put(database, *(statement() for _ in range(5)))
    assert await ids(database) == stored[::-1]
    assert await ids(database, ascending=True) == stored
    seen: list[str] = []
    after = None
    async with database.session() as session:
        while True:
            page = await find(session, Query(limit=2, after=after, agent=agent()))
            seen += [one["id"] for one in page.statements]
            if (after := page.more) is None:
                break
    assert seen == stored[::-1]


async def test_filters_find_what_they_name_and_nothing_else(database: Database) -> None:
    lesson = {"id": "http://x.cn/lessons/2"}
    registration = new_id()
    inner = statement(objectType="SubStatement", actor=agent("dong"), object=lesson)
    group = {"objectType": "Group", "member": [agent("bo"), agent("chen")]}
    context = {
        "registration": registration,
        "instructor": agent("lin"),
        "contextActivities": {"parent": {"id": "http://x.cn/courses/1"}},
    }
    (plain,) = await put(database, statement())
    (grouped,) = await put(database, statement(actor=group, verb={"id": "http://x.cn/left"}))
    (rich,) = await put(database, statement(context=context), authority=OTHER)
    (nested,) = await put(database, statement(object=inner))
    (about,) = await put(database, statement(object=agent("chen")))
    assert await ids(database, agent=agent("bo")) == [grouped]
    assert await ids(database, agent=agent("chen")) == [about, grouped]
    assert await ids(database, agent=agent("dong")) == []
    assert await ids(database, agent=agent("dong"), related_agents=True) == [nested]
    assert await ids(database, agent=agent("lin"), related_agents=True) == [rich]
    assert await ids(database, agent=OTHER, related_agents=True) == [rich]
    assert await ids(database, verb="http://x.cn/left") == [grouped]
    assert await ids(database, activity="http://x.cn/lessons/2") == []
    assert await ids(database, activity="http://x.cn/lessons/2", related_activities=True) == [
        nested
    ]
    assert await ids(database, activity="http://x.cn/courses/1", related_activities=True) == [rich]
    assert await ids(database, registration=registration.upper()) == [rich]
    assert await ids(database, agent=agent(), activity="http://x.cn/lessons/1") == [rich, plain]
    assert await ids(database, authority=OTHER) == [rich]


@pytest.mark.parametrize("target_first", [True, False])
async def test_who_refers_to_a_match_matches(database: Database, target_first: bool) -> None:
    a, b, c = new_id(), new_id(), new_id()
    told = [
        statement(id=a, actor=agent("ben")),
        reference(b, id=c),
        reference(a, id=b, actor=agent("andrew")),
    ]
    order = told if target_first else [told[1], told[2], told[0]]
    for one in order:
        await put(database, one)
    assert set(await ids(database, agent=agent("ben"))) == {a, b, c}
    assert set(await ids(database, agent=agent("andrew"))) == {b, c}


@pytest.mark.parametrize("voiding_first", [True, False])
async def test_the_voided_is_gone_and_what_voids_it_is_found(
    database: Database, voiding_first: bool
) -> None:
    a, v, w = new_id(), new_id(), new_id()
    told = [statement(id=a, actor=agent("ben")), voiding(a, id=v), voiding(v, id=w)]
    for one in told[::-1] if voiding_first else told:
        await put(database, one)
    assert set(await ids(database)) == {v, w}
    assert set(await ids(database, agent=agent("ben"))) == {v, w}
    async with database.session() as session:
        assert await find_one(session, a, voided=True)
        assert not await find_one(session, a, voided=False)
        assert await find_one(session, v, voided=False)  # cannot be voided


async def test_others_statements_are_voided_only_by_who_may(database: Database) -> None:
    mine, theirs = new_id(), new_id()
    await put(database, statement(id=mine))
    await put(database, statement(id=theirs), authority=OTHER)
    few = Rights(void_others=False)
    for target in (theirs, new_id()):
        with pytest.raises(Forbidden):
            await put(database, voiding(target), rights=few)
    await put(database, voiding(mine), rights=few)
    await put(database, voiding(theirs))
    assert not {mine, theirs} & set(await ids(database))


async def test_a_circle_of_references_ends(database: Database) -> None:
    a, b = new_id(), new_id()
    await put(database, reference(b, id=a), reference(a, id=b))
    assert set(await ids(database)) == {a, b}


async def test_large_statements_make_short_pages(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "LARGEST", 3000)
    stored = await put(database, *(statement(result={"response": "x" * 500}) for _ in range(25)))
    seen, after = [], None
    async with database.session() as session:
        while True:
            page = await find(session, Query(after=after, verb=statement()["verb"]["id"]))
            assert len(page.nos) <= 10
            seen += [one["id"] for one in page.statements]
            if (after := page.more) is None:
                break
    assert seen == stored[::-1]


async def test_a_rare_filter_is_found_among_what_is_frequent(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "_ENOUGH", 3)
    rare = {"id": "http://x.cn/lessons/rare"}
    wanted = []
    for number in range(12):
        one = statement(object=rare) if number % 3 == 0 else statement()
        other = statement(object=rare, verb={"id": "http://x.cn/left"})
        wanted += (await put(database, one, other))[: 1 if number % 3 == 0 else 0]
    query = {"verb": statement()["verb"]["id"], "activity": rare["id"]}
    assert await ids(database, **query) == wanted[::-1]
    assert await ids(database, **query, ascending=True, agent=agent()) == wanted


async def test_pages_are_full_although_some_are_voided(database: Database) -> None:
    stored = await put(database, *(statement() for _ in range(12)))
    await put(database, *(voiding(id) for id in stored[3:9]))
    left = stored[:3] + stored[9:]
    verb = statement()["verb"]["id"]
    async with database.session() as session:
        page = await find(session, Query(verb=verb, limit=5, ascending=True, activity=LESSON))
        rest = await find(session, Query(verb=verb, limit=5, ascending=True, after=page.more))
    assert [one["id"] for one in page.statements] == left[:5]
    assert [one["id"] for one in rest.statements][:1] == left[5:]
