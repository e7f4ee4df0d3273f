"""Tables people send and fetch: .xlsx and .csv, bounded, and never with anything that runs.

Files are read in a process of their own (`media.confined`); cells come out as trimmed text. What we
write starts no formula when somebody opens it.
"""

import asyncio
import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from media.confined import Broken, Confined, Refused
from server.errors import Invalid

MOST_ROWS = 20_000  # below the heading
MOST_COLUMNS = 50
LONGEST_CELL = 500
LARGEST_FILE = 10 << 20
_LARGEST_UNPACKED = 200 << 20
_MOST_PARTS = 1000
_MEMORY = 1 << 30
_SECONDS = 60
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | float  # as it is written
TableRow = tuple[
    int, list[str]
]  # its number as the spreadsheet counts (the heading is 1), its cells


async def read_table(content: bytes) -> list[TableRow]:
    """The rows with anything in them, of the first sheet. Raises Invalid with a sentence."""
    return await asyncio.to_thread(_read_apart, content)


def harmless(cell: Cell) -> Cell:
    """The cell as text that no spreadsheet program takes for a formula; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_STARTS_FORMULA) else cell


def write_csv(rows: Iterable[Iterable[Cell]]) -> str:
    """A CSV file that Excel opens as UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows([harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def write_xlsx(sheets: Mapping[str, Iterable[Iterable[Cell]]]) -> bytes:
    """A workbook with these sheets."""
    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([harmless(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _read_apart(content: bytes) -> list[TableRow]:
    with Confined(__name__, memory=_MEMORY) as worker:
        try:
            return worker.call("read", content, returns=list[TableRow], seconds=_SECONDS)
        except Refused as refused:
            raise Invalid(refused.key, field="file", **refused.params) from None
        except Broken:
            raise Invalid("error.sheet.damaged", field="file") from None


# ── in the process of its own ────────────────────────────────────────────────────────────────────


def _read(content: bytes) -> list[TableRow]:
    rows = _xlsx_rows(content) if content.startswith(b"PK") else _csv_rows(content)
    kept: list[TableRow] = []
    for number, cells in enumerate(rows, 1):
        if not any(cells):
            continue
        if len(kept) > MOST_ROWS:
            raise Refused("error.sheet.too_many_rows", most=MOST_ROWS)
        filled = max(place for place, cell in enumerate(cells, 1) if cell)
        kept.append((number, cells[:filled]))
    if not kept:
        raise Refused("error.sheet.empty")
    return kept


def _xlsx_rows(content: bytes) -> Iterable[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
        if len(parts) > _MOST_PARTS or sum(p.file_size for p in parts) > _LARGEST_UNPACKED:
            raise Refused("error.sheet.too_large")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # What the file says of its own size is not believed.
        sheet.reset_dimensions()
        for row in sheet.iter_rows(max_row=2 * MOST_ROWS, max_col=MOST_COLUMNS, values_only=True):
            yield [_text(cell) for cell in row]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as error:
        raise Refused("error.sheet.damaged") from error


def _csv_rows(content: bytes) -> Iterable[list[str]]:
    text = _decoded(content)
    heading = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=heading.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_text(cell) for cell in row[:MOST_COLUMNS]]
    except csv.Error as error:
        raise Refused("error.sheet.damaged") from error


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused("error.sheet.not_a_table")


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        cell = cell.isoformat()
    plain = "".join(c if c.isprintable() else " " for c in str(cell)[: 2 * LONGEST_CELL])
    return " ".join(plain.split())[:LONGEST_CELL]


JOBS: dict[str, Callable[..., Any]] = {"read": _read}
