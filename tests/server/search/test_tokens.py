"""Tokens: the same for what is indexed and what is asked."""

import sqlite3
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import Invalid
from server.search.query import LONGEST, Term, parse
from server.search.tokens import fold, fold_with_places, plain, runs, tokens_of

HAN = st.text("基层治理党建学习网格化管理中国人民", min_size=1, max_size=12)
WORDS = st.text(string.ascii_letters + "éß’", min_size=1, max_size=8)
SIGNS = st.text(" \n，。、-_'\"*()|%", min_size=1, max_size=3)
MIXED = st.lists(st.one_of(HAN, WORDS, SIGNS, st.text(max_size=5)), max_size=12).map("".join)


def order(text: str) -> list[str]:
    return [token for token in tokens_of([text]).order if token < "\ue000"]


def found_in(asked: str, text: str) -> bool:
    """As both engines decide it: by tokens in order, and by plain text. They agree."""
    terms = parse(asked).terms
    assert terms
    tokens = tokens_of([text])
    by_plain = all(set(t.words) <= tokens.words and t.plain in tokens.plain for t in terms)
    assert by_plain == all(_in_order(term, tokens.order) for term in terms), (asked, text)
    return by_plain


def _in_order(term: Term, tokens: list[str]) -> bool:
    wanted = term.order
    for at in range(len(tokens) - len(wanted) + 1):
        *most, last = tokens[at : at + len(wanted)]
        if most == wanted[:-1] and (last == wanted[-1] or (term.open and last[0] == wanted[-1])):
            return True
    return False


def test_han_is_pairs_and_characters_and_english_is_stems() -> None:
    assert order("基层治理") == ["基层", "层治", "治理", "理", *sorted("基层治理")]
    assert order("The running Budgets") == ["the", "run", "budget"]
    assert order("ＡＢＣ　１２３ Café") == ["abc", "123", "cafe"]
    assert fold("學習黨建") == "学习党建"


@pytest.mark.parametrize(
    ("asked", "text", "there"),
    [
        ("学", "我们学习", True),
        ("学", "好好学", True),
        ("党建", "抓党建促发展", True),
        ("党建", "党的建设", False),
        ("基层治理", "加强基层治理能力", True),
        ("基层治理", "基层的治理", False),
        ("基层治理", "基层，治理", False),
        ("基层治理", "基层\n治理", True),  # a line of a slide ended there
        ("中国人", "中国和外国人", False),
        ("學習", "学习", True),
        ("budgets", "the budget of a village", True),
        ("running", "he runs", True),
        ("run", "a prune", False),
        ("5G基站", "建5G的基站", True),
        ('"5G 基站"', "建5G基站", True),
        ('"5G 基站"', "建5G的基站", False),
        ('"5G 学"', "用5G学习", True),
        ("“mechanical energy”", "energy, mechanical", False),
        ("work-energy", "the work-energy theorem", True),
        ("党建 治理", "治理靠党建", True),
        ("党建 治理", "只有党建", False),
        ("teacher", "the teacher’s desk", True),
    ],
)
def test_what_is_found(asked: str, text: str, there: bool) -> None:
    assert found_in(asked, text) is there


@settings(max_examples=150, deadline=None)
@given(before=MIXED, words=st.one_of(HAN, WORDS), after=MIXED)
def test_what_stands_apart_in_a_text_is_found(before: str, words: str, after: str) -> None:
    if parse(words).terms:
        assert found_in(words, f"{before} ; {words} ; {after}")


@settings(max_examples=150, deadline=None)
@given(asked=MIXED, text=MIXED)
def test_both_engines_would_say_the_same(asked: str, text: str) -> None:
    try:
        if parse(asked).terms:
            found_in(asked, text)
            found_in(f'"{asked}"', f"{text}{asked}")
    except Invalid:
        pass


@settings(max_examples=150, deadline=None)
@given(text=MIXED)
def test_places_lead_back_to_the_text(text: str) -> None:
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert len(places) == len(folded)
    assert places == sorted(places)
    assert plain(runs(folded)) == tokens_of([text]).plain


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=60))
def test_fts5_neither_cuts_nor_drops_a_token(text: str) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize = 'ascii')")
    database.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, instance)")
    tokens = tokens_of([text]).order
    database.execute("INSERT INTO t VALUES (?)", (" ".join(tokens),))
    kept = [row[0] for row in database.execute('SELECT term FROM v ORDER BY "offset"')]
    database.close()
    assert kept == tokens


@pytest.mark.parametrize(
    "asked",
    [".*", "a OR b", "NEAR(党 建)", "title:学*", '"', '""', "学 AND NOT (", "'; --", "%_\\"],
)
def test_nothing_is_syntax(asked: str) -> None:
    for term in parse(asked).terms:
        assert all(token.isalnum() for token in [*term.order, *term.words])
        assert not set(term.plain) & set("%_\\\"'")


def test_too_much_is_refused_with_a_sentence() -> None:
    with pytest.raises(Invalid) as long:
        parse("学" * 10_000)
    assert (long.value.key, long.value.params) == ("search.error.too_long", {"limit": LONGEST})
    with pytest.raises(Invalid) as many:
        parse(" ".join(f"word{number}" for number in range(20)))
    assert many.value.key == "search.error.too_many"
