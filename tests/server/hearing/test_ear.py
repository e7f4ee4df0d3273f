"""The speech model: found at once, noticed when it is put there, fetched, or asked for by name."""

import asyncio
import shutil
from pathlib import Path

from server.events import Bus, ModelChanged
from server.hearing.ear import Ear
from server.settings import Settings
from server.store.folder import DataFolder
from tests.conftest import SiteMaker


def make(folder: Path, model: str, **settings: str) -> tuple[Ear, asyncio.Queue[str]]:
    """An ear, and the states it published."""
    bus, states = Bus(), asyncio.Queue[str]()
    ear = Ear(Settings(data=folder, whisper_model=model, **settings), DataFolder(folder), bus)
    bus.subscribe(ModelChanged, lambda _: states.put_nowait(ear.state))
    return ear, states


async def test_a_folder_that_is_whole_is_ready_at_once(material: Path, tmp_path: Path) -> None:
    ear, states = make(tmp_path, str(material / "models/whisper-tiny"))
    await ear.start()
    assert ear.model
    assert (ear.state, ear.model.name, states.get_nowait()) == ("ready", "tiny", "ready")
    await ear.stop()


async def test_captions_have_a_model_of_their_own_once_it_is_there(
    material: Path, tmp_path: Path
) -> None:
    ear, _ = make(tmp_path, str(material / "models/whisper-base"), live_model="tiny")
    await ear.start()
    assert ear.live == ear.model
    shutil.copytree(material / "models/whisper-tiny", tmp_path / "models/tiny")
    assert ear.live
    assert ear.model
    assert (ear.live.name, ear.model.name) == ("tiny", "base")
    await ear.stop()


async def test_files_put_there_are_noticed(material: Path, tmp_path: Path) -> None:
    place = tmp_path / "mine"
    ear, states = make(tmp_path, str(place))
    await ear.start()
    assert ear.missing
    assert ear.missing.folder == str(place)
    assert {"config.json", "model.bin", "tokenizer.json"} <= set(ear.missing.files)
    shutil.copytree(material / "models/whisper-tiny", place)
    assert await asyncio.wait_for(states.get(), 30) == "ready"
    await ear.stop()


async def test_without_a_hub_it_says_what_to_put_where(tmp_path: Path) -> None:
    ear, states = make(tmp_path, "tiny", hub_endpoint="http://127.0.0.1:9")
    await ear.start()
    assert await asyncio.wait_for(states.get(), 60) == "missing"
    assert ear.missing
    assert ear.missing.repository == "Systran/faster-whisper-tiny"
    assert ear.missing.folder == str(tmp_path / "models/tiny")
    assert ear.missing.reason
    await ear.stop()


async def test_the_page_tells_those_who_can_act(make_site: SiteMaker, tmp_path: Path) -> None:
    site = await make_site(whisper_model=str(tmp_path / "nowhere"))
    guan, an = await site.sign_in("guan"), await site.sign_in("an")
    assert str(tmp_path / "nowhere/model.bin") in (await guan.get("/hearing")).text
    page = (await an.get("/hearing")).text
    assert "系统管理员" in page
    assert str(tmp_path) not in page
    told = (await guan.http.get("/hearing")).json()
    assert (told["state"], told["model"]) == ("missing", None)
    assert "model.bin" in told["missing"]["files"]
