"""Processing of takes: one at a time, in a process of its own. The row is the truth.

The queue (huey, in a SQLite file of its own) is only a hint: it is emptied at every start, and what
the rows say is due is put in again. So a server that was killed goes on where it was.
"""

import asyncio
import shutil
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog
from huey import SqliteHuey
from huey.consumer import Consumer
from sqlalchemy import select, update

from media.models import Model
from server.events import Event, ModelChanged, TakeProgress, TakeReady
from server.hearing.ear import Ear
from server.http.context import House
from server.store.database import new_id
from server.takes.by_hand import read_hand
from server.takes.jobs import UPLOAD, job_for, settle_import
from server.takes.pipeline import WEIGHTS
from server.takes.take import (
    DONE,
    FAILED,
    MOST_TRIES,
    QUEUED,
    RUNNING,
    WAITING,
    Take,
    take_folder,
)
from server.takes.worker import Job, Note, Worker

log = structlog.get_logger()
T = TypeVar("T")

TRY_AGAIN_S = 2
QUIET_S = 1.5  # after the last change by hand, before measures are taken again
STOP_S = 20.0


class _Quiet(Consumer):  # type: ignore[misc]
    """Huey's workers as threads of a server that handles signals itself."""

    def _set_signal_handlers(self) -> None:
        """Leave the signals to uvicorn."""


