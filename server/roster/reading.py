"""Reading a roster of strangers: a spreadsheet or a OneRoster package, in a process of its own.

The process hands the rows over in portions, so that neither side holds more than it must.
"""

import asyncio
import contextlib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from media.confined import Broken, Confined, Refused
from server.errors import Invalid
from server.http.sheet_reading import numbered
from server.roster.oneroster import Package, is_package
from server.roster.rows import Contents, Row, SheetRows

LARGEST_FILE = 32 << 20
_PORTION = 2000  # rows
_MEMORY = 1536 << 20
_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Roster:
    """All of a file."""

    contents: Contents
    rows: list[Row]


async def read_roster(content: bytes) -> Roster:
    """What the file says. Raises Invalid with a sentence."""
    return await asyncio.to_thread(_read_apart, content)


def _read_apart(content: bytes) -> Roster:
    with Confined(__name__, memory=_MEMORY) as worker:
        try:
            rows: list[Row] = []
            worker.call("open", content, returns=bool, seconds=_SECONDS)
            while portion := worker.call("more", returns=list[Row], seconds=_SECONDS):
                rows += portion
            return Roster(worker.call("contents", returns=Contents, seconds=_SECONDS), rows)
        except Refused as refused:
            raise Invalid(refused.key, field="file", **refused.params) from None
        except Broken:
            raise Invalid("error.sheet.damaged", field="file") from None


# ── in the process of its own ────────────────────────────────────────────────────────────────────


class _Open:
    rows: Iterator[Row]
    contents: Callable[[], Contents]


def _open(content: bytes) -> bool:
    package = False
    with contextlib.suppress(zipfile.BadZipFile):
        package = content.startswith(b"PK") and is_package(content)
    if package:
        opened = Package(content)
        _Open.rows, _Open.contents = opened.rows(), lambda: opened.contents
        return True
    sheet = SheetRows(numbered(content))
    _Open.rows = iter(sheet)
    _Open.contents = lambda: Contents("sheet", "sheet", groups=sheet.groups())
    return True


def _more() -> list[Row]:
    return list(islice(_Open.rows, _PORTION))


JOBS: dict[str, Callable[..., Any]] = {
    "open": _open,
    "more": _more,
    "contents": lambda: _Open.contents(),
}
