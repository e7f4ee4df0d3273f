"""How fast the learning record store writes statements, and finds them among a million.

The statements are generated, the same every time (`bench/records/school.py`), and stored as those
of programs are: checked, in batches. `python -m bench statements` takes some twenty minutes.
"""

import asyncio
import contextlib
import math
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.records.school import (
    AUTHORITY,
    COURSES,
    LESSONS,
    PEOPLE,
    VERBS,
    School,
    course,
    lesson,
    person,
    registration,
)
from server.lrs.finding import Query, find, find_one
from server.lrs.statement import numbers, stored_at
from server.lrs.statements import store
from server.store.database import Database, now, sqlite_url
from tests.server.store.postgresql import cluster, programs

COUNT, BATCH, SINGLE, ROUNDS, LIMIT, TARGET_MS = 1_000_000, 500, 200, 60, 100, 100
Asking = Callable[[random.Random], Query]
RARE, OFTEN = list(VERBS)[-1], next(iter(VERBS))
NOTHING = "http://example.cn/verbs/none"


def run(material: Path | None, count: int = COUNT) -> dict[str, Any]:
    """Milliseconds by kind of query, statements a second, bytes kept."""
    return asyncio.run(_run(int(os.environ.get("STATEMENTS", count))))


async def _run(count: int) -> dict[str, Any]:
    figures: dict[str, Any] = {"statements": count, "target_ms": TARGET_MS}
    with tempfile.TemporaryDirectory(prefix="statements") as folder:
        figures["SQLite"] = await _measured(sqlite_url(Path(folder) / "x.sqlite"), count)
    if programs() is None:
        print("  PostgreSQL is not installed")
        return figures
    with cluster() as address:
        figures["PostgreSQL"] = await _measured(address, count)
    return figures


