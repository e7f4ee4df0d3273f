"""Jobs that behave and jobs that do not, for test_confined."""

import os
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Any

from media.confined import Refused, report_progress


def _refuse() -> None:
    raise Refused("slides.error.locked", page=3)


def _fail() -> None:
    raise LookupError("no such thing")


def _die() -> None:
    os.kill(os.getpid(), 9)


def _eat(megabytes: int) -> int:
    return len(bytearray(megabytes << 20))


def _count(to: int) -> int:
    for step in range(to):
        report_progress(step / to)
    return to


def _sleep_with_child(pid_file: str) -> None:
    helper = subprocess.Popen(["sleep", "600"])
    os.write(fd := os.open(pid_file, os.O_CREAT | os.O_WRONLY), str(helper.pid).encode())
    os.close(fd)
    time.sleep(600)


def _print_and_add(one: int, other: int) -> int:
    os.write(1, b"a library that prints must not disturb the answer\n")
    return one + other


def _reach(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


JOBS: dict[str, Callable[..., Any]] = {
    "add": _print_and_add,
    "refuse": _refuse,
    "fail": _fail,
    "die": _die,
    "eat": _eat,
    "count": _count,
    "sleep": _sleep_with_child,
    "pid": os.getpid,
    "environment": lambda: dict(os.environ),
    "reach": _reach,
}
