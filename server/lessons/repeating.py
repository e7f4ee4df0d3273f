"""When the lessons of a series are: wall time of the school, whatever the clocks do in between."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from server.errors import Invalid

MOST_LESSONS = 200
FURTHEST = timedelta(days=730)  # from the first lesson
WORKDAYS = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Repeat:
    """On which `weekdays` (0 = Monday) lessons are, until a day (inclusive) or so many times.

    Without `until` and `times` there is no repetition.
    """

    weekdays: frozenset[int]
    until: date | None = None
    times: int | None = None


def moment_of(day: date, at: time, zone: tzinfo) -> datetime:
    """This wall time as UTC. A time that a change of clocks leaves out is the one an hour later."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def moments(first: date, at: time, zone: tzinfo, repeat: Repeat | None = None) -> list[datetime]:
    """The beginnings, UTC, of one lesson or of a series whose first day is not before `first`.

    Invalid where there would be none, or more than MOST_LESSONS.
    """
    if repeat is None:
        return [moment_of(first, at, zone)]
    days: list[date] = []
    for day in _days(first, repeat):
        if len(days) == MOST_LESSONS:
            raise Invalid("error.lesson.many", field="until", limit=MOST_LESSONS)
        days.append(day)
    if not days:
        raise Invalid("error.lesson.none", field="until")
    return [moment_of(day, at, zone) for day in days]


def _days(first: date, repeat: Repeat) -> Iterator[date]:
    if not repeat.weekdays:
        raise Invalid("error.lesson.weekdays", field="weekdays")
    last, left = first + FURTHEST, repeat.times
    if repeat.until is not None:
        if repeat.until > last:
            raise Invalid("error.lesson.far", field="until")
        last = repeat.until
    day = first
    while day <= last and left != 0:
        if day.weekday() in repeat.weekdays:
            yield day
            left = None if left is None else left - 1
        day += timedelta(days=1)
    if left:
        raise Invalid("error.lesson.far", field="times")


def shifted(moment: datetime, old: datetime, day: date, at: time, zone: tzinfo) -> datetime:
    """Where a later lesson of a series goes when the one at `old` goes to `day` and `at`: as many
    days further, at the same new wall time."""
    days = day - old.astimezone(zone).date()
    return moment_of(moment.astimezone(zone).date() + days, at, zone)
