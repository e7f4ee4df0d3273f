"""Series keep their wall time, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import Invalid
from server.lessons.repeating import MOST_LESSONS, WORKDAYS, Repeat, moment_of, moments, shifted

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MONDAY, TWO = date(2026, 3, 2), time(14)
days = st.dates(date(2020, 1, 1), date(2040, 1, 1))
# between one and three in the night a time may be left out, or be there twice
day_times = st.times(time(4), time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0))
zones = st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("UTC")])


def test_a_lesson_alone_is_one_moment() -> None:
    assert moments(MONDAY, TWO, SHANGHAI) == [datetime(2026, 3, 2, 6, tzinfo=UTC)]


def test_every_week_until_a_day_that_counts() -> None:
    found = moments(MONDAY, TWO, SHANGHAI, Repeat(frozenset({0}), until=date(2026, 3, 16)))
    assert [moment.day for moment in found] == [2, 9, 16]


def test_workdays_leave_the_weekend_out() -> None:
    found = moments(date(2026, 3, 6), TWO, SHANGHAI, Repeat(WORKDAYS, times=3))
    assert [moment.day for moment in found] == [6, 9, 10]


def test_the_wall_time_stays_when_the_clocks_change() -> None:
    found = moments(date(2026, 3, 23), TWO, BERLIN, Repeat(frozenset({0}), times=2))
    assert [moment.hour for moment in found] == [13, 12]  # UTC: summer time in between
    assert {moment.astimezone(BERLIN).hour for moment in found} == {14}


def test_a_time_the_clocks_leave_out_is_an_hour_later() -> None:
    skipped = moment_of(date(2026, 3, 29), time(2, 30), BERLIN).astimezone(BERLIN)
    assert (skipped.hour, skipped.minute) == (3, 30)


@pytest.mark.parametrize(
    ("repeat", "key"),
    [
        (Repeat(frozenset(), times=3), "error.lesson.weekdays"),
        (Repeat(frozenset({0}), until=MONDAY - timedelta(days=1)), "error.lesson.none"),
        (Repeat(frozenset({2}), until=MONDAY), "error.lesson.none"),
        (Repeat(frozenset(range(7)), until=MONDAY + timedelta(days=400)), "error.lesson.many"),
        (Repeat(frozenset({0}), until=date(2099, 1, 1)), "error.lesson.far"),
        (Repeat(frozenset({0}), times=200), "error.lesson.far"),
    ],
)
def test_what_cannot_be_a_series_is_refused(repeat: Repeat, key: str) -> None:
    with pytest.raises(Invalid) as refused:
        moments(MONDAY, TWO, SHANGHAI, repeat)
    assert refused.value.key == key


@given(days, day_times, zones, st.sets(st.integers(0, 6), min_size=1), st.integers(1, 100))
def test_as_many_lessons_as_asked_for_at_that_wall_time(
    first: date, at: time, zone: ZoneInfo, weekdays: set[int], times: int
) -> None:
    found = moments(first, at, zone, Repeat(frozenset(weekdays), times=times))
    assert len(found) == times <= MOST_LESSONS
    here = [moment.astimezone(zone) for moment in found]
    assert all(moment.weekday() in weekdays and moment.date() >= first for moment in here)
    assert {moment.time() for moment in here} == {at}
    assert found == sorted(set(found))


@given(days, day_times, days, day_times, zones, st.integers(0, 300))
def test_what_follows_keeps_its_distance_in_days(
    old: date, at: time, new: date, later: time, zone: ZoneInfo, distance: int
) -> None:
    first = moment_of(old, at, zone)
    follower = moment_of(old + timedelta(days=distance), at, zone)
    assert shifted(first, first, new, later, zone) == moment_of(new, later, zone)
    moved = shifted(follower, first, new, later, zone)
    assert moved == moment_of(new + timedelta(days=distance), later, zone)
