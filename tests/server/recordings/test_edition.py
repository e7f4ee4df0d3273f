"""Editions and the seconds of the original."""

from server.recordings.editing import edition_of, editions_of
from server.recordings.edition import Edition, edits_of
from server.recordings.recording import Recording
from tests.conftest import Site


async def test_an_edition_maps_the_seconds_of_its_original(site: Site) -> None:
    async with site.house.database.session() as session:
        session.add(Recording(id="one", owner_id=site.people["lin"].id, kind="lesson"))
        await session.flush()
        session.add(Edition(recording_id="one", number=1, cuts=[[0.0, 5.0]], original=60.0))
        session.add(Edition(recording_id="one", number=2, original=60.0))
    async with site.house.database.session() as session:
        assert [found.number for found in await editions_of(session, "one")] == [2, 1]
        first = await edition_of(session, "one", 1)
        assert first is not None
        assert await edition_of(session, "one", 0) is None
    edits = edits_of(first)
    assert edits.duration == 55.0
    assert edits.to_edition(12.0) == 7.0
