"""Models are found whole or named as missing, and fetched through every break-off."""

import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from faster_whisper.utils import _MODELS

from media.models import REPOSITORIES, ModelMissing, fetch, find, missing_files
from tests.media.hub import Hub, running


@pytest.fixture
def hub() -> Iterator[Hub]:
    content = random.Random(1).randbytes(3_000_000)
    files = {
        "config.json": b'{"a": 1}',
        "tokenizer.json": b'{"b": 2}' * 1000,
        "vocabulary.txt": b"a\nb\n",
        "model.bin": content,
    }
    with running(Hub(files)) as served:
        yield served


def test_repositories_are_those_of_faster_whisper():
    assert {name: _MODELS[name] for name in REPOSITORIES} == REPOSITORIES


def test_a_model_is_fetched_whole_with_progress(hub: Hub, tmp_path: Path):
    seen: list[tuple[int, int]] = []
    model = fetch("base", tmp_path, endpoint=hub.address, progress=lambda *p: seen.append(p))
    assert (model.name, model.engine, model.path) == ("base", "faster-whisper", tmp_path / "base")
    assert {f.name: f.read_bytes() for f in model.path.iterdir()} == hub.files
    total = sum(map(len, hub.files.values()))
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert find("base", tmp_path) == model


def test_a_break_off_is_continued_at_once(hub: Hub, tmp_path: Path):
    hub.breaks["model.bin"] = [1_000_000]
    fetch("base", tmp_path, endpoint=hub.address)
    starts = [start for method, _, start in hub.requests if method == "GET" and start]
    assert starts == [1_000_000]
    assert (tmp_path / "base/model.bin").read_bytes() == hub.files["model.bin"]


def test_a_later_attempt_goes_on_where_the_first_stopped(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("media.models.time.sleep", lambda _: None)
    hub.breaks["model.bin"] = [1_000_000, *[0] * 10]
    with pytest.raises(ModelMissing) as broke:
        fetch("base", tmp_path, endpoint=hub.address)
    assert broke.value.files == ("model.bin",)
    hub.breaks.clear()
    hub.requests.clear()
    fetch("base", tmp_path, endpoint=hub.address)
    (start,) = [start for method, _, start in hub.requests if method == "GET"]
    assert start == 1_000_000
    assert (tmp_path / "base/model.bin").read_bytes() == hub.files["model.bin"]


def test_a_hub_without_ranges_starts_over(hub: Hub, tmp_path: Path):
    hub.ranges = False
    hub.breaks["model.bin"] = [1_000_000]
    fetch("base", tmp_path, endpoint=hub.address)
    assert (tmp_path / "base/model.bin").read_bytes() == hub.files["model.bin"]


def test_damaged_bytes_are_not_taken(hub: Hub, tmp_path: Path):
    hub.damaged = {"model.bin"}
    with pytest.raises(ModelMissing, match="damaged"):
        fetch("base", tmp_path, endpoint=hub.address)
    assert missing_files(tmp_path / "base") == ("model.bin",)
    hub.damaged = set()
    assert fetch("base", tmp_path, endpoint=hub.address).name == "base"


def test_without_a_hub_it_says_which_files_go_where(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ModelMissing) as missing:
        fetch("base", tmp_path, endpoint=f"http://127.0.0.1:{port}")
    assert missing.value.folder == tmp_path / "base"
    assert missing.value.files == (
        "config.json",
        "model.bin",
        "tokenizer.json",
        "vocabulary.json",
    )
    assert missing.value.repository == "Systran/faster-whisper-base"
    assert missing.value.reason


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_a_hub_that_refuses_is_no_traceback(status: int, hub: Hub, tmp_path: Path):
    hub.status = status
    with pytest.raises(ModelMissing) as missing:
        fetch("base", tmp_path, endpoint=hub.address)
    assert str(status) in missing.value.reason


def test_a_hub_that_lacks_the_model(hub: Hub, tmp_path: Path):
    del hub.files["model.bin"]
    with pytest.raises(ModelMissing):
        fetch("base", tmp_path, endpoint=hub.address)


def test_a_folder_is_a_model_when_all_its_files_are_there(tmp_path: Path):
    folder = tmp_path / "faster-whisper-mine"
    folder.mkdir()
    for name in ("config.json", "model.bin", "tokenizer.json"):
        with pytest.raises(ModelMissing):
            find(str(folder), tmp_path)
        (folder / name).write_bytes(b"x")
    (folder / "vocabulary.txt").write_bytes(b"")
    with pytest.raises(ModelMissing) as missing:
        find(str(folder), tmp_path)
    assert missing.value.files == ("vocabulary.json",)
    (folder / "vocabulary.txt").write_bytes(b"x")
    assert find(str(folder), tmp_path).name == "mine"


def test_a_checkpoint_of_openai_whisper_is_one_file(tmp_path: Path):
    with pytest.raises(ModelMissing) as missing:
        find("base", tmp_path, "openai-whisper")
    assert missing.value.files == ("base.pt",)
    (tmp_path / "base.pt").write_bytes(b"x")
    assert find("base", tmp_path, "openai-whisper").path == tmp_path / "base.pt"
    assert find(str(tmp_path), tmp_path / "other", "openai-whisper").name == "base"


def test_an_unknown_name_is_missing_not_fetched(tmp_path: Path):
    with pytest.raises(ModelMissing) as missing:
        fetch("../../etc", tmp_path)
    assert missing.value.repository == ""


def test_a_folder_near_by_is_found_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelMissing) as missing:
        find("mine", tmp_path / "models")
    assert missing.value.folder == tmp_path / "mine"
    (tmp_path / "mine").mkdir()
    for name in ("config.json", "model.bin", "tokenizer.json", "vocabulary.txt", "a.pt"):
        (tmp_path / "mine" / name).write_text("{}")
    assert find("mine", tmp_path / "models").path == tmp_path / "mine"
    assert find("mine", tmp_path, "openai-whisper").path == tmp_path / "mine/a.pt"
