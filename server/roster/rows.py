"""A roster as it was sent: people with where they belong; what a plain spreadsheet says of them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from media.confined import Refused
from server.errors import Invalid
from server.http.sheet_reading import MOST_ABOVE, TableRow
from server.roster.dates import read_date

COLUMNS = {
    "name": ("姓名", "name"),
    "login": ("用户名", "login", "sign-in name"),
    "unit": ("单位", "unit"),
    "rank": ("职级", "rank"),
    "post": ("岗位", "post"),
    "email": ("邮箱", "email", "e-mail"),
    "roles": ("角色", "roles", "role"),
    "cohort": ("班次", "cohort"),
    "starts": ("开班日期", "starts", "cohort starts"),
    "ends": ("结业日期", "ends", "cohort ends"),
    "outside_id": ("工号", "学号", "编号", "staff number", "id"),
}
LONGEST_ID = 255
_BETWEEN_HAN = re.compile(r"(?<=[㐀-鿿]) (?=[㐀-鿿])")


class Place(msgspec.Struct, frozen=True):
    """Somebody belongs to a cohort (trainee, adviser), or teaches its course (staff).

    The cohort is known by its name or, in a package, by the id the other system gave it.
    """

    name: str = ""
    outside_id: str = ""
    part: str = "trainee"
    ends: bool = False  # they do so no longer


class Row(msgspec.Struct, frozen=True):
    """What one row asks for; `number` is the row in its file, `problem` why it cannot be read."""

    number: int
    name: str = ""
    login: str = ""
    unit: str = ""
    rank: str = ""
    post: str = ""
    email: str = ""
    roles: str = ""
    outside_id: str = ""
    unit_id: str = ""
    identifier: str = ""  # what else the other system calls them, such as a staff number
    places: tuple[Place, ...] = ()
    gone: bool = False
    problem: tuple[str, dict[str, Any]] | None = None


class Group(msgspec.Struct, frozen=True):
    """A unit, a course, or a cohort with the id of its course."""

    kind: str
    outside_id: str
    name: str
    course_id: str = ""
    starts_on: str = ""  # ISO
    ends_on: str = ""
    gone: bool = False


class Contents(msgspec.Struct, frozen=True):
    """What a file holds beside its rows. `whole`: who is not in it, is not there any more."""

    kind: str  # "sheet" or "oneroster"
    source: str
    version: str = ""
    whole: bool = False
    groups: tuple[Group, ...] = ()
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()


def tidy_name(text: str) -> str:
    """A name without the space that fills 张　三 up to the width of three characters."""
    return _BETWEEN_HAN.sub("", text)


class SheetRows:
    """The rows below the heading, which may stand below a title. Raises Refused without one."""

    def __init__(self, table: Iterable[TableRow]) -> None:
        self._table = iter(table)
        self._places = self._find_heading()
        self.days: dict[str, tuple[str, str]] = {}  # cohort → first and last day, ISO

    def __iter__(self) -> Iterator[Row]:
        for number, cells in self._table:
            said = {column: _cell(cells, place) for column, place in self._places.items()}
            if not any(said.values()) or self._repeats_heading(said):
                continue
            yield self._row(number, said)

    def groups(self) -> tuple[Group, ...]:
        """The cohorts of which a day is known, once all rows were read."""
        return tuple(
            Group("cohort", "", name, starts_on=starts, ends_on=ends)
            for name, (starts, ends) in self.days.items()
        )

    def _find_heading(self) -> dict[str, int]:
        for _, heading in (row for _, row in zip(range(MOST_ABOVE), self._table, strict=False)):
            places = {
                column: place
                for place, title in reversed(list(enumerate(heading)))
                for column, titles in COLUMNS.items()
                if title.strip().lower() in titles
            }
            if {"name", "login"} <= places.keys():
                return places
        raise Refused("error.intake.heading")

    def _repeats_heading(self, said: dict[str, str]) -> bool:
        return all(said[column].lower() in COLUMNS[column] for column in ("name", "login"))

    def _row(self, number: int, said: dict[str, str]) -> Row:
        starts, ends = said.pop("starts", ""), said.pop("ends", "")
        cohort = said.pop("cohort", "")
        said["name"] = tidy_name(said["name"])
        said["outside_id"] = said.get("outside_id", "")[:LONGEST_ID]
        problem: tuple[str, dict[str, Any]] | None = None
        try:
            self._keep_days(cohort, starts, ends)
        except Invalid as invalid:
            problem = (invalid.key, invalid.params)
        places = (Place(cohort),) if cohort else ()
        return msgspec.structs.replace(Row(number, places=places, problem=problem), **said)

    def _keep_days(self, cohort: str, starts: str, ends: str) -> None:
        days = [day.isoformat() if day else "" for day in (read_date(starts), read_date(ends))]
        if all(days) and days[0] > days[1]:
            raise Invalid("error.cohort.dates")
        if cohort and any(days):
            before = self.days.get(cohort, ("", ""))
            self.days[cohort] = (before[0] or days[0], before[1] or days[1])


def _cell(cells: list[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""
