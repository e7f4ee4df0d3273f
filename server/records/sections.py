"""The trajectory 轨迹: everything a person did, the newest first, from whoever knows of it.

Each subject that has something to tell is asked by a provider of its own, for one page at a time;
`app.py` introduces them. A page ends at an entry, and the next one begins after it, so that what
comes in between moves nothing.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.ext.asyncio import AsyncSession

from server.attendance.reckoning import Reason
from server.errors import Invalid, NotFound
from server.http.forms import YEARS

KINDS = (
    "lesson",  # came to a lesson, or did not
    "watched",  # watched a recording
    "quiz",  # answered a question of a quiz
    "talk",  # asked or answered in a lesson, wrote a comment
    "rehearsal",  # tried a lesson out
    "rubric",  # handed in a rubric
    "hours",  # hours were credited
    "certificate",  # got a certificate
    "reminder",  # was reminded
)
CONTESTABLE = ("lesson", "watched", "quiz", "hours", "certificate")
PAGE = 30
SECOND = timedelta(seconds=1)
MOST_AT_ONCE = 1000
Rows = TypeVar("Rows", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    at      when
    kind    of KINDS
    id      of what it is about, unlike any other of its kind
    title   what it was: the name of a lesson, a course, a certificate
    href    where a click leads, "" for nowhere
    detail  a locale key, filled with `params`; "" for none
    quote   what somebody said or wrote, as they did
    mark    a status of attendance, drawn as a mark
    why     the reasons for it (`server.attendance.reckoning.Reason`)
    """

    at: datetime
    kind: str
    id: str
    title: str
    href: str = ""
    detail: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    quote: str = ""
    mark: str = ""
    why: tuple[Reason, ...] = ()

    @property
    def place(self) -> tuple[datetime, str, str]:
        """Where it stands in the order of all."""
        return self.at, self.kind, self.id

    @property
    def address(self) -> str:
        """The same as text, to name it in addresses."""
        return write_place(self)

    @property
    def contestable(self) -> bool:
        """May its person say that it is not so?"""
        return self.kind in CONTESTABLE and (self.kind != "lesson" or bool(self.mark))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page needs: whose entries, from `since` until before `until`, those after the entry
    at `after` alone, at most `limit`. `own`: the person themselves is reading."""

    person_id: str
    own: bool
    limit: int = PAGE
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[datetime, str, str] | None = None

    def narrow(
        self,
        rows: Rows,
        kind: str,
        at: Any,
        row_id: Any,
        as_kept: Callable[[datetime], Any] = lambda moment: moment,
    ) -> Rows:
        """The rows of this page in their order, by the columns of their moment (kept `as_kept`) and
        of the id their entries have."""
        conditions: list[ColumnElement[bool]] = []
        if self.since:
            conditions.append(at >= as_kept(self.since))
        if self.until:
            conditions.append(at < as_kept(self.until))
        if self.after:
            moment, last_kind, last_id = as_kept(self.after[0]), self.after[1], self.after[2]
            earlier = at <= moment if kind < last_kind else at < moment
            same = and_(at == moment, row_id < last_id)
            conditions.append(or_(earlier, same) if kind == last_kind else earlier)
        return rows.where(*conditions).order_by(at.desc(), row_id.desc()).limit(self.limit)

    def pick(self, entries: Iterable[Entry]) -> list[Entry]:
        """The same of entries that are made already."""
        fitting = [
            one
            for one in entries
            if (self.since is None or one.at >= self.since)
            and (self.until is None or one.at < self.until)
            and (self.after is None or one.place < self.after)
        ]
        return sorted(fitting, key=lambda one: one.place, reverse=True)[: self.limit]


Provider = Callable[[AsyncSession, Asked], Awaitable[list[Entry]]]


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, the newest first; `more`: the address of what follows, "" at the end."""

    entries: list[Entry]
    more: str


class Trajectory:
    """A house part: who tells what people did."""

    def __init__(self) -> None:
        self._providers: list[tuple[str, Provider]] = []

    def add(self, kind: str, provider: Provider) -> None:
        """Ask `provider` for entries of `kind`; there may be several as long as their ids differ.
        It gives at most `asked.limit`, those that come first in the order."""
        self._providers.append((kind, provider))

    @property
    def kinds(self) -> list[str]:
        """Of which kinds there may be entries, in the order of KINDS."""
        known = {kind for kind, _ in self._providers}
        return [kind for kind in KINDS if kind in known]

    async def page(self, session: AsyncSession, asked: Asked, kind: str = "") -> Page:
        """One page, of one kind where that is given."""
        wanted = replace(asked, limit=asked.limit + 1)
        found = [
            entry
            for its_kind, provider in self._providers
            if kind in ("", its_kind)
            for entry in await provider(session, wanted)
        ]
        found.sort(key=lambda one: one.place, reverse=True)
        shown = found[: asked.limit]
        return Page(shown, write_place(shown[-1]) if len(found) > asked.limit else "")

    async def line(
        self, session: AsyncSession, asked: Asked, place: tuple[datetime, str, str]
    ) -> Entry:
        """The entry that stands at a place. NotFound."""
        moment, kind, line_id = place
        around = replace(asked, since=moment, until=moment + SECOND, limit=MOST_AT_ONCE)
        page = await self.page(session, around, kind)
        for entry in page.entries:
            if entry.id == line_id:
                return entry
        raise NotFound


def write_place(entry: Entry) -> str:
    """Where an entry stands, as text of an address."""
    return f"{entry.at.astimezone(UTC).isoformat()}~{entry.kind}~{entry.id}"


def read_place(text: str) -> tuple[datetime, str, str] | None:
    """What `write_place` wrote; None for "". Invalid."""
    if not text:
        return None
    parts = text.split("~", 2)
    try:
        moment = datetime.fromisoformat(parts[0].replace(" ", "+"))
        if len(parts) < 3 or moment.tzinfo is None or parts[1] not in KINDS or len(text) > 200:
            raise ValueError
        moment = moment.astimezone(UTC)
        if not YEARS[0] <= moment.year <= YEARS[1]:
            raise ValueError
    except (ValueError, OverflowError):
        raise Invalid("error.record.place") from None
    return moment, parts[1], parts[2]