async def _measured(url: str, count: int) -> dict[str, Any]:
    name = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    async with _database(url) as database:
        first, ids = now(), []
        school, spent = School(), 0.0
        for _ in range(count // BATCH):
            batch = school.some(BATCH)
            ids.append(batch[0]["id"])
            began = time.perf_counter()
            async with database.session() as session:
                await store(session, batch, AUTHORITY)
            spent += time.perf_counter() - began
        single = await _one_by_one(database, school)
        print(
            f"  {name}: {count} statements at {count / spent:.0f}/s in batches of {BATCH},"
            f" {single:.0f}/s one by one"
        )
        if name == "PostgreSQL":
            await _vacuum(database)
        kinds = await _ask(database, first, ids)
        size = await _size(database)
    every = [ms for found in kinds.values() for ms in found]
    for kind, found in kinds.items():
        print(
            f"    p50 {_percentile(found, 0.5):6.1f}  p95 {_percentile(found, 0.95):6.1f}  {kind}"
        )
    print(f"    p95 {_percentile(every, 0.95):6.1f} ms of all; {size / 1e6:.0f} MB")
    return {
        "p95_ms": _percentile(every, 0.95),
        "p95_ms_by_kind": {kind: _percentile(found, 0.95) for kind, found in kinds.items()},
        "stored_a_second": round(count / spent),
        "stored_a_second_one_by_one": round(single),
        "bytes": size,
    }


def _kinds(first: datetime) -> dict[str, Asking]:
    last = stored_at(numbers.last)

    def deep(dice: random.Random, **more: Any) -> Query:
        after = int(numbers.last - dice.random() * (numbers.last - _no(first)))
        return Query(after=after, limit=LIMIT, **more)

    def when(dice: random.Random) -> dict[str, datetime]:
        ends = sorted(first + dice.random() * (last - first) for _ in range(2))
        return {"since": ends[0], "until": ends[1]}

    def of(**makers: Callable[[random.Random], Any]) -> Asking:
        return lambda dice: Query(limit=LIMIT, **{k: make(dice) for k, make in makers.items()})

    def somebody(dice: random.Random) -> dict[str, Any]:
        return person(dice.randrange(PEOPLE))

    def verb(dice: random.Random) -> str:
        return dice.choice(list(VERBS))

    def activity(dice: random.Random) -> str:
        return lesson(dice.randrange(LESSONS))

    def enrolled(dice: random.Random) -> str:
        return registration(dice.randrange(PEOPLE * COURSES))

    def yes(_: random.Random) -> bool:
        return True

    return {
        "newest": of(),
        "agent": of(agent=somebody),
        "verb": of(verb=verb),
        "activity": of(activity=activity),
        "registration": of(registration=enrolled),
        "agent, verb": of(agent=somebody, verb=verb),
        "agent, activity": of(agent=somebody, activity=activity),
        "verb, activity": of(verb=verb, activity=activity),
        "agent, verb, activity": of(agent=somebody, verb=verb, activity=activity),
        "related agents": of(agent=lambda d: person(PEOPLE + d.randrange(9)), related_agents=yes),
        "everything of the authority": of(agent=lambda _: AUTHORITY, related_agents=yes),
        "related activities": of(
            activity=lambda d: course(d.randrange(COURSES)), related_activities=yes
        ),
        "related activities, verb": of(
            activity=lambda d: course(d.randrange(COURSES)), related_activities=yes, verb=verb
        ),
        "since, until, verb": lambda d: Query(limit=LIMIT, verb=verb(d), **when(d)),
        "since, until, agent": lambda d: Query(limit=LIMIT, agent=somebody(d), **when(d)),
        "oldest first, verb": of(verb=verb, ascending=yes),
        "deep page": lambda d: deep(d),
        "deep page, verb": lambda d: deep(d, verb=verb(d)),
        "deep page, agent": lambda d: deep(d, agent=somebody(d)),
        "nothing": of(verb=lambda _: NOTHING, activity=activity),
    }


async def _ask(database: Database, first: datetime, ids: list[str]) -> dict[str, list[float]]:
    dice = random.Random(2)
    kinds = _kinds(first)
    taken: dict[str, list[float]] = {kind: [] for kind in (*kinds, "one by its id")}
    asked = [(kind, make(dice)) for kind, make in kinds.items() for _ in range(ROUNDS)]
    dice.shuffle(asked)
    for kind, query in asked:
        began = time.perf_counter()
        async with database.session() as session:
            page = await find(session, query)
        taken[kind].append((time.perf_counter() - began) * 1000)
        assert bool(page.nos) or kind in ("nothing", "registration") or "," in kind or query.after
    for _ in range(ROUNDS):
        began = time.perf_counter()
        async with database.session() as session:
            one = dice.choice(ids)
            assert (await find_one(session, one, voided=False)) or (
                await find_one(session, one, voided=True)
            )
        taken["one by its id"].append((time.perf_counter() - began) * 1000)
    return {kind: sorted(found) for kind, found in taken.items()}


def _no(moment: datetime) -> int:
    return int(moment.timestamp() * 1000) << 21


async def _one_by_one(database: Database, school: School) -> float:
    batch = school.some(SINGLE)
    began = time.perf_counter()
    for one in batch:
        async with database.session() as session:
            await store(session, [one], AUTHORITY)
    return SINGLE / (time.perf_counter() - began)


@contextlib.asynccontextmanager
async def _database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.migrate()
    try:
        yield database
    finally:
        await database.close()


async def _vacuum(database: Database) -> None:
    """What autovacuum does within a minute."""
    async with database.engine.connect() as connection:
        free = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await free.execute(text("VACUUM ANALYZE"))


async def _size(database: Database) -> int:
    async with database.session() as session:
        if database.url.startswith("sqlite"):
            size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        else:
            size = (
                "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
                " WHERE relkind = 'r' AND relname LIKE 'lrs_%'"
            )
        return int(await session.scalar(text(size)) or 0)


def _percentile(found: list[float], share: float) -> float:
    ordered = sorted(found)
    return round(ordered[math.ceil(share * len(ordered)) - 1], 1)
