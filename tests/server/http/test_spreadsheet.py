"""What we write starts no formula when somebody opens it."""

import io

import openpyxl

from server.http.spreadsheet import harmless, write_csv, write_xlsx


def test_cells_that_start_like_formulas_are_made_harmless() -> None:
    for cell in ("=cmd()", "+1", "-1", "@x", "\tx"):
        assert harmless(cell) == f"'{cell}"
    assert harmless("张三") == "张三"
    assert "'=HYPERLINK" in write_csv([["=HYPERLINK(1)"]])
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx({"a": [["=1+1", "x"]]})))
    assert [cell.data_type for cell in book["a"][1]] == ["s", "s"]
