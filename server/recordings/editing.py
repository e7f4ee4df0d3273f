"""The editions of recordings: which there are, the job that renders them, and their end."""

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from media.layout import MANIFEST, Manifest
from media.operations import BadEdit, Hide, Mute, Operation, Plan, plan_of
from server.accounts.person import Person
from server.errors import Conflict, Invalid, NotFound
from server.events import EditionReady, EditionRevoked, ReleaseChanged
from server.http.context import House
from server.recordings.edition import ORIGINAL, Edition, edition_folder
from server.recordings.recording import Recording, recording_folder
from server.recordings.release import release_of, show_instead, versions_of
from server.recordings.sealing import Sealing
from server.store.database import now

log = structlog.get_logger()

MOST_EDITIONS = 200  # of one recording
MOST_WAITING = 5
LEAST_FREE = 64 * 1024 * 1024  # bytes
UNEXPECTED, CANCELLED, NO_ROOM = "edition.unreadable", "edition.cancelled", "edition.disk_full"
ALTERED = "edition.altered"
PROBLEMS = (UNEXPECTED, CANCELLED, NO_ROOM, "edition.not_prepared")
UNDER_WAY = ("queued", "rendering")


async def editions_of(session: AsyncSession, recording_id: str) -> list[Edition]:
    """All editions of a recording, also failed and revoked ones, the newest first."""
    found = select(Edition).where(Edition.recording_id == recording_id)
    return list(await session.scalars(found.order_by(Edition.number.desc())))


async def edition_of(session: AsyncSession, recording_id: str, number: int) -> Edition | None:
    """One edition, whatever its state; None where there is none (the original is none)."""
    return await session.scalar(
        select(Edition).where(Edition.recording_id == recording_id, Edition.number == number)
    )


async def published(session: AsyncSession, recording_id: str) -> set[int]:
    """The editions (0: the original) that viewers had after a review, now or before."""
    return {version.edition for version in await versions_of(session, recording_id)}


def operations_of(edition: Edition) -> list[Operation]:
    """What was asked for, to begin a further edition with."""
    return msgspec.convert(edition.edits, list[Operation])