class Processing:
    """What is due, and the one that is being worked on."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._stopping = False
        self._working: tuple[str, Worker] | None = None
        self._lock = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()
        self._later: dict[str, asyncio.TimerHandle] = {}

    async def start(self) -> None:
        """Put in what is due and begin."""
        self._stopping = False
        self._loop = asyncio.get_running_loop()
        self._queue = SqliteHuey(
            "takes", filename=str(self._house.folder.path / "queue.sqlite"), fsync=False
        )
        self._queue.flush()
        self._task = self._queue.task(name="process")(self._process)
        self._consumer = _Quiet(
            self._queue, workers=1, worker_type="thread", periodic=False, max_delay=1.0
        )
        self._consumer.start()
        self._unsubscribe = self._house.bus.subscribe(ModelChanged, self._model_changed)
        await self._put_in(RUNNING, QUEUED, WAITING)

    async def stop(self) -> None:
        """Break off; the next start goes on."""
        self._stopping = True
        self._unsubscribe()
        for timer in self._later.values():
            timer.cancel()
        with self._lock:
            if self._working:
                self._working[1].end()
        self._consumer.stop()
        if not await asyncio.to_thread(self._idle.wait, STOP_S):
            log.error("the worker did not end")
        self._queue.storage.close()

    @property
    def worker_pid(self) -> int | None:
        """The number of the process that works on a take now."""
        working = self._working
        return working[1].pid if working else None

    async def enqueue(self, take_id: str) -> None:
        """Processing of this take is due: from the beginning, with all its tries."""
        await self._set(take_id, state=QUEUED, stage="", progress=0.0, tries=0, error_key="")
        self._task(take_id)

    async def measure_again(self, take_id: str) -> None:
        """Something was put right by hand: once no more is coming, take the measures again."""
        async with self._house.database.session() as session:
            await session.execute(
                update(Take)
                .where(Take.id == take_id, Take.state.in_((DONE, FAILED, WAITING)))
                .values(state=QUEUED, stage="measures", progress=0.0, tries=0, error_key="")
            )
        if before := self._later.pop(take_id, None):
            before.cancel()
        self._later[take_id] = self._loop.call_later(QUIET_S, self._put_in_again, take_id)

    def _put_in_again(self, take_id: str) -> None:
        self._later.pop(take_id, None)
        self._task(take_id)

    def cancel(self, take_id: str) -> None:
        """The take is being deleted: stop working on it."""
        with self._lock:
            if self._working and self._working[0] == take_id:
                self._working[1].end()

    # ── on the event loop ──

    async def _model_changed(self, _event: Event) -> None:
        if self._house.part(Ear).model:
            await self._put_in(WAITING)

    async def _put_in(self, *states: str) -> None:
        async with self._house.database.session() as session:
            due = await session.scalars(
                update(Take).where(Take.state.in_(states)).values(state=QUEUED).returning(Take.id)
            )
            ids = sorted(due)
        for take_id in ids:
            self._task(take_id)

    async def _set(self, take_id: str, **values: Any) -> None:
        async with self._house.database.session() as session:
            await session.execute(update(Take).where(Take.id == take_id).values(**values))

    async def _begin(self, take_id: str) -> Job | None:
        """Take the row up; None where nothing is to be done, or not yet."""
        model: Model | None = self._house.part(Ear).model
        async with self._house.database.session() as session:
            take = await session.scalar(
                select(Take).where(Take.id == take_id, Take.state.in_((QUEUED, RUNNING)))
            )
            if take is None:
                return None
            out = take_folder(self._house.folder, take_id) / f"result-{new_id()}"
            job = await job_for(session, self._house, take, model, out)
            possible = model is not None or job.upload or job.before
            take.state, take.stage, take.progress = RUNNING if possible else WAITING, "", 0.0
        return job if possible else None

    async def _step(self, take_id: str, job: Job, note: Note) -> None:
        done = share_of_whole(note.stage, note.share)
        if job.upload and note.stage == "sound" and note.share == 0:
            await settle_import(self._house, take_id)
        await self._set(take_id, stage=note.stage, progress=done)
        self._house.bus.publish(TakeProgress(take_id, note.stage, done))

    async def _end(self, take_id: str, job: Job, note: Note) -> bool:
        """Write down how it ended; True where another try is due."""
        if note.ended == "done":
            await self._finish(take_id, job)
            return False
        async with self._house.database.session() as session:
            take = await session.scalar(select(Take).where(Take.id == take_id))
            if take is None:
                return False
            if note.ended == "waiting":
                take.state = WAITING
                return False
            take.tries += 1
            again = note.ended == "failed" and take.tries < MOST_TRIES
            take.state = QUEUED if again else FAILED
            take.error_key, take.error_params = note.key, note.params
        log.warning("take not processed", take=take_id, reason=note.key, again=again)
        return again

    async def _finish(self, take_id: str, job: Job) -> None:
        before: str | None = None
        behind = False
        async with self._house.database.session() as session:
            take = await session.scalar(select(Take).where(Take.id == take_id))
            if take is not None:
                before, take.result = take.result, job.out.name
                behind = (
                    read_hand(self._house.folder, take_id).revision > job.order.by_hand.revision
                )
                take.state, take.stage, take.progress = QUEUED if behind else DONE, "", 1.0
                take.error_key, take.error_params = "", {}
        if take is None:
            shutil.rmtree(job.out, ignore_errors=True)
            return
        await asyncio.to_thread(_tidy, job, before)
        if behind and take_id not in self._later:
            self._task(take_id)
        self._house.bus.publish(TakeReady(take_id))

    # ── on huey's thread ──

    def _process(self, take_id: str) -> None:
        self._idle.clear()
        try:
            if not self._stopping:
                self._process_now(take_id)
        finally:
            self._idle.set()

    def _process_now(self, take_id: str) -> None:
        job = self._on_loop(self._begin(take_id))
        if job is None:
            return
        try:
            note = self._work(take_id, job)
        except Exception:
            log.exception("take not processed", take=take_id)
            note = Note(ended="failed", key="take.error.worker_died")
        if self._stopping:
            return
        again = self._on_loop(self._end(take_id, job, note))
        if note.ended != "done":
            shutil.rmtree(job.out, ignore_errors=True)
        if again:
            self._task.schedule((take_id,), delay=TRY_AGAIN_S)

    def _work(self, take_id: str, job: Job) -> Note:
        worker = Worker(job)
        with self._lock:
            self._working = (take_id, worker)
        if self._stopping:
            worker.end()
        try:
            return worker.run(lambda note: self._on_loop(self._step(take_id, job, note)))
        finally:
            with self._lock:
                self._working = None

    def _on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def _tidy(job: Job, before: str | None) -> None:
    """The results of the run before are not needed any more, nor is the file that was uploaded."""
    if before:
        shutil.rmtree(job.out.parent / before, ignore_errors=True)
    (job.out.parent / UPLOAD).unlink(missing_ok=True)


def share_of_whole(stage: str, share: float) -> float:
    """How far all the work is when `share` of `stage` is done, 0 … 1."""
    before = 0.0
    for name, weight in WEIGHTS.items():
        if name == stage:
            return min(1.0, before + weight * share)
        before += weight
    return 0.0
