"""Real speech, as recognisers and people wrote it down: words are found at their seconds."""

import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from server.search.documents import Document
from server.search.index import SearchIndex
from server.search.query import parse
from server.search.store import SearchSource
from server.store.database import Database, sqlite_url


@pytest.fixture
async def index(tmp_path: Path, migrated: Path, material: Path) -> AsyncIterator[SearchIndex]:
    """A lecture in English, a lesson in Chinese, and read sentences."""
    shutil.copy(migrated, tmp_path / "x.sqlite")
    database = Database(sqlite_url(tmp_path / "x.sqlite"))
    made = SearchIndex(database)
    await made.start()
    media = material / "media"
    lecture = json.loads((media / "lecture/physicsworks.whisper-turbo.json").read_text("utf-8"))
    await made.replace(
        "lecture",
        [Document("said", s["time_interval"]["start"], s["text"]) for s in lecture["segments"]],
    )
    lesson = json.loads((media / "synthetic/lesson_grid_zh.json").read_text("utf-8"))
    await made.replace(
        "lesson", [Document("said", line["start"], line["text"]) for line in lesson["lines"]]
    )
    listed = (media / "MANIFEST.md").read_text("utf-8")
    read = re.findall(r"^\| (zh/\S+) .*REF: (.+) \|$", listed, re.MULTILINE)
    for name, words in read:
        await made.replace(name, [Document("said", 0.0, words)])
    yield made
    await database.close()


async def found(index: SearchIndex, asked: str) -> list[tuple[str, float, str]]:
    """(source, second, what is marked) of every hit."""
    every = select(SearchSource.source_id)
    groups = (await index.search(parse(asked), every, limit=50)).groups
    return [
        (group.source_id, hit.document.at, "".join(p.text for p in hit.snippet if p.marked))
        for group in groups
        for hit in group.hits
    ]


@pytest.mark.parametrize(
    ("asked", "source", "second"),
    [
        ("学", "lesson", 0.0),
        ("网格", "lesson", 0.0),
        ("基层治理", "lesson", 0.0),
        ("網格員", "lesson", 5.238),
        ("社区 困难", "lesson", 12.563),
        ("居委会", "lesson", 22.408),
        ("mechanical energies", "lecture", 0.0),
        ("“conservation of mechanical energy”", "lecture", 0.0),
        ("义勇军 将士", "", 0.0),
        ("爱国将士", "zh/thchs30-D4_750.wav", 0.0),
        ("2011年", "zh/fleurs_zh_1883_clip5.wav", 0.0),
        ("房地产中介", "zh/aishell-BAC009S0724W0121.wav", 0.0),
    ],
)
async def test_words_are_found_where_they_were_said(
    index: SearchIndex, asked: str, source: str, second: float
) -> None:
    hits = await found(index, asked)
    if not source:
        assert hits == []
    else:
        assert (source, second) in [hit[:2] for hit in hits], hits
