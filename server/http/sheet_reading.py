"""Reading tables of strangers: pure, bounded; to be run in a process of its own.

Merged cells are filled downwards from their first one, hidden sheets are passed over, a formula is
the value it had when the file was kept. CSV may be UTF-8, UTF-16 with its mark, GB18030, or a
mixture line by line of UTF-8 and GB18030, as files become that were put together by hand.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime

import openpyxl
from openpyxl.utils import coordinate_to_tuple
from openpyxl.utils.exceptions import InvalidFileException

from media.confined import Refused

MOST_ROWS = 100_000  # below the heading
MOST_ABOVE = 20  # rows of a title and the heading
MOST_COLUMNS = 50
LONGEST_CELL = 500
LARGEST_UNPACKED = 256 << 20
MOST_PARTS = 1000
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]{0,200}?ref=\"([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})\""
)
_HAN = re.compile("[㐀-鿿]")
_NARROW = {
    code: code - 0xFEE0
    for start, end in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for code in range(start, end + 1)
}  # full-width digits and letters

TableRow = tuple[int, list[str]]  # its number as the spreadsheet counts, its cells


def numbered(content: bytes) -> Iterator[TableRow]:
    """The rows with anything in them. Raises Refused."""
    rows = xlsx_rows(content) if content.startswith(b"PK") else csv_rows(content)
    kept = 0
    for number, cells in enumerate(rows, 1):
        if not any(cells):
            continue
        if kept >= MOST_ROWS + MOST_ABOVE:
            raise Refused("error.sheet.too_many_rows", most=MOST_ROWS)
        kept += 1
        filled = max(place for place, cell in enumerate(cells, 1) if cell)
        yield number, cells[:filled]
    if not kept:
        raise Refused("error.sheet.empty")


def xlsx_rows(content: bytes) -> Iterator[list[str]]:
    """The rows of the first sheet that is not hidden."""
    try:
        check_archive(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = next(s for s in book.worksheets if s.sheet_state == "visible")
        merged = _merged(content, sheet)
        # What the file says of its own size is not believed.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=2 * MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
        yield from _filled(([text(cell) for cell in row] for row in rows), merged)
    except StopIteration:
        raise Refused("error.sheet.empty") from None
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as error:
        raise Refused("error.sheet.damaged") from error


def check_archive(content: bytes) -> list[zipfile.ZipInfo]:
    """The parts of a zip file that is not too large. Raises Refused, zipfile.BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise Refused("error.sheet.too_large")
    return parts


def csv_rows(content: bytes) -> Iterator[list[str]]:
    """The rows of a file with commas, semicolons or tabs."""
    whole = decoded(content)
    heading = whole.split("\n", 1)[0]
    delimiter = max(",\t;", key=heading.count)
    try:
        for row in csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter):
            yield [text(cell) for cell in row[:MOST_COLUMNS]]
    except csv.Error as error:
        raise Refused("error.sheet.damaged") from error


def decoded(content: bytes) -> str:
    """The text of a file, whatever its encoding. Raises Refused where it is no text."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        found = content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        found = "" if marked else _by_lines(content)
    if "\0" in found or (marked and not found):
        raise Refused("error.sheet.not_a_table")
    return found


def text(cell: object) -> str:
    """A cell as trimmed text: spaces are one plain space, wide digits and letters narrow."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        cell = cell.isoformat()
    short = str(cell)[: 2 * LONGEST_CELL].translate(_NARROW)
    if not short.isprintable():
        short = "".join(c if c.isprintable() else " " for c in short)
    return " ".join(short.split())[:LONGEST_CELL]


def _by_lines(content: bytes) -> str:
    try:
        lines = [_line(line) for line in content.split(b"\n")]
    except UnicodeDecodeError:
        raise Refused("error.sheet.not_a_table") from None
    return "\n".join(lines).removeprefix("\ufeff")


def _line(line: bytes) -> str:
    """GB18030, unless it reads as UTF-8 and then holds Chinese and no letters beside it that
    Chinese in GB18030 would give."""
    try:
        found = line.decode("utf-8")
        if line.isascii() or (_HAN.search(found) and not re.search("[\u0080-\u07ff]", found)):
            return found
    except UnicodeDecodeError:
        pass
    return line.decode("gb18030")


def _merged(content: bytes, sheet: object) -> dict[int, list[tuple[int, int]]]:
    """Ranges of merged cells: first row → (column from 0, last row)."""
    found: dict[int, list[tuple[int, int]]] = {}
    path: str = sheet._worksheet_path  # type: ignore[attr-defined]
    tail = b""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(path) as part:
        while block := part.read(1 << 20):
            block = tail + block
            last = 0
            for match in _MERGED.finditer(block):
                last = match.end()
                top, left = coordinate_to_tuple(match[1].decode())
                bottom, _ = coordinate_to_tuple(match[2].decode())
                if left <= MOST_COLUMNS and top < bottom:
                    found.setdefault(top, []).append((left - 1, bottom))
            tail = block[max(last, len(block) - 400) :]
    return found


def _filled(
    rows: Iterable[list[str]], merged: dict[int, list[tuple[int, int]]]
) -> Iterator[list[str]]:
    going: dict[int, tuple[int, str]] = {}  # column → last row, what is in the range
    for number, cells in enumerate(rows, 1):
        going = {place: range_ for place, range_ in going.items() if number <= range_[0]}
        if going and any(cells):
            cells += [""] * (1 + max(going) - len(cells))
            for place, (_, value) in going.items():
                cells[place] = cells[place] or value
        for place, bottom in merged.get(number, ()):
            if place < len(cells):
                going[place] = (bottom, cells[place])
        yield cells
