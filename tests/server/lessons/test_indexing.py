"""Reading the slides of a lesson for search; the rest is in test_search_documents.py."""

from server.lessons.indexing import closed_up


def test_slides_that_are_set_wide_are_read_as_words() -> None:
    assert closed_up("概 念 重 点\n网格 化管理 grid 1 2") == "概念重点\n网格 化管理 grid 1 2"
