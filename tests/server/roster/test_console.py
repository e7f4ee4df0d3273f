"""`jiangtai import-roster`, where no server runs: looked at, written, and written again."""

import json
import zipfile
from pathlib import Path

import pytest

from server.__main__ import main
from server.accounts.person import Person, RoleGrant
from server.store.database import Database, sqlite_url
from server.store.folder import DataFolder
from tests.server.roster.package import package


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """A data folder with an administrator in it."""
    folder = DataFolder(tmp_path / "data").open()
    database = Database(sqlite_url(folder.database_file))
    await database.migrate()
    async with database.session() as session:
        session.add(
            Person(login="xue", name="学习管理员", grants=[RoleGrant(role="learning_admin")])
        )
    await database.close()
    folder.close()
    return folder.path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main(["import-roster", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_a_dry_run_changes_nothing_then_it_is_written_once(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    table = tmp_path / "people.csv"
    table.write_bytes("姓名,用户名,班次\n=张三,zhang,甲班\n李四,坏,甲班\n".encode("gb18030"))
    status, out, err = run(capsys, table, "--dry-run", "--data", data)
    assert status == 1
    assert "新增 1 人" in out
    assert "没有写入" in out
    assert "第 3 行 李四 坏: " in err
    links = tmp_path / "links.csv"
    status, out, _ = run(capsys, table, "--json", "--links", links, "--data", data)
    done = json.loads(out)
    assert (status, done["written"], done["counts"]["new"]) == (1, 1, 1)
    assert done["problems"][0]["row"] == 3
    assert "'=张三" in links.read_text()
    assert "/welcome/" in links.read_text()
    _, out, _ = run(capsys, table, "--json", "--data", data)
    assert json.loads(out)["counts"] | {"same": 1, "new": 0} == json.loads(out)["counts"]
    assert not list((data / "intake").glob("console-*"))


def test_a_package_or_its_folder_and_what_is_neither(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "roster.zip"
    file.write_bytes(package())
    status, out, err = run(capsys, file, "--json", "--data", data)
    assert (status, json.loads(out)["written"], err) == (0, 3, "")
    folder = tmp_path / "roster"
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    status, out, _ = run(capsys, folder, "--json", "--data", data)
    assert (status, json.loads(out)["counts"]["same"]) == (0, 3)
    file.write_bytes(b"PK nothing")
    status, _, err = run(capsys, file, "--data", data)
    assert (status, err.startswith("jiangtai: ")) == (1, True)
    assert run(capsys, tmp_path / "absent.csv", "--data", data)[0] == 1
