"""Tables of strangers: read as text, bounded; and what we write starts nothing."""

import io
import zipfile

import openpyxl
import pytest

from server.errors import Invalid
from server.http.spreadsheet import MOST_ROWS, harmless, read_table, write_csv, write_xlsx


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_csv_in_the_encodings_people_have(encoding: str) -> None:
    table = await read_table("姓名,用户名\r\n\r\n张三, zhang \r\n".encode(encoding))
    assert table == [(1, ["姓名", "用户名"]), (3, ["张三", "zhang"])]


async def test_csv_with_semicolons_and_tabs() -> None:
    for mark in ";\t":
        table = await read_table(f"name{mark}login\na{mark}b\n".encode())
        assert table[1] == (2, ["a", "b"])


async def test_xlsx_as_text_with_the_row_numbers_of_the_sheet() -> None:
    table = await read_table(workbook(("name", "login"), (), ("张三", 20260001.0), (None, True)))
    assert table == [(1, ["name", "login"]), (3, ["张三", "20260001"]), (4, ["", "True"])]


async def test_a_formula_is_not_evaluated() -> None:
    table = await read_table(workbook(("name", "login"), ("=1+1", "a")))
    assert table[1] == (2, ["", "a"])


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "error.sheet.empty"),
        (b"\n\n,,\n", "error.sheet.empty"),
        (b"PK\x03\x04 no zip", "error.sheet.damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\0", "error.sheet.not_a_table"),
        (b"a,b\n" * (MOST_ROWS + 2), "error.sheet.too_many_rows"),
    ],
)
async def test_what_is_no_table_is_refused(content: bytes, key: str) -> None:
    with pytest.raises(Invalid) as refused:
        await read_table(content)
    assert refused.value.key == key


async def test_a_zip_bomb_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(201 << 20))
    with pytest.raises(Invalid) as refused:
        await read_table(out.getvalue())
    assert refused.value.key == "error.sheet.too_large"


def test_cells_that_start_like_formulas_are_made_harmless() -> None:
    for cell in ("=cmd()", "+1", "-1", "@x", "\tx"):
        assert harmless(cell) == f"'{cell}"
    assert harmless("张三") == "张三"
    assert "'=HYPERLINK" in write_csv([["=HYPERLINK(1)"]])
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx({"a": [["=1+1", "x"]]})))
    assert [cell.data_type for cell in book["a"][1]] == ["s", "s"]
