from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.attendance.code import (
    Code,
    age,
    digits_of,
    left_of,
    match_digits,
    read_token,
    step_at,
    token_of,
)
from server.store.database import new_id

KEY, OTHER = b"k" * 32, b"o" * 32
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LESSON, BRANCH = new_id(), new_id()


def code(**changes: Any) -> Code:
    given = {"lesson_id": LESSON, "branch_id": None, "round": 1, "step": step_at(NOON)}
    return Code(**{**given, **changes})


@pytest.mark.parametrize("branch", [None, BRANCH], ids=["lesson", "branch"])
def test_a_token_says_what_it_is_for(branch: str | None) -> None:
    made = code(branch_id=branch, round=3)
    token = token_of(KEY, made)
    assert read_token(KEY, token) == made
    assert len(token) <= 72  # a small picture, that is read from the last row


def test_a_photo_forwarded_15_seconds_later_is_old_and_never_was_good_for_longer_than_ten() -> None:
    shown = [NOON + timedelta(seconds=tenth / 10) for tenth in range(50)]
    for at in shown:
        taken = code(step=step_at(at))
        assert age(taken, step_at(at)) == "now"
        assert age(taken, step_at(at + timedelta(seconds=5))) == "now"
        assert age(taken, step_at(at + timedelta(seconds=10))) == "old"
        assert age(taken, step_at(at + timedelta(seconds=15))) == "old"


def test_a_code_of_the_future_is_not_accepted() -> None:
    assert age(code(), step_at(NOON) - 1) == "ahead"


def test_a_step_says_how_long_it_lasts() -> None:
    at = datetime.fromtimestamp(1_000_001.5, UTC)
    assert left_of(at) == pytest.approx(3.5)
    assert step_at(at, 60) == 16666


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_changed_token_is_one_of_ours(at: int, flip: int) -> None:
    token = token_of(KEY, code(branch_id=BRANCH))
    at %= len(token)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = alphabet[(alphabet.index(token[at]) + flip) % 64]
    changed = token[:at] + other + token[at + 1 :]
    read = read_token(KEY, changed)
    assert read is None or (changed != token and read == code(branch_id=BRANCH)) or changed == token


@pytest.mark.parametrize(
    "token", ["", "A", "A" * 46, "é" * 20, "../..", "A" * 5000, "a b", "=" * 8]
)
def test_what_is_no_token_is_refused(token: str) -> None:
    assert read_token(KEY, token) is None


def test_another_installation_s_token_is_refused() -> None:
    assert read_token(OTHER, token_of(KEY, code())) is None


def test_digits_are_good_for_two_steps_and_for_the_lesson_they_are_of() -> None:
    typed = digits_of(KEY, code())
    assert len(typed) == 6
    assert typed.isdigit()
    assert match_digits(KEY, typed, [code()]) == code()
    assert match_digits(KEY, typed, [code(step=code().step + 1)]) == code()
    assert match_digits(KEY, typed, [code(step=code().step + 2)]) is None
    assert match_digits(KEY, typed, [code(lesson_id=new_id()), code(branch_id=BRANCH)]) is None
    assert match_digits(OTHER, typed, [code()]) is None


def test_digits_say_nothing_of_the_token_and_rounds_differ() -> None:
    assert digits_of(KEY, code()) != digits_of(KEY, code(round=2))
    assert digits_of(KEY, code()) != digits_of(KEY, code(branch_id=BRANCH))
