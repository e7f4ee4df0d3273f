"""Snippets: the original text, with what was asked for marked."""

from hypothesis import given, settings
from hypothesis import strategies as st

from server.search.documents import Document
from server.search.marking import Hit, best_hits, marks
from server.search.query import parse


def hit_of(document: Document, asked: str) -> Hit | None:
    return next(iter(best_hits([document], parse(asked))), None)


def marked(text: str, asked: str) -> list[str]:
    hit = hit_of(Document("said", 0.0, text), asked)
    return [piece.text for piece in hit.snippet if piece.marked] if hit else []


def test_the_original_is_marked_not_what_it_was_folded_to() -> None:
    assert marked("今天學習《基層 治理》", "基层治理 学习") == ["學習", "基層 治理"]
    assert marked("The Budgets of Running villages", "budget run") == ["Budgets", "Running"]
    assert marked("ﬁnal ＡＢＣ", "final abc") == ["ﬁnal", "ＡＢＣ"]
    assert marked("5G基站和5G 的基站", '"5g 基站"') == ["5G基站"]
    assert marked("学学学", "学学") == ["学学学"]
    assert marked("<b>学习</b>", "b") == ["b", "b"]
    assert marked("党的建设", "党建") == []


def test_a_long_text_is_cut_around_the_first_mark() -> None:
    text = "前" * 300 + "基层治理" + "后" * 300
    hit = hit_of(Document("slide", 0.0, text), "基层治理")
    assert hit is not None
    words = "".join(piece.text for piece in hit.snippet)
    assert words.startswith("…前")
    assert words.endswith("后…")
    assert len(words) < 80
    english = hit_of(Document("said", 0.0, "several words " * 40 + "pendulum swings"), "swing")
    assert english is not None
    assert english.snippet[1].text.strip().startswith(("words", "several"))


def test_hits_have_most_terms_first_and_a_few_of_each_part() -> None:
    said = [Document("said", float(at), "学习") for at in range(9)]
    more = [
        Document("slide", 4.5, "党建学习"),
        Document("said", 20.0, "学习党建"),
        Document("title", 0, "学"),
    ]
    hits = best_hits([*said, *more], parse("学习 党建"))
    assert [(hit.document.part, hit.document.at) for hit in hits] == [
        ("said", 0.0), ("said", 1.0), ("slide", 4.5), ("said", 20.0),
    ]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.text("基层治理 学，aAbß5ﬁ\n", max_size=30), st.text('基层治学 ab5f"', max_size=6))
def test_marks_are_inside_the_text(text: str, asked: str) -> None:
    for places in marks(text, parse(asked).terms).values():
        assert all(0 <= start < end <= len(text) for start, end in places)
