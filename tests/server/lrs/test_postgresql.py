"""The same promises on PostgreSQL."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from server.lrs.consistent import consistent_through
from server.lrs.finding import Query, find
from server.lrs.statements import store
from server.store.database import Database, new_id, now
from tests.conftest import SiteMaker
from tests.server.lrs import test_statement_pages as pages
from tests.server.lrs import test_statements as stored
from tests.server.lrs.asking import program
from tests.server.lrs.statements import AUTHORITY, statement
from tests.server.store.postgresql import cluster, programs

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed"),
]


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A cluster that outlives the site on it."""
    with cluster() as address:
        yield address


async def _emptied(database: Database) -> Database:
    async with database.session() as session:
        tables = "lrs_attached, lrs_statement, lrs_term, lrs_activity, lrs_agent, lrs_verb"
        await session.execute(text(f"TRUNCATE {tables}"))
    return database


async def test_statements_are_stored_and_found_as_on_sqlite() -> None:
    with cluster() as address:
        database = Database(address)
        await database.migrate()
        await stored.test_a_statement_is_completed_and_given_back(await _emptied(database))
        await stored.test_newest_come_first_in_pages(await _emptied(database))
        await stored.test_filters_find_what_they_name_and_nothing_else(await _emptied(database))
        for first in (True, False):
            await stored.test_who_refers_to_a_match_matches(await _emptied(database), first)
            await stored.test_the_voided_is_gone_and_what_voids_it_is_found(
                await _emptied(database), first
            )
        await _open_transactions_hold_back_what_is_consistent(database)
        await database.close()


async def _open_transactions_hold_back_what_is_consistent(database: Database) -> None:
    begun, done = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        async with database.session() as session:
            await store(session, [statement(id=new_id())], AUTHORITY)
            begun.set()
            await done.wait()

    before = now()
    writing = asyncio.create_task(slowly())
    await begun.wait()
    async with database.session() as session:
        held = await consistent_through(session)
        (newest,) = (await find(session, Query(limit=1))).nos or (0,)
    done.set()
    await writing
    async with database.session() as session:
        (now_newest,) = (await find(session, Query(limit=1))).nos
        assert await consistent_through(session) > held
    assert now_newest > newest
    assert abs(held - before) < timedelta(seconds=30)


async def test_programs_find_the_same_resource(postgresql: str, make_site: SiteMaker) -> None:
    lrs = await program(await make_site(database_url=postgresql))
    await pages.test_of_many_who_send_the_same_at_once_one_row_is_made(lrs)
    await pages.test_attachments_come_and_go_as_parts(lrs)
    await pages.test_hostile_bodies_are_refused_and_strange_words_kept(lrs)
