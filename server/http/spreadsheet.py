"""Tables people fetch: .xlsx and .csv. What we write starts no formula when somebody opens it."""

import csv
import io
from collections.abc import Iterable, Mapping

import openpyxl

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | float  # as it is written


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
