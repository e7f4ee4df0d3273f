"""What is done to a recording after the class, step by step, beside the running site.

    preparing.add(Step("thumbnails", make_thumbnails, after=("transcode",)))

The rows of `recording_step` are the truth: a server that was killed goes on where it was. Steps of
one lane run one at a time over all recordings, in the order of their being added.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from media.confined import Broken, Refused
from media.files import MediaError
from server.events import RecordingPrepared
from server.http.context import House
from server.recordings.recording import Recording
from server.recordings.step import DONE, FAILED, RUNNING, WAITING, RecordingStep
from server.store.database import now

log = structlog.get_logger()

MOST_STARTS = 3  # of a step during which the whole server died
UNEXPECTED = "preparing.error.unexpected"
BROKE_OFF = "preparing.error.broke_off"

Progress = Callable[[float], None]
Lane = Literal["light", "heavy", "words"]
LANES: tuple[Lane, ...] = ("light", "heavy", "words")


class StepFailed(Exception):
    """A step cannot be done. `key` names the sentence for people, `params` fill it."""

    def __init__(self, key: str, **params: Any) -> None:
        super().__init__(key, params)
        self.key, self.params = key, params


class NotYet(StepFailed):
    """A step has to wait for something; `Preparing.wake` tries it again, and so does a start."""


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of work.

    run    with the recording's id and what to tell its progress to, 0 … 1; may come again
    after  steps of the same recording that come first, whether they succeed or not
    lane   "heavy": most of a processor for minutes; "words": a recogniser; else "light"
    wanted whether a recording needs it at all
    """

    name: str
    run: Callable[[str, Progress], Awaitable[None]]
    after: tuple[str, ...] = ()
    lane: Lane = "heavy"
    wanted: Callable[[Recording], bool] = lambda recording: True


@dataclass(frozen=True, slots=True)
class StepState:
    """How far one step is; `progress` is 0 … 1 while it runs."""

    row: RecordingStep
    progress: float


