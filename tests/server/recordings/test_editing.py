"""Editions are rendered beside the original, which stays as it is, byte for byte."""

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from media.edited_playlists import EditedPlaylists
from media.layout import Manifest
from media.operations import Captions, Cut, Hide, Mute, plan_of
from media.samples import Track
from server.errors import Conflict, Invalid, NotFound
from server.events import EditionReady, EditionRevoked
from server.recordings import editing as limits
from server.recordings.addresses import Addresses
from server.recordings.editing import Editing, editions_of, operations_of
from server.recordings.edition import Edition, edition_folder
from server.recordings.release import move, put_out, release_of
from server.recordings.sealing import Sealing
from tests.conftest import Site, SiteMaker
from tests.media.edited import telling_recording
from tests.media.publishing import until
from tests.server.recordings.editions import ID, ended, ordered, recorded, sums


async def test_an_edition_is_made_and_not_a_byte_of_the_original_changes(site: Site) -> None:
    folder = await recorded(site)
    before, told = sums(folder), list[object]()
    site.house.bus.subscribe(EditionReady, told.append)
    number = await ordered(site, Cut(2, 4), Mute("", 6, 7), Hide("", "blur", 8, 9), name="short")
    edition = await ended(site, number)
    assert (edition.state, edition.problem, edition.progress) == ("ready", "", 1.0)
    assert sums(folder) == before
    assert told == [EditionReady(ID, 1)]
    place = edition_folder(site.house.folder, ID, number)
    assert Manifest.load(place).duration == pytest.approx(8, abs=0.05)
    assert not list(folder.glob("editions/*.part"))
    assert operations_of(edition)[0] == Cut(2, 4)


async def test_only_the_listed_pieces_can_be_had(site: Site) -> None:
    folder = await recorded(site)
    number = await ordered(site, Cut(3, 6))
    await ended(site, number)
    prefix = site.house.part(Addresses).prefix(site.people["an"].id, ID, number)
    client = await site.sign_in("an")
    for name in ("index.m3u8", "camera.m3u8", "voice.m3u8"):
        assert (await client.get(prefix + name)).status_code == 200
    lines = (await client.get(prefix + "camera.m3u8")).text.splitlines()
    pieces = [line for line in lines if line and not line.startswith("#")]
    assert {(await client.get(prefix + piece)).status_code for piece in pieces} == {200}
    secret = _gone(folder, 3.2, 5.8)
    for at in range(len(pieces) + 40):
        for rendition in ("camera", "voice"):
            answer = await client.get(f"{prefix}{rendition}/{at}.mp4")
            assert not any(piece in answer.content for piece in secret)
    assert (await client.get(f"{prefix}camera/9999.mp4")).status_code == 404
    for name in (
        "camera-001/0-4000.mp4",
        "camera-001.mp4",
        "pieces.json",
        "plan.json",
        "recording.json",
        "original/camera-001.mp4",
        "..%2f..%2fcamera-001/0-100.mp4",
    ):
        assert (await client.get(prefix + name)).status_code in (400, 404), name


def _gone(folder: Path, start: float, end: float) -> list[bytes]:
    track = Track(folder / "camera-001.mp4")
    inside = [n for n in range(len(track.samples)) if start < track.shown(n) < end]
    return [data for n in inside for data in track.data(n, n + 1) if len(data) > 40]


async def test_what_makes_no_sense_is_refused_before_anything_is_done(site: Site) -> None:
    await recorded(site)
    for operations, key in (
        ([], "edit.nothing_done"),
        ([Cut(0, 10)], "edit.nothing_left"),
        ([Mute("nobody")], "edit.unknown_person"),
        ([Captions("zh", "WEBVTT\n\n<b>")], "edit.bad_captions"),
    ):
        with pytest.raises(Invalid) as refused:
            await ordered(site, *operations)
        assert refused.value.key == key
    async with site.house.database.session() as session:
        assert await editions_of(session, ID) == []


async def test_a_revoked_edition_is_gone_and_viewers_get_another(site: Site) -> None:
    folder = await recorded(site)
    first, second = await ordered(site, Cut(1, 2)), await ordered(site, Cut(1, 3))
    await ended(site, second)
    lin, told = site.people["lin"].id, list[object]()
    site.house.bus.subscribe(EditionRevoked, told.append)
    async with site.house.database.session() as session:
        for number in (0, first, second):
            await put_out(session, await release_of(session, ID), number, lin)
    addresses, editing = site.house.part(Addresses), site.house.part(Editing)
    prefix = addresses.prefix(site.people["an"].id, ID, second)
    client = await site.sign_in("an")
    assert (await client.get(prefix + "index.m3u8")).status_code == 200
    await editing.revoke(ID, second, lin, "a name was heard", instead=first)
    assert (await client.get(prefix + "index.m3u8")).status_code == 403
    async with site.house.database.session() as session:
        release = await release_of(session, ID)
        assert (release.edition, release.version, release.state) == (first, 4, "published")
        gone = await limits.edition_of(session, ID, second)
    assert gone is not None
    assert (gone.state, gone.revoked_why) == ("revoked", "a name was heard")
    assert not edition_folder(site.house.folder, ID, second).exists()
    assert told == [EditionRevoked(ID, second)]
    with pytest.raises(NotFound):
        await editing.revoke(ID, second, lin, "again")
    with pytest.raises(Conflict):
        await editing.revoke(ID, first, lin, "no such other", instead=second)
    await editing.revoke(ID, first, lin, "to the original")
    async with site.house.database.session() as session:
        assert (await release_of(session, ID)).edition == 0
    assert (folder / "index.m3u8").exists()


