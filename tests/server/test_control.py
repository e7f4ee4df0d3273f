"""`jiangtai room` and `jiangtai token`, beside a running server and without one."""

import json
import socket
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from server.__main__ import main
from server.control import LONGEST_LINE, _with_short_path
from server.store.folder import DataFolder
from tests.server.test_serve import Served


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


Command = Callable[..., str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Command:
    """What a command prints. It runs in this process: starting Python takes long."""

    def run(*arguments: object) -> str:
        assert main(list(map(str, arguments))) == 0
        return capsys.readouterr().out.strip()

    return run


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Command:
    """The one sentence with which a command ends."""

    def run(*arguments: object) -> str:
        assert main(list(map(str, arguments))) == 1
        told = capsys.readouterr().err.strip()
        assert told.startswith("jiangtai: ")
        assert "should not" not in told
        return told

    return run


def raw(data: Path, sent: bytes) -> bytes:
    """What the control socket answers to bytes."""
    with closing(socket.socket(socket.AF_UNIX)) as line:
        line.settimeout(30)
        _with_short_path(data / "control", line.connect)
        try:
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
            return line.makefile("rb").read()
        except (BrokenPipeError, ConnectionResetError):
            return b""


def rows(data: Path, query: str, *values: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{data}/jiangtai.sqlite?mode=ro", uri=True)) as database:
        return database.execute(query, values).fetchall()


def test_rooms_and_tokens_of_a_running_server_and_of_none(
    tmp_path: Path, stack: ExitStack, said: Command, refused: Command
) -> None:
    data = tmp_path / ("deep" * 20) / "data"  # deeper than an address of a Unix socket may be long
    data.parent.mkdir()
    served = Served(data)
    stack.callback(served.end)
    served.wait()
    assert stat.S_IMODE((data / "control").stat().st_mode) == 0o600

    room = said("room", "open", "--title", "网格化 <b>管理</b>", "--data", data)
    given = json.loads(said("token", room, "--publish", "--name", "OBS", "--data", data))
    assert given["url"] == f"{served.address}/whip/{room}"
    watch = json.loads(said("token", room, "--watch", "--hours", "0.5", "--data", data))
    assert watch["url"] == f"{served.address}/whep/{room}"
    assert watch["token"] != given["token"]
    assert json.loads(said("token", room, "--withdraw", "--data", data)) == {"withdrawn": 2}
    assert "no such room" in refused("room", "end", "absent", "--data", data).lower()
    assert "hours" in refused("token", room, "--watch", "--hours", "1e9", "--data", data)

    client = json.loads(said("lrs-client", "课程平台", "--scope", "all/read", "--data", data))
    assert client["endpoint"] == f"{served.address}/xapi/"
    answer = httpx.get(
        f"{client['endpoint']}/absent",  # as programs do that add an address with a slash
        auth=(client["username"], client["password"]),
        headers={"x-experience-api-version": "1.0.3"},
    )
    assert answer.status_code == 404, "let in"
    assert "1 to 100" in refused("lrs-client", " ", "--data", data)
    assert "no scope x" in refused("lrs-client", "a", "--scope", "state,x", "--data", data)

    for sent in (b"", b"\n", b"no json\n", b"[]\n", b'{"type": "stop"}\n', b"\xff\n", b"{" * 9999):
        assert b"error" in raw(data, sent), sent
    assert b'"done"' not in raw(data, b"x" * (LONGEST_LINE * 4))
    assert b'"done"' in raw(data, b'{"type": "open_room", "title": "t"}\n'), "it still answers"

    said("room", "end", room, "--data", data)
    said("room", "end", room, "--data", data)
    assert "ended" in refused("token", room, "--publish", "--data", data)
    log = served.log.read_text("utf-8")
    assert given["token"] not in log
    assert "Traceback" not in log
    assert served.stop() in (0, 130)
    assert not (data / "control").exists()

    second = said("room", "open", "--title", "t", "--language", "en", "--data", data)
    name = json.loads(said("token", second, "--publish", "--data", data))
    assert name["url"].endswith(f"/whip/{second}")
    assert json.loads(said("lrs-client", "x", "--data", data)).keys() == client.keys()
    said("room", "end", second, "--data", data)
    states = dict(rows(data, "select id, ended_at is not null from room"))
    assert states[room] == states[second] == 1
    kept = rows(data, "select name, secret_hash, scopes from lrs_client order by made_at")
    assert [row[0] for row in kept] == ["课程平台", "x"]
    assert client["password"] not in str(kept)
    assert json.loads(str(kept[1][2])) == ["all"]
    assert ("External source",) in rows(data, "select name from media_token")


def test_without_a_folder_or_with_a_busy_one_nothing_is_done(
    tmp_path: Path, refused: Command
) -> None:
    nowhere = tmp_path / "nowhere"
    assert "no data folder" in refused("room", "open", "--title", "t", "--data", nowhere)
    assert not nowhere.exists()
    folder = DataFolder(tmp_path / "busy").open()
    try:
        told = refused("room", "open", "--title", "t", "--data", folder.path)
        assert "does not answer" in told
    finally:
        folder.close()
    assert not folder.database_file.exists()
