"""The process that works on one take: `python -m server.takes.worker`.

Reads a Job as one line of JSON from standard input, writes a Note as a line for every step to
standard output, and ends, with all it started, when standard input closes: its server is gone.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import structlog

from media.confined import Broken, Refused
from media.files import MediaError, Truncated
from media.importer import import_file
from media.speech_process import SpeechFailed
from rehearsal.plan import PlanError
from server.takes.pipeline import Order, Progress, run, run_again

ROOT = Path(__file__).resolve().parent.parent.parent
TELL_EVERY_S = 0.3
NICE = 10

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """Bring `upload` (a file, "" for none) into the recording folder `order.media`, then carry out
    the order and leave the results in `out`. With `before`, the results of an earlier run, only
    the measures are taken again."""

    order: Order
    out: Path
    upload: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """How far the work is; or, at its end, `ended`: "done", "waiting" (for a model), "refused"
    (trying again would not help) or "failed", with the sentence for the person."""

    stage: str = ""
    share: float = 0.0
    ended: str = ""
    key: str = ""
    params: dict[str, Any] = field(default_factory=dict)


class Worker:
    """One such process, from the server's side."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def run(self, tell: Callable[[Note], None]) -> Note:
        """Wait for the end, telling of every step. The last note says how it ended."""
        assert self._process.stdin
        assert self._process.stdout
        last = Note()
        try:
            self._process.stdin.write(msgspec.json.encode(self._job, enc_hook=str) + b"\n")
            self._process.stdin.flush()
            for line in self._process.stdout:
                last = msgspec.json.decode(line, type=Note)
                if last.ended:
                    return last
                tell(last)
        except (OSError, msgspec.MsgspecError):
            log.warning("the worker's pipe broke", pid=self.pid)
        finally:
            self.end()
        return Note(ended="failed", key="take.error.worker_died")

    def end(self) -> None:
        """End the process and all it started. Safe to call twice and from any thread."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]


# ── the other side ───────────────────────────────────────────────────────────────────────────────


def work(job: Job, progress: Progress) -> Note:
    """Do the job; every failure becomes the sentence that says what it means."""
    try:
        if job.upload:
            _bring(Path(job.upload), Path(job.order.media), lambda share: progress("import", share))
        if job.before:
            run_again(job.order, Path(job.before), job.out, progress)
            return Note(ended="done")
        progress("sound", 0.0)
        if job.order.model is None:
            return Note(ended="waiting")
        run(job.order, job.out, progress)
    except (MediaError, Refused, PlanError) as error:
        return refusal(error)
    except (SpeechFailed, Broken, OSError) as error:
        log.exception("take not processed")
        return Note(ended="failed", key=_failed(error))
    return Note(ended="done")


def _bring(upload: Path, folder: Path, tell: Callable[[float], None]) -> None:
    """Make the recording of an upload; a half-made one from before a break-off is made again."""
    shutil.rmtree(folder, ignore_errors=True)
    import_file(upload, folder, progress=tell)


def refusal(error: MediaError | Refused | PlanError) -> Note:
    """The sentence for a file or plan that cannot be used."""
    if isinstance(error, Refused):
        return Note(ended="refused", key=error.key, params=error.params)
    if isinstance(error, PlanError):
        return Note(ended="refused", key=f"plan.error.{error.key}", params=error.params)
    params = {"seconds": round(error.reached)} if isinstance(error, Truncated) else {}
    return Note(ended="refused", key=error.key, params=params)


def _failed(error: Exception) -> str:
    if isinstance(error, SpeechFailed):
        return "take.error.speech"
    if isinstance(error, OSError):
        return "take.error.disk"
    return "take.error.worker_died"


def main() -> None:
    """Serve one job."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever libraries print belongs in the log
    os.nice(NICE)
    job = msgspec.json.decode(
        sys.stdin.buffer.readline(), type=Job, dec_hook=lambda kind, value: kind(value)
    )
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()
    told = _Told(answers)
    told.note(work(job, told.progress))


class _Told:
    """Notes on the pipe, at most a few a second."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._stage, self._at = "", 0.0

    def progress(self, stage: str, share: float) -> None:
        moment = time.monotonic()
        if stage == self._stage and moment - self._at < TELL_EVERY_S:
            return
        self._stage, self._at = stage, moment
        self.note(Note(stage, share))

    def note(self, note: Note) -> None:
        self._answers.write(msgspec.json.encode(note) + b"\n")
        self._answers.flush()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
