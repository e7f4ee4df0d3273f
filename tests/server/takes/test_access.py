"""Lin owns a take, shares it with Mei; Bo is nobody to it."""

from pathlib import Path

import pytest

from tests.conftest import Site, SiteMaker, Visitor
from tests.server.takes.making import take_of, until, until_it_plays


@pytest.fixture
async def tiny_site(make_site: SiteMaker, material: Path) -> Site:
    """A site that hears."""
    return await make_site(whisper_model=str(material / "models/whisper-tiny"))


async def addresses(lin: Visitor, take: str) -> list[str]:
    """Everything of a take that can be asked for."""
    master = await until_it_plays(lin, take)
    folder = master.rsplit("/", 1)[0]
    return [
        take,
        f"{take}/progress",
        f"{take}/report.json",
        f"{take}/transcript.json",
        f"{take}/transcript.vtt",
        f"{take}/timeline.json",
        f"{take}/comments",
        master,
        f"{folder}/voice.m3u8",
        f"{folder}/voice-001.mp4",
        f"{folder.removesuffix('/hls')}/download/voice-001.mp4",
    ]


async def statuses(visitor: Visitor, paths: list[str]) -> dict[str, int]:
    return {path: (await visitor.get(path)).status_code for path in paths}


async def test_who_sees_what_of_a_take(tiny_site: Site, material: Path) -> None:
    site = tiny_site
    lin, mei, bo = [await site.sign_in(name) for name in ("lin", "mei", "bo")]
    take = await take_of(lin, material / "media/zh/aishell-BAC009S0724W0121.wav")
    await until(lin, take, "ready")
    paths = await addresses(lin, take)
    assert set((await statuses(lin, paths)).values()) == {200}
    assert set((await statuses(mei, paths)).values()) == {404}

    await lin.get(take)
    assert (await lin.post(f"{take}/shares", {"login": "mei"})).status_code == 303
    assert set((await statuses(mei, paths)).values()) == {200}
    assert set((await statuses(bo, paths)).values()) == {404}
    assert set((await statuses(await site.visitor(), paths)).values()) == {303}, "asked to sign in"

    remark = {"at": 1.5, "text": "这里停一停"}
    await mei.get(take)
    await bo.get("/")
    assert (await mei.post_json(f"{take}/comments", remark)).status_code == 201
    assert (await bo.post_json(f"{take}/comments", remark)).status_code == 404
    listed = (await lin.http.get(f"{take}/comments")).json()["comments"]
    assert [(c["author"], c["at"], c["text"]) for c in listed] == [("梅助教", 1.5, "这里停一停")]
    assert (
        await lin.post_json(f"{take}/comments/{listed[0]['id']}", {}, "DELETE")
    ).status_code == 404, "only one's own"

    for who in (mei, bo):
        for door in ("shares", "retry", "delete"):
            assert (await who.post(f"{take}/{door}", {"login": "bo"})).status_code == 404

    page = (await lin.get(take)).text
    assert "梅助教" in page
    share = page.split(f"{take}/shares/")[1].split("/end")[0]
    assert (await lin.post(f"{take}/shares/{share}/end")).status_code == 303
    assert set((await statuses(mei, paths)).values()) == {404}


async def test_every_viewing_is_told_to_the_owner(site: Site, material: Path) -> None:
    lin, mei = [await site.sign_in(name) for name in ("lin", "mei")]
    take = await take_of(lin, material / "media/zh/aishell-BAC009S0724W0121.wav")
    master = await until_it_plays(lin, take)
    await lin.post(f"{take}/shares", {"login": "mei"})
    before = (await lin.get(take)).text.count("梅助教")
    await mei.get(master)  # the bytes alone, without the page
    after = (await lin.get(take)).text.count("梅助教")
    assert after == before + 1
    await mei.get(take)
    assert (await lin.get(take)).text.count("梅助教") == after, "one sitting is one viewing"


async def test_deleting_a_take_leaves_nothing(site: Site, material: Path) -> None:
    lin = await site.sign_in("lin")
    take = await take_of(lin, material / "media/zh/aishell-BAC009S0724W0121.wav")
    await until_it_plays(lin, take)
    data = site.house.folder.path
    assert list((data / "recordings").rglob("*.mp4"))
    assert (await lin.post(f"{take}/delete")).status_code == 303
    assert (await lin.get(take)).status_code == 404
    assert not list((data / "recordings").rglob("*.*"))
    assert not list((data / "takes").rglob("*.*"))
