"""What counts as an answer, and as a right one."""

import math

import pytest

from server.errors import Invalid
from server.studying.judging import judge, read_answer


@pytest.mark.parametrize(
    ("kind", "correct", "answer", "right"),
    [
        ("single", [1], [1], True),
        ("single", [1], [0], False),
        ("multiple", [0, 2], [2, 0], True),
        ("multiple", [0, 2], [0], False),
        ("multiple", [0, 2], [0, 1, 2], False),
        ("number", [300.0, 5.0], [305], True),
        ("number", [300.0, 5.0], [305.1], False),
        ("number", [0.3, 0.0], [0.1 + 0.2], True),
        ("text", ["网格 化"], ["网格化"], True),
        ("text", ["Grid"], ["ｇｒｉｄ"], True),
        ("text", ["网格"], ["网络"], False),
        ("text", [], ["什么都行"], None),
        ("single", [], [0], None),
    ],
)
def test_answers_are_judged(kind: str, correct: list, answer: list, right: bool | None) -> None:
    assert judge(kind, correct, read_answer(kind, ["甲", "乙", "丙"], answer)) is right


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("single", []), ("single", [0, 1]), ("single", [3]), ("single", [-1]), ("single", ["0"]),
        ("multiple", [0, 0]), ("multiple", [0.5]), ("number", [math.inf]), ("number", ["3"]),
        ("number", [1, 2]), ("text", [" "]), ("text", ["长" * 501]), ("text", ["a\x00b"]),
        ("text", [3]),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(kind: str, answer: list) -> None:
    with pytest.raises(Invalid):
        read_answer(kind, ["甲", "乙", "丙"], answer)
