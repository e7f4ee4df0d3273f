"""Days in the forms people write them."""

from datetime import date

import pytest

from server.errors import Invalid
from server.roster.dates import read_date


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24",
        "2026/11/24",
        "2026年11月24日",
        "24.11.2026",
        "20261124",
        "46350",
        "２０２６-１１-２４",
        "2026-11-24T00:00:00",
        "2026.11.24",
    ],
)
def test_one_day_in_many_forms(text: str) -> None:
    assert read_date(text) == date(2026, 11, 24)


@pytest.mark.parametrize("text", ["11/24/2026", "2026-13-01", "soon", "1", "2026-02-30", "9" * 30])
def test_what_could_be_another_day_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_date(text)


def test_nothing_is_no_day() -> None:
    assert read_date("　") is None