class Editing:
    """Renders editions in a process of its own, one at a time over all recordings.

    The rows are the truth. What a crash or a stop broke off is begun anew at the next start: an
    edition's folder appears when it is whole.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._child: tuple[str, asyncio.subprocess.Process] | None = None  # edition, its process
        self._at_work = ""  # the recording of which something is rendered
        self._rest = asyncio.Event()  # is set when that is done

    async def start(self) -> None:
        """Go on with what waits."""
        async with self._house.database.session() as session:
            broken_off = update(Edition).where(Edition.state == "rendering")
            await session.execute(broken_off.values(state="queued", progress=0.0))
        self._due.set()
        self._task = asyncio.create_task(self._follow(), name="editions")

    async def stop(self) -> None:
        """Break off; the next start begins anew."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def people(self, session: AsyncSession, recording_id: str) -> dict[str, str]:
        """Names by id of those whose voice or picture of their own is in a recording."""
        folder = recording_folder(self._house.folder, recording_id)
        ids = await asyncio.to_thread(_people_in, folder)
        found = await session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
        return {person: name for person, name in found}

    async def make(
        self,
        session: AsyncSession,
        recording_id: str,
        operations: Sequence[Operation],
        name: str,
        by: str,
    ) -> Edition:
        """Ask for an edition; `wake` once this session is over. Invalid, Conflict, NotFound."""
        recording = await session.scalar(
            select(Recording).where(Recording.id == recording_id).with_for_update()
        )
        if recording is None or recording.state != "ready":
            raise Conflict("error.lesson.no_recording")
        if not operations:
            raise Invalid("edit.nothing_done")
        people = await self.people(session, recording_id)
        plan = await asyncio.to_thread(self._plan, recording_id, operations, people)
        number = await self._next_number(session, recording_id)
        edition = Edition(
            recording_id=recording_id,
            number=number,
            name=name,
            edits=msgspec.to_builtins(list(operations)),
            cuts=[list(cut) for cut in plan.cuts],
            original=plan.duration,
            made_by=by,
        )
        session.add(edition)
        await session.flush()
        return edition

    def wake(self) -> None:
        """There is something to render."""
        self._due.set()

    async def cancel(self, recording_id: str, number: int) -> None:
        """Do not render it, or no further. Nothing where that is done. NotFound."""
        async with self._house.database.session() as session:
            edition = await edition_of(session, recording_id, number)
            if edition is None:
                raise NotFound
            if edition.state not in UNDER_WAY:
                return
            edition.state, edition.problem = "failed", CANCELLED
        self._kill(edition.id)

    async def revoke(
        self, recording_id: str, number: int, by: str, why: str, instead: int = ORIGINAL
    ) -> None:
        """Nobody gets the edition any more; who got it gets `instead`: of what is published, only
        something that was published before, and so was reviewed. NotFound, Conflict."""
        async with self._house.database.session() as session:
            edition = await edition_of(session, recording_id, number)
            if edition is None or edition.state != "ready":
                raise NotFound
            release = await release_of(session, recording_id)
            shown = release.edition == number
            if shown:
                other = await edition_of(session, recording_id, instead)
                if instead != ORIGINAL and (other is None or other.state != "ready"):
                    raise Conflict("edition.not_ready")
                if release.state == "published" and instead not in await published(
                    session, recording_id
                ):
                    raise Conflict("edition.no_other")
                await show_instead(session, release, instead, by, why)
            edition.state, edition.revoked_at = "revoked", now()
            edition.revoked_by, edition.revoked_why = by, why
        self._house.bus.publish(ReleaseChanged(recording_id))
        self._house.bus.publish(EditionRevoked(recording_id, number))
        folder = edition_folder(self._house.folder, recording_id, number)
        await asyncio.to_thread(shutil.rmtree, folder, True)

    async def drop(self, recording_id: str) -> None:
        """The recording is being deleted: render nothing of it any more."""
        async with self._house.database.session() as session:
            theirs = (Edition.recording_id == recording_id, Edition.state.in_(UNDER_WAY))
            ids = list(await session.scalars(select(Edition.id).where(*theirs)))
            ended = update(Edition).where(*theirs)
            await session.execute(ended.values(state="failed", problem=CANCELLED))
        for edition_id in ids:
            self._kill(edition_id)
        if self._at_work == recording_id:
            await self._rest.wait()

    def _plan(
        self, recording_id: str, operations: Sequence[Operation], people: Mapping[str, str]
    ) -> Plan:
        folder = recording_folder(self._house.folder, recording_id)
        try:
            return plan_of(operations, Manifest.load(folder), people)
        except BadEdit as problem:
            where = "" if problem.index is None else str(problem.index)
            raise Invalid(problem.key, field=where) from problem
        except (FileNotFoundError, ValueError) as problem:
            raise Conflict("error.lesson.no_recording") from problem

    async def _next_number(self, session: AsyncSession, recording_id: str) -> int:
        theirs = Edition.recording_id == recording_id
        last = await session.scalar(select(func.max(Edition.number)).where(theirs)) or 0
        waiting = select(func.count()).where(theirs, Edition.state.in_(UNDER_WAY))
        if last >= MOST_EDITIONS or (await session.scalar(waiting) or 0) >= MOST_WAITING:
            raise Conflict("edit.too_many_editions")
        return last + 1

    async def _follow(self) -> None:
        while True:
            self._due.clear()
            try:
                edition = await self._next()
            except Exception:
                log.exception("editions not read")
                await asyncio.sleep(1)
                continue
            if edition is None:
                await self._due.wait()
            else:
                self._at_work = edition.recording_id
                self._rest.clear()
                try:
                    await self._render(edition)
                finally:
                    self._at_work = ""
                    self._rest.set()

    async def _next(self) -> Edition | None:
        async with self._house.database.session() as session:
            waiting = select(Edition).where(Edition.state == "queued").order_by(Edition.made_at)
            edition = await session.scalar(waiting.limit(1))
            if edition is not None:
                edition.state, edition.progress = "rendering", 0.0
            return edition

    async def _render(self, edition: Edition) -> None:
        folder = recording_folder(self._house.folder, edition.recording_id)
        target = edition_folder(self._house.folder, edition.recording_id, edition.number)
        part = target.with_name(f"{edition.number}.part")
        try:
            await asyncio.to_thread(_clear, part, target)
            problem = await self._child_at_work(edition, folder, part)
            if not problem:
                await asyncio.to_thread(_put_in_place, part, target)
        except OSError as error:
            log.error("edition not rendered", recording=edition.recording_id, problem=str(error))
            problem = NO_ROOM if shutil.disk_usage(folder).free < LEAST_FREE else UNEXPECTED
        except BadEdit as error:
            problem = error.key
        except Exception:
            log.exception("edition not rendered", recording=edition.recording_id)
            problem = UNEXPECTED
        finally:
            await asyncio.to_thread(shutil.rmtree, part, True)
        await self._keep(edition, problem)

    async def _child_at_work(self, edition: Edition, folder: Path, part: Path) -> str:
        """Why it failed; "" where it did not."""
        operations = operations_of(edition)
        asked = {op.person: "" for op in operations if isinstance(op, Mute | Hide)}
        async with self._house.database.session() as session:
            people = asked | await self.people(session, edition.recording_id)
        manifest = await asyncio.to_thread(Manifest.load, folder)
        plan = plan_of(operations, manifest, people)
        if shutil.disk_usage(folder).free < LEAST_FREE:
            return NO_ROOM
        if await self._house.part(Sealing).check(edition.recording_id):
            return ALTERED
        command = (sys.executable, "-m", "media.editing", str(folder), str(part))
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
        self._child = edition.id, child
        try:
            complaints = asyncio.create_task(_all(child.stderr))
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(msgspec.json.encode(plan))
            child.stdin.write_eof()
            async for line in child.stdout:
                await self._tell(edition.id, float(line))
            await child.wait()
            said = (await complaints).strip()
        finally:
            self._child = None
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode == 0:
            return ""
        last = said.rpartition("\n")[2]
        if last not in PROBLEMS:
            log.error("edition not rendered", recording=edition.recording_id, problem=said[-2000:])
        return last if last in PROBLEMS else UNEXPECTED

    async def _tell(self, edition_id: str, share: float) -> None:
        async with self._house.database.session() as session:
            found = update(Edition).where(Edition.id == edition_id, Edition.state == "rendering")
            await session.execute(found.values(progress=share))

    async def _keep(self, edition: Edition, problem: str) -> None:
        """Write down how it ended, unless it was cancelled or its recording is gone."""
        async with self._house.database.session() as session:
            row = await session.get(Edition, edition.id)
            kept = row is not None and row.state == "rendering"
            if row is not None and kept:
                row.state, row.problem = ("failed", problem) if problem else ("ready", "")
                row.progress, row.ready_at = (row.progress if problem else 1.0), now()
        if kept and not problem:
            self._house.bus.publish(EditionReady(edition.recording_id, edition.number))
        elif not kept:
            target = edition_folder(self._house.folder, edition.recording_id, edition.number)
            await asyncio.to_thread(shutil.rmtree, target, True)

    def _kill(self, edition_id: str) -> None:
        if self._child is not None and self._child[0] == edition_id:
            self._child[1].kill()


async def _all(stream: asyncio.StreamReader | None) -> str:
    return (await stream.read()).decode("utf-8", "replace") if stream is not None else ""


def _people_in(folder: Path) -> list[str]:
    own = {path.parent.name for path in folder.glob(f"people/*/{MANIFEST}")}
    with suppress(FileNotFoundError, ValueError):
        own |= {shown.person for shown in Manifest.load(folder).shown}
    return sorted(own - {""})


def _clear(part: Path, target: Path) -> None:
    for place in (part, target):
        if place.exists():
            shutil.rmtree(place)
    part.parent.mkdir(parents=True, exist_ok=True)


def _put_in_place(part: Path, target: Path) -> None:
    part.rename(target)
    parent = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)
