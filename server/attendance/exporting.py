"""Attendance as rows of a table: of a lesson, a cohort, a person, a period."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.accounts.person import Person
from server.attendance.reckoning import STATUSES, Result
from server.attendance.saying import reason_said
from server.http.spreadsheet import Cell
from server.i18n import Translator
from server.lessons.lesson import Lesson

COLUMNS = (
    "name", "unit", "course", "lesson", "at", "status", "reckoned", "minutes", "share",
    "arrived", "left", "branch", "why",
)  # fmt: skip
SHEET_NAME = 30  # characters a spreadsheet program takes


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's attendance of one lesson; `result` None: nothing is known."""

    person: Person
    lesson: Lesson
    course: str
    result: Result | None
    branch: str = ""


def table(
    words: Translator, entries: Iterable[Entry], names: Mapping[str, str]
) -> list[list[Cell]]:
    """A heading and a row for each entry. Times are the school's."""
    rows: list[list[Cell]] = [[words.t(f"attendance.column.{name}") for name in COLUMNS]]
    for entry in entries:
        result = entry.result
        known: list[Cell] = [
            entry.person.name,
            entry.person.unit,
            entry.course,
            entry.lesson.title,
            words.stamp(entry.lesson.starts_at),
        ]
        if result is None:
            said: list[Cell] = [words.t("attendance.state.unknown"), "", "", "", "", ""]
            why = ""
        else:
            said = [
                words.t(f"attendance.status.{result.status}"),
                words.t(f"attendance.status.{result.reckoned}"),
                round(result.minutes, 1),
                round(100 * result.share),
                words.stamp(result.arrived_at) if result.arrived_at else "",
                words.stamp(result.left_at) if result.left_at else "",
            ]
            why = " ".join(reason_said(words, one, names) for one in result.reasons)
        rows.append([*known, *said, entry.branch, why])
    return rows


def summary(words: Translator, entries: Iterable[Entry]) -> list[list[Cell]]:
    """A heading and a row for each person: how often which status, and how many minutes."""
    counts: dict[str, Counter[str]] = {}
    minutes: Counter[str] = Counter()
    people: dict[str, Person] = {}
    for entry in entries:
        person = people.setdefault(entry.person.id, entry.person)
        counted = counts.setdefault(person.id, Counter())
        if entry.result is not None:
            counted[entry.result.status] += 1
            minutes[person.id] += round(entry.result.minutes)
    names = ("name", "unit", "lessons")
    head: list[Cell] = [words.t(f"attendance.column.{name}") for name in names]
    head += [words.t(f"attendance.status.{status}") for status in STATUSES]
    rows: list[list[Cell]] = [[*head, words.t("attendance.column.minutes")]]
    for person_id, counted in counts.items():
        person = people[person_id]
        known: list[Cell] = [person.name, person.unit, counted.total()]
        rows.append([*known, *(counted[one] for one in STATUSES), minutes[person_id]])
    return rows
