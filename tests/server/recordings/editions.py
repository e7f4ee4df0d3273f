"""A recording to edit, in a site's folder and database."""

import asyncio
import hashlib
import tempfile
from functools import cache
from pathlib import Path

from media.layout import Manifest
from media.operations import Operation
from server.recordings.editing import Editing, edition_of
from server.recordings.edition import Edition
from server.recordings.recording import Recording, recording_folder
from tests.conftest import Site
from tests.media.edited import telling_recording

ID = "0190b7a0-0000-7000-8000-000000000001"


async def recorded(site: Site, seconds: float = 10.0, recording_id: str = ID) -> Path:
    """Lin's recording, ready to be edited."""
    folder = recording_folder(site.house.folder, recording_id)
    for name, data in film_files(seconds).items():
        (folder / name).write_bytes(data)
    async with site.house.database.session() as session:
        owner = site.people["lin"].id
        row = Recording(id=recording_id, owner_id=owner, kind="lesson", state="ready")
        row.duration = Manifest.load(folder).duration
        session.add(row)
    return folder


@cache
def film_files(seconds: float) -> dict[str, bytes]:
    """The files of a recording, made once."""
    with tempfile.TemporaryDirectory() as place:
        folder = telling_recording(Path(place) / "one", seconds)
        return {path.name: path.read_bytes() for path in folder.iterdir()}


async def ordered(site: Site, *operations: Operation, name: str = "") -> int:
    """The number of the edition that was asked for."""
    editing = site.house.part(Editing)
    async with site.house.database.session() as session:
        made = await editing.make(session, ID, operations, name, site.people["lin"].id)
    editing.wake()
    return made.number


async def ended(site: Site, number: int, recording_id: str = ID) -> Edition:
    """The edition once nothing more happens to it."""
    async with asyncio.timeout(60):
        while True:
            async with site.house.database.session() as session:
                edition = await edition_of(session, recording_id, number)
            if edition is not None and edition.state not in ("queued", "rendering"):
                return edition
            await asyncio.sleep(0.05)


def sums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of the original."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "editions" not in path.parts
    }
