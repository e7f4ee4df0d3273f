"""Tables of strangers: read as text, bounded, in whatever encoding and shape people have them."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest

from media.confined import Refused
from server.http.sheet_reading import MOST_ROWS, numbered


def workbook(*rows: tuple[object, ...], merged: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_people_have(encoding: str) -> None:
    table = list(numbered("姓名,用户名\r\n\r\n张三, zhang \r\n小明,xiao\r\n".encode(encoding)))
    assert table == [(1, ["姓名", "用户名"]), (3, ["张三", "zhang"]), (4, ["小明", "xiao"])]


def test_lines_in_two_encodings_are_each_read_in_theirs() -> None:
    lines = [
        "姓名,用户名\n".encode("gb18030"),
        "张三,zhang\n".encode(),
        "小明,ming".encode("gb18030"),
    ]
    rows = [cells for _, cells in numbered(b"".join(lines))]
    assert rows == [["姓名", "用户名"], ["张三", "zhang"], ["小明", "ming"]]


def test_csv_with_semicolons_and_tabs() -> None:
    for mark in ";\t":
        table = list(numbered(f"name{mark}login\na{mark}b\n".encode()))
        assert table[1] == (2, ["a", "b"])


def test_xlsx_as_text_with_the_row_numbers_of_the_sheet() -> None:
    rows = (("name", "login"), (), ("张三", 20260001.0), (None, True), (date(2026, 11, 24),))
    table = list(numbered(workbook(*rows)))
    assert table[:2] == [(1, ["name", "login"]), (3, ["张三", "20260001"])]
    assert table[2:] == [(4, ["", "True"]), (5, ["2026-11-24T00:00:00"])]


def test_wide_digits_and_spaces_are_narrow() -> None:
    assert list(numbered("ｚｈａｎｇ１２　 ａ，（甲）".encode())) == [(1, ["zhang12 a，（甲）"])]


def test_a_formula_is_its_value_and_never_evaluated() -> None:
    table = list(numbered(workbook(("name", "login"), ("=1+1", "a"))))
    assert table[1] == (2, ["", "a"])  # this one was never opened in a spreadsheet program


def test_merged_cells_are_filled_downwards_only() -> None:
    rows = (
        ("2026 名册",),
        ("姓名", "单位", "职级"),
        ("甲", "一部", "科级"),
        ("乙",),
        ("丙", "二部"),
    )
    table = list(numbered(workbook(*rows, merged=("A1:C1", "B3:B4", "B5:C5"))))
    assert [cells for _, cells in table] == [
        ["2026 名册"],
        ["姓名", "单位", "职级"],
        ["甲", "一部", "科级"],
        ["乙", "一部"],
        ["丙", "二部"],
    ]


def test_a_hidden_sheet_is_passed_over() -> None:
    book = openpyxl.Workbook()
    book.active.append(["secret"])
    book.active.sheet_state = "hidden"
    book.create_sheet("B").append(["seen"])
    book.active = 1
    assert list(numbered(saved(book))) == [(1, ["seen"])]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "error.sheet.empty"),
        (b"\n\n,,\n", "error.sheet.empty"),
        (b"PK\x03\x04 no zip", "error.sheet.damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\0", "error.sheet.not_a_table"),
        (b"\xff\xfe\x00", "error.sheet.not_a_table"),
        (b"a,b\n" * (MOST_ROWS + 21), "error.sheet.too_many_rows"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, key: str) -> None:
    with pytest.raises(Refused) as refused:
        list(numbered(content))
    assert refused.value.key == key


def test_a_zip_bomb_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(257 << 20))
    with pytest.raises(Refused) as refused:
        list(numbered(out.getvalue()))
    assert refused.value.key == "error.sheet.too_large"
