"""Signed addresses of what was recorded: `/hls/TOKEN/SOURCE/…`, for one bearer and an hour.

Below such a prefix lie index.m3u8 (screen-index.m3u8, voice-index.m3u8), the playlists and pieces
they name, captions, thumbs.json and thumbs/NNNNN.jpg. They are answered without session and
database (`server/classroom/hls_door.py`), so whoever gives one away has asked who it is for. A page
asks for a fresh one at `/lessons/{id}/media.json`.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import select

from media.edited_playlists import EditedPlaylists
from media.finished_playlist import FinishedPlaylists
from server.accounts.person import Person
from server.classroom.broadcasts import Broadcast
from server.classroom.media_token import MediaTokens
from server.events import (
    Event,
    PersonDeactivated,
    RecordingDeleted,
    RecordingPublished,
    RecordingWithdrawn,
    ReleaseChanged,
)
from server.http.context import House
from server.recordings.edition import ORIGINAL, Edition
from server.recordings.release import Release, read_source, source_id
from server.store.database import now

LIFETIME_S = 3600.0
REMEMBERED = 512  # sources
CHANGES = (ReleaseChanged, RecordingPublished, RecordingWithdrawn, RecordingDeleted)


class Addresses:
    """A house part: the shelf of finished recordings.

    What is recalled (a recording that was withdrawn, a person who was deactivated) is refused to
    tokens made before; who still may have it asks for a new one.
    """

    def __init__(self, house: House, clock: Callable[[], float] = time.time) -> None:
        self._house = house
        self._clock = clock
        self._recalled: dict[str, int] = {}  # recording or bearer → Unix ms
        self._shelf: OrderedDict[str, Broadcast] = OrderedDict()

    @cached_property
    def tokens(self) -> MediaTokens:
        """What makes and checks tokens."""
        secret = self._house.folder.secret("media")
        return MediaTokens(secret, self._clock, "recording", LIFETIME_S)

    async def start(self) -> None:
        """Listen; and recall again what was recalled while tokens from before may be about."""
        self._house.bus.subscribe(PersonDeactivated, self._changed)
        for kind in CHANGES:
            self._house.bus.subscribe(kind, self._changed)
        since = now() - timedelta(seconds=LIFETIME_S)
        async with self._house.database.session() as session:
            for found in (
                select(Person.id, Person.deactivated_at).where(Person.deactivated_at > since),
                select(Release.recording_id, Release.since).where(Release.since > since),
                select(Edition.recording_id, Edition.revoked_at).where(Edition.revoked_at > since),
            ):
                for name, moment in await session.execute(found):
                    if moment is not None:
                        self._recall(name, moment)

    def recall(self, name: str) -> None:
        """From now on refuse what was given out before: of a recording, or to a bearer."""
        self._recall(name, datetime.fromtimestamp(self._clock(), now().tzinfo))

    def prefix(self, bearer: str, recording_id: str, edition: int = ORIGINAL) -> str:
        """Where an edition is to be had by a bearer: a person's id, or the name of another token.
        Ends with a slash. The caller has checked that they may."""
        source = source_id(recording_id, edition)
        after = max(self._recalled.get(bearer, 0), self._recalled.get(recording_id, 0))
        return f"/hls/{self.tokens.make(source, bearer, after)}/{source}/"

    def allowed(self, token: str, name: str) -> Broadcast | None:
        """A source, for the bearer of a token that is good for it."""
        source = read_source(name)
        found = self.tokens.read(token, name) if source is not None else None
        if source is None or found is None:
            return None
        bearer, made = found
        if made <= max(self._recalled.get(bearer, 0), self._recalled.get(source[0], 0)):
            return None
        return self._broadcast(name, *source)

    def _broadcast(self, name: str, recording_id: str, edition: int) -> Broadcast:
        found = self._shelf.get(name)
        if found is None:
            folder = self._house.folder.path / "recordings" / recording_id  # not made when missing
            playlists = FinishedPlaylists(folder)
            if edition:
                playlists = EditedPlaylists(folder / "editions" / str(edition), folder)
            found = self._shelf[name] = Broadcast(playlists, lambda bearer: True)
            if len(self._shelf) > REMEMBERED:
                self._shelf.popitem(last=False)
        return found

    def _changed(self, event: Event) -> None:
        if isinstance(event, PersonDeactivated):
            self.recall(event.person_id)
        elif isinstance(event, CHANGES):
            self.recall(event.recording_id)

    def _recall(self, name: str, moment: datetime) -> None:
        at = int(moment.timestamp() * 1000)
        self._recalled[name] = max(self._recalled.get(name, 0), at)
        old = int((self._clock() - LIFETIME_S) * 1000)
        self._recalled = {name: at for name, at in self._recalled.items() if at > old}


def media_address(house: House, bearer: str, recording_id: str, edition: int = ORIGINAL) -> str:
    """Where an edition of a recording is to be had for an hour, ends with a slash; see
    `Addresses.prefix`."""
    return house.part(Addresses).prefix(bearer, recording_id, edition)
