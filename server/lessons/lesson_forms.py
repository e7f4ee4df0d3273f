"""What people type about lessons, read and bounded."""

from dataclasses import dataclass
from datetime import date, time

from server.errors import Invalid
from server.http.forms import Form
from server.i18n import LANGUAGES
from server.lessons.planning import About
from server.lessons.repeating import MOST_LESSONS, WORKDAYS, Repeat

LONGEST_TITLE = 200
LONGEST_PLACE = 100
LONGEST_REASON = 300
SHORTEST, LONGEST = 5, 600  # minutes
REPEATS = ("no", "week", "workdays", "days")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class When:
    """A day, a wall time and a length in minutes."""

    day: date
    at: time
    minutes: int


def read_about(form: Form) -> About:
    """What a lesson is, apart from when."""
    return About(
        title=_line(form.text("title", limit=LONGEST_TITLE)),
        place=_line(form.text("place", limit=LONGEST_PLACE, required=False)),
        language=form.choice("language", LANGUAGES),
        cohort_ids=set(form.many("cohorts")),
        staff_ids=set(form.many("staff")),
    )


def read_when(form: Form) -> When:
    """When it is, in the school's time."""
    day = form.day("day")
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        raise Invalid("error.form.date", field="day")
    return When(day, form.clock("at"), form.number("minutes", low=SHORTEST, high=LONGEST))


def read_repeat(form: Form, first: date) -> Repeat | None:
    """How it is repeated, None where it is not."""
    how = form.choice("repeat", REPEATS)
    if how == "no":
        return None
    days = {
        "week": frozenset({first.weekday()}),
        "workdays": WORKDAYS,
        "days": frozenset(int(day) for day in form.many("weekdays") if day in "0123456" and day),
    }[how]
    if form.choice("end", ("until", "times")) == "times":
        return Repeat(days, times=form.number("times", low=1, high=MOST_LESSONS))
    until = form.day("until")
    if until is None:
        raise Invalid("error.form.date", field="until")
    return Repeat(days, until=until)


def read_reason(form: Form) -> str:
    """Why a lesson is called off."""
    return _line(form.text("why", limit=LONGEST_REASON))


def following(form: Form) -> bool:
    """Are the later lessons of the series meant as well?"""
    return form.choice("scope", ("one", "following")) == "following"


def _line(text: str) -> str:
    return " ".join(text.split())
