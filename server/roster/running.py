"""Taking a roster in: looked at, kept until it is written, then written in portions that can be
watched and stopped. A run that was stopped is gone on with by taking the same file in again."""

import asyncio
import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import structlog

from server.accounts.person import Person
from server.accounts.sessions import end_all_sessions
from server.errors import Conflict, Problem
from server.events import PersonDeactivated
from server.http.context import House
from server.roster.change import KINDS, Change, GroupChange, Preview
from server.roster.comparing import Decisions, Keeper, compare
from server.roster.directory import read_directory
from server.roster.reading import Roster, read_roster
from server.roster.rows import Contents, Row
from server.roster.writing import AT_ONCE, Written, write_groups, write_people
from server.store.database import now

PAGE = 100  # changes on a page
CONSOLE = "console-"  # begins the names of files that commands hand over
LEFT_BEHIND = timedelta(days=1)
log = structlog.get_logger()


class Summary(msgspec.Struct):
    """What a preview found, without its rows. `mark` names it when it is written in."""

    mark: str
    contents: Contents
    counts: dict[str, int]
    groups: list[GroupChange]


@dataclass(slots=True)
class Run:
    """One roster being written in. `state`: running, done, cancelled or failed."""

    total: int = 0
    done: int = 0
    state: str = "running"
    problem: Problem | None = None
    counts: dict[str, int] = field(default_factory=dict)
    links: list[tuple[str, str, str, str]] = field(default_factory=list)
    cancelled: bool = False
    task: asyncio.Task[None] | None = None


async def look(
    house: House, keeper: Keeper, roster: Roster, decisions: Decisions | None = None, rest: str = ""
) -> Preview:
    """Compare with everybody; nothing is held or written meanwhile."""
    there = await read_directory(house.database, roster.contents.source)
    return await asyncio.to_thread(compare, roster, keeper, there, decisions, rest or "skip")


async def write(
    house: House,
    keeper: Keeper,
    giver: Person,
    roster: Roster,
    found: Preview,
    run: Run,
    absent: bool,
) -> None:
    """Write in what `look` found, telling `run` how far it is; stops where that is cancelled."""
    changes = found.effective(absent=absent)
    run.total, run.counts = len(changes), found.counts()
    source = roster.contents.source
    async with house.database.session() as session:
        keys = await write_groups(session, keeper, source, found.groups)
    for portion in _portions(changes):
        if run.cancelled:
            run.state = "cancelled"
            return
        async with house.database.session() as session:
            written = await write_people(session, keeper, giver, source, portion, keys)
        await _follow(house, written)
        run.links += written.links
        run.done += len(portion)
        await asyncio.sleep(0)
    run.state = "done"


class Intakes:
    """What people who keep the accounts are taking in: one file each."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._one_at_a_time = asyncio.Lock()
        self._runs: dict[str, Run] = {}

    def clear(self) -> None:
        """Clear away what nobody wrote in before the last stop, and what commands left behind."""
        old = (now() - LEFT_BEHIND).timestamp()
        for file in self._house.folder.sub("intake").iterdir():
            if not file.name.startswith(CONSOLE) or file.stat().st_mtime < old:
                file.unlink(missing_ok=True)

    async def stop(self) -> None:
        """Stop after the portions that are being written."""
        for run in self._runs.values():
            run.cancelled = True
            if run.task:
                await run.task

    async def preview(self, keeper: Keeper, content: bytes) -> Summary:
        """Look at the file and keep it until another comes. Raises Invalid."""
        async with self._one_at_a_time:
            roster = await read_roster(content)
            found = await look(self._house, keeper, roster)
            return await asyncio.to_thread(self._keep, keeper.id, roster, found)

    def kept(self, giver_id: str) -> Summary | None:
        """The preview that was made last, if it was not written in."""
        with contextlib.suppress(FileNotFoundError):
            return msgspec.msgpack.decode(
                self._file(giver_id, "summary").read_bytes(), type=Summary
            )
        return None

    def page(self, giver_id: str, kind: str, number: int) -> list[Change]:
        """The changes of that kind on page `number` (from 1) of the preview."""
        assert kind in KINDS
        with self._file(giver_id, kind).open("rb") as lines:
            found = islice(lines, (number - 1) * PAGE, number * PAGE)
            return [msgspec.json.decode(line, type=Change) for line in found]

    def start(
        self,
        keeper: Keeper,
        giver: Person,
        mark: str,
        *,
        decisions: Decisions,
        rest: str,
        absent: bool,
    ) -> Run:
        """Begin to write in the preview with this mark. Conflict where it is gone, or one runs."""
        kept = self.kept(giver.id)
        if kept is None or kept.mark != mark:
            raise Conflict("error.intake.gone")
        if (before := self._runs.get(giver.id)) and before.state == "running":
            raise Conflict("error.intake.running")
        run = self._runs[giver.id] = Run(counts=kept.counts)
        run.task = asyncio.create_task(self._run(keeper, giver, run, decisions, rest, absent))
        return run

    def run_of(self, giver_id: str) -> Run | None:
        """The run that was started last since the server started."""
        return self._runs.get(giver_id)

    async def _run(
        self, keeper: Keeper, giver: Person, run: Run, decisions: Decisions, rest: str, absent: bool
    ) -> None:
        try:
            async with self._one_at_a_time:
                roster = await asyncio.to_thread(self._roster, giver.id)
                found = await look(self._house, keeper, roster, decisions, rest)
                await write(self._house, keeper, giver, roster, found, run, absent)
                self._forget(giver.id)
        except Problem as problem:
            run.state, run.problem = "failed", problem
        except Exception:
            log.exception("a roster could not be written in")
            run.state, run.problem = "failed", Problem()

    def _keep(self, giver_id: str, roster: Roster, found: Preview) -> Summary:
        content = msgspec.msgpack.encode((roster.contents, roster.rows))
        self._file(giver_id, "roster").write_bytes(content)
        files: dict[str, Any] = {kind: self._file(giver_id, kind).open("wb") for kind in KINDS}
        with contextlib.ExitStack() as closing:
            for file in files.values():
                closing.enter_context(file)
            for change in found.changes:
                files[change.kind].write(msgspec.json.encode(change) + b"\n")
        mark = hashlib.sha256(content).hexdigest()
        summary = Summary(mark, roster.contents, found.counts(), found.groups[:1000])
        self._file(giver_id, "summary").write_bytes(msgspec.msgpack.encode(summary))
        return summary

    def _forget(self, giver_id: str) -> None:
        for name in ("summary", "roster", *KINDS):
            self._file(giver_id, name).unlink(missing_ok=True)

    def _roster(self, giver_id: str) -> Roster:
        content = self._file(giver_id, "roster").read_bytes()
        contents, rows = msgspec.msgpack.decode(content, type=tuple[Contents, list[Row]])
        return Roster(contents, rows)

    def _file(self, giver_id: str, name: str) -> Path:
        return self._house.folder.sub("intake") / f"{giver_id}.{name}"


async def _follow(house: House, written: Written) -> None:
    for person_id in written.deactivated:
        await end_all_sessions(house.database, person_id)
        house.bus.publish(PersonDeactivated(person_id))


def _portions(changes: list[Change]) -> Iterator[list[Change]]:
    for start in range(0, len(changes), AT_ONCE):
        yield changes[start : start + AT_ONCE]
