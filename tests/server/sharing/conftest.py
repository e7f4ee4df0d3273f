"""A school with a lesson that was held, with real media, slides and a published release."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from media.importer import import_file
from server.lessons.lesson import Lesson
from server.recordings.recording import Recording, recording_folder
from server.recordings.release import put_out, release_of
from server.store.database import new_id, now
from tests.conftest import Site
from tests.media.making import film
from tests.server.lessons.making import School, found_school


@pytest.fixture
async def school(site: Site) -> School:
    """A course with its people."""
    return await found_school(site)


@pytest.fixture
def published(school: School, tmp_path: Path) -> Callable[..., Awaitable[Lesson]]:
    """Makes a lesson with a film of four seconds, published with this label."""

    async def make(label: str = "internal") -> Lesson:
        recording = Recording(id=new_id(), owner_id=school.site.people["lin"].id, kind="lesson")
        recording.state, recording.duration = "ready", 4.0
        source = film(tmp_path / "film.mp4", "libx264", 4)
        import_file(source, recording_folder(school.site.house.folder, recording.id))
        async with school.site.house.database.session() as session:
            session.add(recording)
            await session.flush()
            release = await release_of(session, recording.id)
            release.label = label
            await put_out(session, release, 0, None)
        return await school.lesson(recording_id=recording.id, ended_at=now())

    return make