class Preparing:
    """The steps there are, and the one of each lane that is being done."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._steps: dict[str, Step] = {}
        self._wakers = {lane: asyncio.Event() for lane in LANES}
        self._lanes: list[asyncio.Task[None]] = []
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._progress: dict[tuple[str, str], float] = {}
        self._once_more: set[tuple[str, str]] = set()

    def add(self, step: Step) -> None:
        """Make a step known, before the start. Those it comes after are known already."""
        assert all(name in self._steps for name in step.after)
        self._steps[step.name] = step

    def knows(self, name: str) -> bool:
        """Is there a step of this name?"""
        return name in self._steps

    async def start(self) -> None:
        """Go on with what a stop or a crash broke off; a step that is new here is made up for."""
        async with self._house.database.session() as session:
            broken_off = RecordingStep.state == RUNNING
            await session.execute(update(RecordingStep).where(broken_off).values(state=WAITING))
            waiting = RecordingStep.state == WAITING
            await session.execute(update(RecordingStep).where(waiting).values(problem=""))
            ready = (Recording.kind == "lesson", Recording.state == "ready")
            for recording in list(await session.scalars(select(Recording).where(*ready))):
                await self._write_down(session, recording)
        self._lanes = [
            asyncio.create_task(self._follow(lane), name=f"preparing, {lane}") for lane in LANES
        ]
        self._wake_all()

    async def stop(self) -> None:
        """Break off; the next start goes on."""
        lanes, self._lanes = self._lanes, []
        for task in lanes:
            task.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
        async with self._house.database.session() as session:
            broken_off = RecordingStep.state == RUNNING
            told = update(RecordingStep).where(broken_off)
            await session.execute(told.values(state=WAITING, tries=0))

    async def begin(self, recording_id: str) -> None:
        """A recording is complete: all the steps it needs are due."""
        async with self._house.database.session() as session:
            recording = await session.get(Recording, recording_id)
            if recording is not None:
                await self._write_down(session, recording)
        self._wake_all()

    async def again(self, recording_id: str, *names: str) -> None:
        """Do these steps (once more); one that is running now is repeated when it is done."""
        fresh = {"state": WAITING, "tries": 0, "problem": "", "problem_params": {}}
        async with self._house.database.session() as session:
            if await session.get(Recording, recording_id) is None:
                return
            for name in filter(self.knows, names):
                row = await session.get(RecordingStep, (recording_id, name))
                if row is None:
                    session.add(RecordingStep(recording_id=recording_id, step=name))
                elif row.state == RUNNING:
                    self._once_more.add((recording_id, name))
                else:
                    for field, value in (*fresh.items(), ("asked_at", now()), ("done_at", None)):
                        setattr(row, field, value)
        self._wake_all()

    async def wake(self, name: str) -> None:
        """What steps of this name waited for (NotYet) may be there now."""
        async with self._house.database.session() as session:
            await session.execute(
                update(RecordingStep)
                .where(RecordingStep.step == name, RecordingStep.state == WAITING)
                .values(problem="")
            )
        self._wake_all()

    async def drop(self, recording_id: str) -> None:
        """The recording is being deleted: end what is done to it, and forget the rest."""
        async with self._house.database.session() as session:
            theirs = RecordingStep.recording_id == recording_id
            await session.execute(delete(RecordingStep).where(theirs))
        tasks = [task for (owner, _), task in self._running.items() if owner == recording_id]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def steps_of(self, session: AsyncSession, recording_id: str) -> list[StepState]:
        """How far everything is, in the order in which it is done."""
        rows = await session.scalars(
            select(RecordingStep).where(RecordingStep.recording_id == recording_id)
        )
        known = [row for row in rows if row.step in self._steps]
        order = list(self._steps)
        known.sort(key=lambda row: order.index(row.step))
        return [StepState(row, self._progress.get((recording_id, row.step), 0.0)) for row in known]

    async def _write_down(self, session: AsyncSession, recording: Recording) -> None:
        there = set(
            await session.scalars(
                select(RecordingStep.step).where(RecordingStep.recording_id == recording.id)
            )
        )
        for step in self._steps.values():
            if step.name not in there and step.wanted(recording):
                session.add(RecordingStep(recording_id=recording.id, step=step.name))

    def _wake_all(self) -> None:
        for waker in self._wakers.values():
            waker.set()

    async def _follow(self, lane: Lane) -> None:
        waker = self._wakers[lane]
        while True:
            waker.clear()
            try:
                due = await self._next(lane)
            except Exception:
                log.exception("steps not read")
                await asyncio.sleep(1)
                continue
            if due is None:
                await waker.wait()
            else:
                await self._do(*due)
                self._wake_all()

    async def _next(self, lane: Lane) -> tuple[str, Step] | None:
        """The first thing to do in this lane, marked as running."""
        names = [step.name for step in self._steps.values() if step.lane == lane]
        async with self._house.database.session() as session:
            due = list(
                await session.scalars(
                    select(RecordingStep).where(
                        RecordingStep.state == WAITING,
                        RecordingStep.problem == "",
                        RecordingStep.step.in_(names),
                    )
                )
            )
            due.sort(key=lambda row: (names.index(row.step), row.asked_at))
            for row in due:
                step = self._steps[row.step]
                if await self._is_first(session, row.recording_id, step.after):
                    row.tries += 1
                    if row.tries > MOST_STARTS:
                        row.state, row.problem, row.done_at = FAILED, BROKE_OFF, now()
                        continue
                    row.state, row.began_at, row.done_at = RUNNING, now(), None
                    return row.recording_id, step
        return None

    @staticmethod
    async def _is_first(session: AsyncSession, recording_id: str, after: Sequence[str]) -> bool:
        """Is nothing left of what comes before? What waits for something else does not hold up."""
        if not after:
            return True
        before = await session.scalars(
            select(RecordingStep).where(
                RecordingStep.recording_id == recording_id, RecordingStep.step.in_(after)
            )
        )
        return not any(
            row.state == RUNNING or (row.state == WAITING and not row.problem) for row in before
        )

    async def _do(self, recording_id: str, step: Step) -> None:
        key = (recording_id, step.name)

        def tell(share: float) -> None:
            self._progress[key] = min(1.0, max(0.0, share))

        tell(0.0)
        work = self._running[key] = asyncio.ensure_future(_awaited(step.run(recording_id, tell)))
        try:
            await asyncio.wait((work,))
        except asyncio.CancelledError:  # the site goes down: the row stays "running"
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            raise
        finally:
            self._running.pop(key, None)
            self._progress.pop(key, None)
        try:
            broken_off = StepFailed(UNEXPECTED)  # by `drop`: there is no row any more
            error = broken_off if work.cancelled() else work.exception()
            await self._keep(recording_id, step, error)
        except Exception:
            log.exception("step not kept", recording=recording_id, step=step.name)

    async def _keep(self, recording_id: str, step: Step, error: BaseException | None) -> None:
        """Write down how a step ended; a recording that is gone by now has no row."""
        values: dict[str, Any] = {"state": DONE, "problem": "", "problem_params": {}}
        if error is not None:
            key, params = why(error)
            state = WAITING if isinstance(error, NotYet) else FAILED
            values |= {"state": state, "problem": key, "problem_params": params}
            if not isinstance(error, StepFailed):
                log.error("step failed", recording=recording_id, step=step.name, exc_info=error)
        if (recording_id, step.name) in self._once_more:
            self._once_more.discard((recording_id, step.name))
            values = {"state": WAITING, "problem": "", "problem_params": {}, "asked_at": now()}
        async with self._house.database.session() as session:
            await session.execute(
                update(RecordingStep)
                .where(RecordingStep.recording_id == recording_id, RecordingStep.step == step.name)
                .values(tries=0, done_at=now(), **values)
            )
        if error is None:
            self._house.bus.publish(RecordingPrepared(recording_id, step.name))


def why(error: BaseException) -> tuple[str, dict[str, Any]]:
    """The sentence for people, as a key and what fills it."""
    if isinstance(error, StepFailed | Refused):
        return error.key, error.params
    if isinstance(error, MediaError):
        reached = getattr(error, "reached", None)
        return error.key, {} if reached is None else {"seconds": round(reached)}
    if isinstance(error, Broken):
        return "media.unusable", {}
    return UNEXPECTED, {}


async def _awaited(work: Awaitable[None]) -> None:
    await work
