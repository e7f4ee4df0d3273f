"""`jiangtai serve` as administrators meet it: what cannot be served ends in one sentence."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from os import environ
from pathlib import Path

import httpx
import pytest

from server.__main__ import main
from server.takes.worker import ROOT
from tests.conftest import free_port

Running = subprocess.Popen[str]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "server", *map(str, arguments)]


def jiangtai(*arguments: object, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run a command that is expected to end."""
    given = {f"JIANGTAI_{name.upper()}": str(value) for name, value in settings.items()}
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env={**environ, **given},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def refused(*arguments: object, **settings: object) -> str:
    """The one sentence with which the command ends."""
    done = jiangtai(*arguments, **settings)
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    assert "should not" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


class Served:
    """A server in a process of its own."""

    def __init__(self, folder: Path, *options: object, scheme: str = "http") -> None:
        self.port = free_port()
        self.address = f"{scheme}://localhost:{self.port}"
        self.log = folder.with_suffix(".log")
        with self.log.open("w") as log:
            self.process: Running = subprocess.Popen(
                command("serve", "--data", folder, "--port", self.port, *options),
                cwd=ROOT,
                env={**environ, "JIANGTAI_WHISPER_MODEL": "none"},
                stdout=log,
                stderr=log,
                text=True,
            )

    def wait(self) -> None:
        end = time.monotonic() + 100
        while True:
            assert self.process.poll() is None, self.log.read_text("utf-8")
            assert time.monotonic() < end
            try:
                if self.get("/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.address + path, verify=False, timeout=30)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def test_a_second_server_on_the_folder_is_refused_and_harms_nobody(
    tmp_path: Path, stack: ExitStack
) -> None:
    first = Served(tmp_path / "data")
    stack.callback(first.end)
    first.wait()
    said = refused("serve", "--data", tmp_path / "data", "--port", free_port())
    assert "another Jiangtai server already works on the folder" in said
    said = refused("serve", "--data", tmp_path / "other", "--port", first.port)
    assert "Another program uses the port" in said
    assert first.get("/health").status_code == 200
    assert first.stop() in (0, 130)


def test_https_with_a_certificate_of_its_own(tmp_path: Path, stack: ExitStack) -> None:
    served = Served(tmp_path / "data", "--tls-self-signed", scheme="https")
    stack.callback(served.end)
    served.wait()
    page = served.get("/sign-in")
    assert page.status_code == 200
    assert 'name="password"' in page.text
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{served.address}/health")
    key = tmp_path / "data/tls/key.pem"
    assert key.stat().st_mode & 0o077 == 0
    assert f"https://localhost:{served.port}" in served.log.read_text("utf-8")


@pytest.mark.long
def test_addresses_nobody_can_listen_on(tmp_path: Path) -> None:
    here = ("serve", "--data", tmp_path / "data")
    assert "--host" in refused(*here, "--host", "no such host", "--port", free_port())
    assert "--host" in refused(*here, "--host", "192.0.2.1", "--port", free_port())
    assert "65535" in refused(*here, "--port", 99_999)


@pytest.mark.long
def test_folders_and_databases_nobody_can_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    said = refused("serve", "--data", tmp_path / "file", "--port", free_port())
    assert "cannot use the data folder" in said
    data = tmp_path / "data"
    data.mkdir()
    (data / "jiangtai.sqlite").write_text("precious, but no database")
    said = refused("serve", "--data", data, "--port", free_port())
    assert "the database cannot be used: file is not a database" in said
    assert (data / "jiangtai.sqlite").read_text() == "precious, but no database"


def test_settings_and_certificates_nobody_can_use(tmp_path: Path) -> None:
    here = ("serve", "--data", tmp_path / "data", "--port", free_port())
    assert "JIANGTAI_DATABASE_URL" in refused(*here, database_url="garbage://x")
    absent = tmp_path / "absent.pem"
    assert str(absent) in refused(*here, tls_certificate=absent, tls_key=absent)


def test_a_command_line_that_is_not_understood_is_answered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = jiangtai("perform")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "error: " in done.stderr
    for arguments in ((), ("serve", "--port", "many"), ("rehearse", "a.wav")):
        assert exit_of(*arguments) == 2
        assert "error: " in capsys.readouterr().err
    for arguments in ((), ("serve",), ("rehearse",), ("migration",)):
        assert exit_of(*arguments, "--help") == 0
        assert "usage: jiangtai" in capsys.readouterr().out


def exit_of(*arguments: str) -> object:
    """How a command line ends that is not carried out."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


def test_a_port_in_use_by_anything_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refused("serve", "--data", tmp_path / "data", "--port", port)
    assert f"cannot listen on 127.0.0.1:{port}" in said
