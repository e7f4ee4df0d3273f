"""Forms and JSON: bounded, typed, with the field named."""

import msgspec
import pytest

from server.errors import Invalid
from server.http.forms import Form, decode


class Point(msgspec.Struct, forbid_unknown_fields=True):
    x: int


def test_text_is_trimmed_and_bounded() -> None:
    assert Form({"name": "  林 "}).text("name") == "林"
    for bad in ("", "x" * 201, "a\x00b", "a\x1b[31m"):
        with pytest.raises(Invalid) as caught:
            Form({"name": bad}).text("name")
        assert caught.value.field == "name"


def test_numbers_choices_and_days_say_what_they_want() -> None:
    assert Form({"n": "7"}).number("n", low=1, high=9) == 7
    for bad in ("-1", "10", "x", "１０" * 20):
        with pytest.raises(Invalid):
            Form({"n": bad}).number("n", low=1, high=9)
    with pytest.raises(Invalid):
        Form({"c": "blue"}).choice("c", ("red", "green"))
    assert Form({"d": ""}).day("d") is None
    for bad in ("2026-02-30", "0001-01-01", "9999-12-31"):
        with pytest.raises(Invalid):
            Form({"d": bad}).day("d")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"x": 1, "x": 2}',
        b'{"x": NaN}',
        b'{"x": "1"}',
        b'{"x": 1, "y": 2}',
        b"[" * 100_000,
        b'{"x": ' + b'{"x": ' * 5000,
        b"\xff\xfe",
    ],
)
def test_json_that_is_not_the_shape_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        decode(body, Point)


def test_json_of_the_shape_is_taken() -> None:
    assert decode(b'{"x": 3}', Point) == Point(3)
