"""JSON that programs send, and worse."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import Invalid
from server.lrs.reading import DEEPEST, read_json, written_json

ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False,
    allow_infinity=False) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)  # fmt: skip


@given(ANY)
@settings(max_examples=50, deadline=None)
def test_what_was_written_is_read_again(value: Any) -> None:
    assert read_json(written_json(value)) == value
    assert read_json(json.dumps(value).encode()) == value  # with \u escapes


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"{}{}", b"\xff", b"\xef\xbb\xbf{}", b"{'a':1}", b'{"a":1,"a":1}',
        b'[{"a":{"b":1,"b":2}}]', b"NaN", b"[Infinity]", b"-Infinity", b"1e400", b"[-1e999]",
        b'"\\ud800"', b'{"\\udc00":1}', b"1" * 5000, b"[" * 100_000, b'{"a":' * 100_000,
        b"[" * (DEEPEST + 1) + b"1" + b"]" * (DEEPEST + 1), b'"a\nb"', b'"\x00"',
    ],
)  # fmt: skip
def test_what_is_no_json_of_ours_is_refused(text: bytes) -> None:
    with pytest.raises(Invalid):
        read_json(text)


def test_the_deepest_that_is_taken_and_pairs_and_null_characters() -> None:
    assert read_json("[" * DEEPEST + "]" * DEEPEST)
    assert read_json(rb'"\ud83c\udf93 \u0000"') == "🎓 \0"
