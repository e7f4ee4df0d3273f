"""Work on files of strangers, in a process that has little memory, no network and no secrets.

    with Confined("media.slides", memory=1 << 30) as worker:
        texts = worker.call("texts", str(path), returns=list[str], seconds=60)

The process imports the named module and runs the functions in its `JOBS`. It speaks msgpack over
its own standard input and output, so a process that a hostile file took over cannot make ours
unpickle anything. It ends when ours ends, however that happens, with everything it started.
"""

import contextlib
import ctypes
import importlib
import os
import queue
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, TypeVar

import msgspec

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
LARGEST_ANSWER = 64 << 20
_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000


class Refused(Exception):
    """The file is not one we take. `key` names the sentence for the person, `params` fill it."""

    def __init__(self, key: str, **params: Any) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params


class Broken(Exception):
    """The process died (out of memory, a crash) or failed in a way it does not know."""


class TooSlow(Broken):
    """The job took longer than it may; the process was ended."""


class Confined:
    """One such process: started when first asked, and again after it died. One call at a time."""

    def __init__(self, module: str, *, memory: int, file_size: int = 1 << 16) -> None:
        self._command = [sys.executable, "-m", __name__, module, str(memory), str(file_size)]
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._lock = threading.Lock()
        self._ending = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The process's number while it lives."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    @property
    def folder(self) -> Path:
        """Its home, the one place for files that must go with it; empty at first."""
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="jiangtai-")
        return Path(self._folder.name)

    def call(
        self,
        job: str,
        *arguments: Any,
        returns: type[T],
        seconds: float,
        progress: Callable[[float], None] | None = None,
    ) -> T:
        """Run `JOBS[job](*arguments)` there; blocks for at most `seconds`, from any thread.

        `progress` hears what the job tells `report_progress`, on this thread. Raises Refused as the
        job did, TooSlow, or Broken.
        """
        with self._lock:
            process = self._started()
            late = threading.Event()

            def end() -> None:
                late.set()
                self._end(process)

            alarm = threading.Timer(seconds, end)
            alarm.daemon = True
            alarm.start()
            try:
                return self._ask(process, [job, list(arguments)], returns, progress)
            except (OSError, EOFError, ValueError) as error:
                self._end(process)
                raise (TooSlow if late.is_set() else Broken)(f"{job}: {error}") from error
            except Refused:
                raise
            except BaseException:
                self._end(process)  # an answer may still be on its way: nobody may read it
                raise
            finally:
                alarm.cancel()

    def close(self) -> None:
        """End the process and all it started. Safe to call twice, and while a call runs."""
        if process := self._process:
            self._end(process)
        if folder := self._folder:
            self._folder = None
            folder.cleanup()

    def __enter__(self) -> "Confined":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if process := self._process:
            if process.poll() is None:
                return process
            self._end(process)
        home = str(self.folder)
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env=_bare_environment(home),
            start_new_session=True,
        )
        return self._process

    @staticmethod
    def _ask(
        process: subprocess.Popen[bytes],
        question: list[Any],
        returns: type[T],
        progress: Callable[[float], None] | None,
    ) -> T:
        assert process.stdin is not None
        assert process.stdout is not None
        _send(process.stdin, b"q", question)
        while True:
            kind, body = _receive(process.stdout)
            if kind == b"r":
                return msgspec.msgpack.decode(body, type=returns)
            if kind == b"x":
                key, params = msgspec.msgpack.decode(body, type=tuple[str, dict[str, Any]])
                raise Refused(key, **params)
            if kind == b"f":
                raise Broken(msgspec.msgpack.decode(body, type=str))
            if progress:
                progress(msgspec.msgpack.decode(body, type=float))

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        with self._ending:
            if self._process is not process:
                return  # ended before, and its number may belong to another by now
            self._process = None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]


def report_progress(share: float) -> None:
    """For jobs: tell the caller how far the work has come, 0 … 1. Elsewhere it does nothing."""
    if _answers is not None:
        _send(_answers, b"p", float(share))


def _bare_environment(home: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {**kept, **threads, "HOME": home, "TMPDIR": home, "PYTHONPATH": str(ROOT)}


def _send(pipe: BinaryIO | Any, kind: bytes, value: Any) -> None:
    body = msgspec.msgpack.encode(value)
    pipe.write(kind + len(body).to_bytes(4, "big") + body)
    pipe.flush()


def _receive(pipe: BinaryIO | Any) -> tuple[bytes, bytes]:
    head = pipe.read(5)
    size = int.from_bytes(head[1:], "big")
    if len(head) < 5 or size > LARGEST_ANSWER:
        raise EOFError("the process is gone")
    body = pipe.read(size)
    if len(body) < size:
        raise EOFError("the process is gone")
    return head[:1], body


# ── the other side ───────────────────────────────────────────────────────────────────────────────

_answers: BinaryIO | None = None


def main(module: str, memory: str, file_size: str) -> None:
    """Serve the jobs of `module` until standard input closes."""
    global _answers
    _answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _confine(int(memory), int(file_size))
    questions: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read_until_parent_is_gone, args=(questions,), daemon=True).start()
    jobs = importlib.import_module(module).JOBS
    while True:
        job, arguments = msgspec.msgpack.decode(questions.get(), type=tuple[str, list[Any]])
        try:
            kind, answer = b"r", jobs[job](*arguments)
        except Refused as error:
            kind, answer = b"x", (error.key, error.params)
        except Exception as error:
            kind, answer = b"f", f"{type(error).__name__}: {error}"
        _send(_answers, kind, answer)


def _read_until_parent_is_gone(questions: "queue.SimpleQueue[bytes]") -> None:
    with contextlib.suppress(EOFError):
        while True:
            questions.put(_receive(sys.stdin.buffer)[1])
    shutil.rmtree(os.environ["HOME"], ignore_errors=True)
    os.killpg(0, signal.SIGKILL)  # ourselves and, where a job started one, LibreOffice


def _confine(memory: int, file_size: int) -> None:
    os.nice(5)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, file_size)
    libc = ctypes.CDLL(None, use_errno=True)
    with contextlib.suppress(AttributeError):  # Linux only; without the right to it, never mind
        libc.unshare(_CLONE_NEWNET) and libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _limit(what: int, most: int) -> None:
    allowed = resource.getrlimit(what)[1]
    if allowed != resource.RLIM_INFINITY:
        most = min(most, allowed)
    resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    # `python -m` runs this file as __main__; the jobs import it by its name.
    importlib.import_module("media.confined").main(*sys.argv[1:])