async def test_a_full_disk_and_a_broken_file_are_told_apart(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = await recorded(site, 4.0)
    with monkeypatch.context() as patched:
        patched.setattr(limits, "LEAST_FREE", 1 << 60)
        assert (await ended(site, await ordered(site, Cut(1, 2)))).problem == "edition.disk_full"
    whole = (folder / "camera-001.mp4").read_bytes()
    (folder / "camera-001.mp4").write_bytes(b"\0" * 5000)
    assert (await ended(site, await ordered(site, Cut(1, 2)))).problem == "edition.unreadable"
    (folder / "camera-001.mp4").write_bytes(whole)
    (folder / "camera-002.mkv").touch()
    assert (await ended(site, await ordered(site, Cut(1, 2)))).problem == "edition.not_prepared"
    (folder / "camera-002.mkv").unlink()
    assert (await ended(site, await ordered(site, Cut(1, 2)))).state == "ready"
    assert [path.name for path in folder.glob("editions/*")] == ["4"]


def test_a_disk_that_becomes_full_ends_the_process_with_a_reason(tmp_path: Path) -> None:
    folder = telling_recording(tmp_path / "one", 4.0)
    target = tmp_path / "target"
    target.mkdir()
    (target / "camera.mp4").symlink_to("/dev/full")
    plan = plan_of([Cut(1, 2)], Manifest.load(folder))
    done = subprocess.run(
        [sys.executable, "-m", "media.editing", str(folder), str(target)],
        input=msgspec.json.encode(plan),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.decode().strip().endswith("edition.disk_full")


async def test_one_that_is_cancelled_leaves_nothing(site: Site) -> None:
    folder = await recorded(site)
    editing = site.house.part(Editing)
    first = await ordered(site, Cut(1, 2))
    second = await ordered(site, Cut(1, 2))
    await editing.cancel(ID, second)
    await editing.cancel(ID, first)
    for number in (first, second):
        edition = await ended(site, number)
        assert (edition.state, edition.problem) == ("failed", "edition.cancelled")
    await until(lambda: not list(folder.glob("editions/*")), 30)
    with pytest.raises(NotFound):
        await editing.cancel(ID, 99)


async def test_what_a_crash_broke_off_is_begun_anew(make_site: SiteMaker, tmp_path: Path) -> None:
    site = await make_site()
    folder = await recorded(site)
    number = await ordered(site, Cut(1, 2))
    await ended(site, number)
    await site.house.part(Editing).stop()
    part = folder / "editions" / f"{number}.part"
    shutil.move(folder / "editions" / str(number), part)
    async with site.house.database.session() as session:
        row = await limits.edition_of(session, ID, number)
        assert isinstance(row, Edition)
        row.state = "rendering"
    again = Editing(site.house)
    await again.start()
    assert (await ended(site, number)).state == "ready"
    await again.stop()
    assert [path.name for path in folder.glob("editions/*")] == [str(number)]
    served = EditedPlaylists(folder / "editions" / str(number), folder)
    assert "camera/1.mp4" in (await served.playlist("camera.m3u8")).text.decode()


async def test_nothing_is_made_of_an_original_that_was_altered(site: Site) -> None:
    folder = await recorded(site)
    await site.house.part(Sealing).run(ID, lambda share: None)
    data = bytearray((folder / "voice-001.mp4").read_bytes())
    data[-1] ^= 1
    (folder / "voice-001.mp4").write_bytes(data)
    edition = await ended(site, await ordered(site, Cut(2, 4)))
    assert (edition.state, edition.problem) == ("failed", "edition.altered")


async def test_a_damaged_recording_does_not_keep_others_from_being_edited(site: Site) -> None:
    folder, other = await recorded(site), "0190b7a0-0000-7000-8000-000000000002"
    await recorded(site, recording_id=other)
    editing = site.house.part(Editing)
    async with site.house.database.session() as session:
        made = await editing.make(session, ID, [Cut(2, 4)], "", site.people["lin"].id)
        more = await editing.make(session, other, [Cut(2, 4)], "", site.people["lin"].id)
    (folder / "recording.json").write_text("{")
    editing.wake()
    edition = await ended(site, made.number)
    assert (edition.state, edition.problem) == ("failed", "edition.unreadable")
    assert (await ended(site, more.number, other)).state == "ready"


async def test_what_was_never_reviewed_takes_no_place_of_what_is_published(site: Site) -> None:
    await recorded(site)
    first, second = await ordered(site, Cut(1, 2)), await ordered(site, Cut(1, 3))
    await ended(site, second)
    lin, editing = site.people["lin"].id, site.house.part(Editing)
    async with site.house.database.session() as session:
        await put_out(session, await release_of(session, ID), second, lin)
    for instead in (0, first):
        with pytest.raises(Conflict, match=r"edition\.no_other"):
            await editing.revoke(ID, second, lin, "the whole is better", instead)
    async with site.house.database.session() as session:
        assert (await release_of(session, ID)).edition == second
        await move(session, await release_of(session, ID), "withdrawn", lin)
    await editing.revoke(ID, second, lin, "withdrawn before")
