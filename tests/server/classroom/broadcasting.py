"""A room whose class is written frame by frame, watched through a running site."""

from pathlib import Path

from media.live_playlist import LivePlaylists
from server.classroom.broadcasts import Broadcasts
from server.classroom.event_log import StoredRoom
from tests.conftest import Site, Visitor
from tests.media.by_hand import Take
from tests.media.hls import Played, read
from tests.server.classroom.opening import open_room


class Programme:
    """`take` plays; `removed` are people who may not watch any more."""

    def __init__(self, room: str, folder: Path, broadcasts: Broadcasts) -> None:
        self.room = room
        self.folder = folder
        self.broadcasts = broadcasts
        self.removed: set[str] = set()
        self.live = LivePlaylists(folder)
        self.take = Take(folder, mixed=True, audience=self.live)
        broadcasts.begin(room, self.live, lambda person: person not in self.removed)

    async def end(self) -> None:
        self.take.finish()
        await self.broadcasts.end(self.room)


async def begin(site: Site) -> Programme:
    """A room of Lin's that broadcasts."""
    room = await open_room(site)
    async with site.house.database.session() as session:
        stored = await session.get_one(StoredRoom, room)
    folder = site.house.folder.path / stored.folder
    return Programme(room, folder, site.house.part(Broadcasts))


async def master(visitor: Visitor, room: str, name: str = "index.m3u8") -> list[str]:
    """The addresses a master playlist names."""
    answer = await visitor.http.get(f"/rooms/{room}/hls/{name}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return found + [part.split('"')[0] for part in answer.text.split('URI="')[1:]]


async def playlist(visitor: Visitor, address: str, query: str = "") -> Played:
    answer = await visitor.http.get(address + query)
    assert answer.status_code == 200
    return read(answer.text)
