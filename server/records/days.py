"""A page of the trajectory as it is read: by day, with what belongs together in one line. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import groupby

from server.i18n import Translator
from server.records.sections import KINDS, Entry

ICONS = {
    "lesson": "presentation",
    "watched": "circle-play",
    "quiz": "list-checks",
    "talk": "message-circle",
    "rehearsal": "mic",
    "rubric": "clipboard-check",
    "hours": "hourglass",
    "certificate": "award",
    "reminder": "bell",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Entries of one day that came one after another about the same, what matters most first."""

    entries: tuple[Entry, ...]

    @property
    def kind(self) -> str:
        """Of the one that says most."""
        return min((one.kind for one in self.entries), key=KINDS.index)

    @property
    def icon(self) -> str:
        """What stands before it."""
        return ICONS[self.kind]

    @property
    def title(self) -> str:
        """Of all of them."""
        return self.entries[0].title


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the school's time and its lines, the newest first."""

    day: date
    lines: list[Line]


def by_day(entries: Iterable[Entry], zone: tzinfo) -> list[Day]:
    """The entries, which are in order, by day."""
    found = []
    for day, of_day in groupby(entries, key=lambda one: one.at.astimezone(zone).date()):
        same = groupby(of_day, key=lambda one: one.title)
        found.append(Day(day, [Line(tuple(sorted(lines, key=_told))) for _, lines in same]))
    return found


def _told(entry: Entry) -> int:
    """What came of something is told after it."""
    return KINDS.index(entry.kind)


def said_in(words: Translator, entry: Entry) -> str:
    """What an entry says, without its title."""
    said = words.t(entry.detail, **entry.params) if entry.detail else ""
    return f"{said} {entry.quote}".strip()


def called(day: date, moment: datetime, words: Translator) -> str:
    """今天, 昨天, 11月20日 周五; Today, Fri 20 Nov."""
    today = moment.astimezone(words.zone).date()
    gone = (today - day).days
    if gone in (0, 1):
        return words.t("day.yesterday" if gone else "day.today")
    said = words.date(day, today)
    return f"{said} {words.weekday(day)}" if words.language == "zh" else said
