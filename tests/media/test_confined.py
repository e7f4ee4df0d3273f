import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.confined import ROOT, Broken, Confined, Refused, TooSlow

JOBS = "tests.media.jobs_for_confined"


@pytest.fixture
def worker() -> Iterator[Confined]:
    with Confined(JOBS, memory=1 << 30) as confined:
        yield confined


def alive(pid: int) -> bool:
    """Runs: a zombie that nobody has collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually_gone(pid: int, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(pid)


def test_one_process_answers_many_calls(worker: Confined) -> None:
    assert worker.call("add", 2, 3, returns=int, seconds=30) == 5
    pid = worker.call("pid", returns=int, seconds=30)
    assert pid == worker.pid != os.getpid()


def test_progress_is_heard_in_order(worker: Confined) -> None:
    heard: list[float] = []
    worker.call("count", 4, returns=int, seconds=30, progress=heard.append)
    assert heard == [0, 0.25, 0.5, 0.75]


def test_a_refusal_keeps_its_key_and_the_process(worker: Confined) -> None:
    with pytest.raises(Refused) as caught:
        worker.call("refuse", returns=type(None), seconds=30)
    assert (caught.value.key, caught.value.params) == ("slides.error.locked", {"page": 3})
    assert worker.call("add", 1, 1, returns=int, seconds=30) == 2


def test_an_unknown_failure_is_named(worker: Confined) -> None:
    with pytest.raises(Broken, match="LookupError: no such thing"):
        worker.call("fail", returns=type(None), seconds=30)


def test_after_a_death_another_process_answers(worker: Confined) -> None:
    first = worker.call("pid", returns=int, seconds=30)
    with pytest.raises(Broken):
        worker.call("die", returns=type(None), seconds=30)
    assert worker.call("pid", returns=int, seconds=30) != first


def test_memory_has_an_end(worker: Confined) -> None:
    with pytest.raises(Broken, match="MemoryError"):
        worker.call("eat", 2000, returns=int, seconds=30)
    assert worker.call("eat", 10, returns=int, seconds=30) == 10 << 20


def test_time_has_an_end_for_everything_started(worker: Confined, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with pytest.raises(TooSlow):
        worker.call("sleep", str(note), returns=type(None), seconds=3)
    assert eventually_gone(int(note.read_text()))
    assert worker.pid is None


def test_it_is_told_no_secrets(worker: Confined, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    seen = worker.call("environment", returns=dict[str, str], seconds=30)
    assert "SECRET_KEY" not in seen
    assert not Path(seen["HOME"]).samefile(Path.home())


def may_leave_the_network() -> bool:
    tries = (["unshare", "--net", "true"], ["unshare", "--user", "--net", "true"])
    return any(
        subprocess.run(one, capture_output=True, check=False).returncode == 0 for one in tries
    )


@pytest.mark.skipif(not may_leave_the_network(), reason="the kernel grants no network namespace")
def test_it_reaches_no_network(worker: Confined) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        assert worker.call("reach", port, returns=bool, seconds=30) is False


def test_an_answer_of_another_shape_is_not_believed(worker: Confined) -> None:
    with pytest.raises(Broken):
        worker.call("add", 1, 1, returns=list[str], seconds=30)


def test_nothing_is_left_when_the_parent_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = (
        "from media.confined import Confined\n"
        f"worker = Confined({JOBS!r}, memory=1 << 30)\n"
        "print(worker.call('pid', returns=int, seconds=30), flush=True)\n"
        f"worker.call('sleep', {str(note)!r}, returns=type(None), seconds=600)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout
        worker = int(parent.stdout.readline())
        while not (note.exists() and note.read_text()):
            assert parent.poll() is None
            time.sleep(0.02)
        parent.send_signal(signal.SIGKILL)
    assert eventually_gone(worker)
    assert eventually_gone(int(note.read_text()))
    assert sorted(os.listdir(tmp_path)) == ["pid"]
