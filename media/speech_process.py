"""A recogniser in a process of its own: started when first asked, started again when it dies."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from media.engines import RATE, Heard, Hearing, Samples
from media.models import Model

ROOT = Path(__file__).resolve().parent.parent


class SpeechFailed(Exception):
    """The recogniser could not answer: its package or weights are unusable, or it died twice."""


class SpeechBusy(Exception):
    """More is waiting for this recogniser than it will queue."""


class SpeechProcess:
    """One engine with one model behind a queue of at most `waiting` questions.

    `nice` is added to the process's niceness: give the second pass 10, so that live captions come
    first. Every method may be called from any thread. `close` ends the process; so does the end of
    ours, however it comes.
    """

    def __init__(
        self, model: Model, *, cpu_threads: int = 2, nice: int = 0, waiting: int = 64
    ) -> None:
        self.model = model
        self._command = (
            *("--engine", model.engine, "--model", str(model.path)),
            *("--threads", str(cpu_threads), "--nice", str(nice)),
        )
        self._asker = ThreadPoolExecutor(1, thread_name_prefix="speech")
        self._room = threading.BoundedSemaphore(waiting)
        self._child: _Child | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process's number while it lives, for watching and for tests."""
        child = self._child
        return child.process.pid if child and child.process.poll() is None else None

    def transcribe(self, samples: Samples, hearing: Hearing) -> list[Heard]:
        """Wait for the text of at most 30 s. Raises SpeechBusy, SpeechFailed."""
        return self.submit(samples, hearing).result()

    async def transcribe_async(self, samples: Samples, hearing: Hearing) -> list[Heard]:
        """As `transcribe`, without holding the event loop."""
        return await asyncio.wrap_future(self.submit(samples, hearing))

    def submit(self, samples: Samples, hearing: Hearing) -> "Future[list[Heard]]":
        """Queue a question; the answer comes in the future. Raises SpeechBusy."""
        return self._queue(_patience(samples), "transcribe", samples, hearing)

    def languages(self, samples: Samples) -> dict[str, float]:
        """How likely each language is. Raises SpeechBusy, SpeechFailed."""
        likely: Future[dict[str, float]] = self._queue(_patience(samples), "languages", samples)
        return likely.result()

    def close(self) -> None:
        """End the process; what still waits is cancelled. Safe to call twice."""
        self._closed = True
        if child := self._child:
            child.end()
        self._asker.shutdown(wait=True, cancel_futures=True)
        if child := self._child:
            child.end()

    def __enter__(self) -> "SpeechProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _queue(self, patience: float, *question: Any) -> "Future[Any]":
        if self._closed:
            raise SpeechFailed("closed")
        if not self._room.acquire(blocking=False):
            raise SpeechBusy
        try:
            asked = self._asker.submit(self._ask, patience, question)
        except BaseException:
            self._room.release()
            raise
        asked.add_done_callback(lambda _: self._room.release())
        return asked

    def _ask(self, patience: float, question: tuple[Any, ...]) -> Any:
        """Ask the child; a child that died over the question is replaced once."""
        for last in (False, True):
            if self._closed:
                raise SpeechFailed("closed")
            child = self._alive()
            try:
                return child.ask(patience, question)
            except (EOFError, OSError, TimeoutError) as error:
                child.end()
                if last or self._closed:
                    raise SpeechFailed(
                        f"the speech process died ({type(error).__name__})"
                    ) from error
            except SpeechFailed:
                if not child.ready:
                    child.end()
                raise
        raise AssertionError("unreachable")

    def _alive(self) -> "_Child":
        if self._child and self._child.process.poll() is not None:
            self._child.end()
            self._child = None
        if self._child is None:
            self._child = _Child(self._command)
        return self._child


class _Child:
    """One run of `media.speech_child` and our ends of its two sockets."""

    def __init__(self, command: tuple[str, ...]) -> None:
        ours, theirs = socket.socketpair()
        self._life, life = socket.socketpair()
        self.ready = False
        with theirs, life:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "media.speech_child"),
                    *("--questions", str(theirs.fileno()), "--life", str(life.fileno())),
                    *command,
                ],
                pass_fds=(theirs.fileno(), life.fileno()),
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us, who end it
                cwd=ROOT,
                env={**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"},
            )
        self._questions = Connection(ours.detach())

    def ask(self, patience: float, question: tuple[Any, ...]) -> Any:
        if not self.ready:
            self._answer(120)
            self.ready = True
        self._questions.send(question)
        return self._answer(patience)

    def _answer(self, patience: float) -> Any:
        if not self._questions.poll(patience):
            raise TimeoutError
        kind, value = self._questions.recv()
        if kind == "failed":
            raise SpeechFailed(value)
        return value

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._life.close()
        with contextlib.suppress(OSError):
            self._questions.close()


def _patience(samples: Samples) -> float:
    """Seconds after which a silent recogniser is taken for dead: a slow machine needs many."""
    return 120 + 60 * len(samples) / RATE
