"""When a lesson can be entered."""

from datetime import timedelta

import pytest

from server.lessons.lesson import Lesson
from tests.server.lessons.making import ZONE, at


def lesson(**more: object) -> Lesson:
    return Lesson(starts_at=at("2026-03-02 14:00"), minutes=90, **more)


@pytest.mark.parametrize(
    ("role", "moment", "open_"),
    [
        ("teacher", "2026-03-01 23:59", False),
        ("teacher", "2026-03-02 00:00", True),
        ("assistant", "2026-03-02 08:00", True),
        ("trainee", "2026-03-02 13:29", False),
        ("trainee", "2026-03-02 13:30", True),
        ("supervisor", "2026-03-02 13:30", True),
        ("guest", "2026-03-02 13:29", False),
        ("trainee", "2026-03-02 17:30", True),
        ("teacher", "2026-03-02 17:31", False),
    ],
)
def test_leaders_come_all_day_others_half_an_hour_before(
    role: str, moment: str, open_: bool
) -> None:
    assert lesson().is_open(role, at(moment), ZONE) is open_


def test_a_lesson_after_midnight_opens_an_hour_before() -> None:
    early = Lesson(starts_at=at("2026-03-02 00:30"), minutes=90)
    assert early.opens_at("teacher", ZONE) == at("2026-03-01 23:30")


def test_a_lesson_that_ended_or_was_called_off_is_closed() -> None:
    during = at("2026-03-02 14:30")
    assert not lesson(ended_at=during).is_open("teacher", during, ZONE)
    assert not lesson(cancelled_at=during).is_open("teacher", during, ZONE)


def test_a_lesson_that_goes_on_longer_stays_open() -> None:
    late = lesson().ends_at + timedelta(hours=3)
    assert not lesson().is_open("trainee", late, ZONE)
    assert lesson(room_id="there").is_open("trainee", late, ZONE)
