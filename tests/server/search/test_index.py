"""The index: what goes in is found by whom it should be, on both databases."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, func, select, text

from server.search.documents import Document
from server.search.index import Found, SearchIndex
from server.search.query import parse
from server.search.store import SearchChunk, SearchSource
from server.store.database import Database, sqlite_url
from tests.server.store.postgresql import cluster, programs

LESSON = [
    Document("title", 0.0, "基层治理的方法"),
    Document("said", 12.5, "今天我们一起學習基层治理中的网格化管理。", person="林老师"),
    Document("said", 20.0, "党建引领是关键。"),
    Document("slide", 30.0, "网格员的主要职责", page=2),
    Document("chat", 41.0, "The budgets of 5G are running out", person="安学员"),
]


@contextlib.asynccontextmanager
async def _opened(url: str) -> AsyncIterator[SearchIndex]:
    database = Database(url)
    await database.migrate()
    index = SearchIndex(database)
    await index.start()
    yield index
    await database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
async def index(
    request: pytest.FixtureRequest, tmp_path: Path, migrated: Path
) -> AsyncIterator[SearchIndex]:
    """An empty one."""
    if request.param == "sqlite":
        shutil.copy(migrated, tmp_path / "x.sqlite")
        async with _opened(sqlite_url(tmp_path / "x.sqlite")) as made:
            yield made
    elif programs() is None:
        pytest.skip("PostgreSQL is not installed: scripts/needs.sh postgresql")
    else:
        with cluster() as address:
            async with _opened(address) as made:
                yield made


def scope(*source_ids: str) -> Select[tuple[str]]:
    return select(SearchSource.source_id).where(SearchSource.source_id.in_(source_ids))


async def ask(index: SearchIndex, asked: str, *sources: str, **more: object) -> Found:
    return await index.search(parse(asked), scope(*(sources or ("a", "b"))), **more)


def places(found: Found) -> list[tuple[str, str, float]]:
    return [
        (group.source_id, hit.document.part, hit.document.at)
        for group in found.groups
        for hit in group.hits
    ]


async def test_characters_words_and_stems_are_found_where_they_are(index: SearchIndex) -> None:
    await index.replace("a", LESSON)
    await index.replace("b", [Document("said", 3.0, "基层的治理，学问很大")])
    for asked, there in {
        "学": [("a", "said", 12.5), ("b", "said", 3.0)],
        "党建": [("a", "said", 20.0)],
        "基层治理": [("a", "title", 0.0), ("a", "said", 12.5)],
        "網格員": [("a", "slide", 30.0)],
        "budget run": [("a", "chat", 41.0)],
        "党建 职责": [("a", "said", 20.0), ("a", "slide", 30.0)],
        '"5g are"': [("a", "chat", 41.0)],
        '"are 5g"': [],
        "党建 饕餮": [],
        "，。": [],
    }.items():
        assert sorted(places(await ask(index, asked))) == sorted(there), asked
    (hit,) = (await ask(index, "网格员")).groups[0].hits
    assert (hit.document.page, [piece.text for piece in hit.snippet]) == (
        2,
        ["网格员", "的主要职责"],
    )


async def test_only_what_is_in_scope_and_in_the_part_asked_for(index: SearchIndex) -> None:
    await index.replace("a", LESSON)
    await index.replace("b", LESSON)
    assert places(await ask(index, "党建", "b")) == [("b", "said", 20.0)]
    assert (await ask(index, "党建", "c")).total == 0
    only_said = await ask(index, "基层治理", "a", parts=("said", "chat"))
    assert places(only_said) == [("a", "said", 12.5)]
    assert (await ask(index, "党建", "a", parts=("slide",))).total == 0


async def test_titles_come_first_and_pages_follow_each_other(index: SearchIndex) -> None:
    names = [f"r{number}" for number in range(7)]
    for number, name in enumerate(names):
        await index.replace(
            name, [Document("said", float(at), "乡村振兴") for at in range(number + 1)]
        )
    await index.replace("r3", [Document("title", 0, "乡村振兴")])
    first = await ask(index, "振兴", *names, limit=4)
    second = await ask(index, "振兴", *names, limit=4, offset=4)
    assert first.total == second.total == 7
    assert first.groups[0].source_id == "r3"
    seen = [group.source_id for group in (*first.groups, *second.groups)]
    assert sorted(seen) == names


async def test_new_documents_take_the_place_of_old_ones(index: SearchIndex) -> None:
    await index.replace("a", LESSON)
    await index.replace("a.1", LESSON)
    await index.replace("a", [Document("said", 1.0, "共同富裕")])
    assert (await ask(index, "党建", "a")).total == 0
    assert (await ask(index, "富裕", "a")).total == 1
    assert await index.sources_of("a") == ["a", "a.1"]
    await index.remove("a.1")
    assert await index.sources_of("a") == ["a"]
    await index.replace("a.2", LESSON)
    await index.replace("ab", LESSON)
    await index.remove_recording("a")
    assert (await ask(index, "富裕 党建", "a", "a.1", "a.2")).total == 0
    assert (await ask(index, "党建", "ab")).total == 1
    await index.remove("ab")
    async with index._database.session() as session:
        for table in (SearchSource, SearchChunk):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
        assert await session.scalar(text("SELECT count(*) FROM search_index")) == 0


async def test_what_was_interrupted_is_cleared_away_and_the_old_stays(index: SearchIndex) -> None:
    await index.replace("a", LESSON)
    many = (Document("said", float(at), f"第{at}句中断的话") for at in range(5000))
    under_way, put = asyncio.Event(), index.engine.put

    async def watched(*given: Any) -> None:
        await put(*given)
        under_way.set()

    index.engine.put = watched  # type: ignore[method-assign]
    writing = asyncio.create_task(index.replace("a", many))
    await under_way.wait()
    assert (await ask(index, "党建", "a")).total == 1, "readers have the old ones meanwhile"
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert (await ask(index, "党建", "a")).total == 1
    assert (await ask(index, "中断", "a")).total == 0
    async with index._database.session() as session:
        session.add(SearchSource(source_id="a", version=1))  # as a crash would leave it
    await index.start()
    assert await _chunks(index) == len({document.part for document in LESSON})


async def _chunks(index: SearchIndex) -> int:
    async with index._database.session() as session:
        return int(await session.scalar(select(func.count()).select_from(SearchChunk)) or 0)


async def test_odd_texts_and_odd_questions_do_no_harm(index: SearchIndex) -> None:
    odd = ["\x00党\ud800建", "%_\\' \" | & ! <-> :*", "𠀀𠮷野家", "a" * 30_000, "  ", "ＮＵＬ\x00"]
    await index.replace("a", [Document("said", float(at), said) for at, said in enumerate(odd)])
    for asked in ("党建", "𠮷野家", "𠀀", "NUL", "a" * 150):
        await ask(index, asked, "a")
    assert (await ask(index, "𠮷野", "a")).total == 1
    assert (await ask(index, "NUL", "a")).total == 1
    for asked in (".*", "党 <-> 建", "党 NEAR 建", "tokens:党", "党*", "'; DROP TABLE lesson; --"):
        await ask(index, asked, "a")
