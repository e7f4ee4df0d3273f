"""What there is to play of a lesson: signed addresses, for who may watch it, of the edition they
get."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from media.edit_list import spans_with
from media.layout import Manifest
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.classroom.broadcasts import After
from server.errors import Conflict, NotFound
from server.http.context import House, house
from server.lessons.access import edition_for, lesson_for
from server.lessons.lesson import Lesson
from server.lessons.timeline import Piece, screen_pieces
from server.recordings.addresses import LIFETIME_S, media_address
from server.recordings.edition import ORIGINAL, edition_folder
from server.recordings.recording import Recording
from server.store.folder import DataFolder

MOST_EDITIONS = 999_999


class Screen(msgspec.Struct, frozen=True):
    """The shared screen has a player of its own, with spans of its own."""

    src: str
    spans: tuple[Piece, ...]


@dataclass(frozen=True)
class Media:
    """What there is to play. `src` is HLS: the camera with the voice, or the voice alone. `base`,
    with a slash at its end, is where captions and thumbnails lie, too. Both are good for an hour.
    """

    manifest: Manifest
    edition: int
    base: str
    src: str
    picture: bool
    screen: Screen | None

    def told(self) -> dict[str, Any]:
        """As the page's player reads it; `seconds`: ask again after these."""
        return {
            "src": self.src,
            "picture": self.picture,
            "screen": self.screen,
            "base": self.base,
            "edition": self.edition,
            "seconds": int(LIFETIME_S * 3 / 4),
        }


async def media_of(
    the_house: House, person: Person, recording: Recording | None, edition: int = ORIGINAL
) -> Media | None:
    """The media of an edition that the caller has found to be this person's to watch (see
    `edition_for`); None where there are none, or not yet."""
    if recording is None or recording.state != "ready":
        return None
    base = media_address(the_house, person.id, recording.id, edition)
    return await run_in_threadpool(_found, the_house.folder, recording.id, edition, base)


async def show_media(request: Request) -> Response:
    """GET /lessons/{lesson_id}/media.json?edition=: fresh addresses, as in timeline.json's `media`.

    NotFound for who may not watch it (any more); Conflict until the recording is complete.
    """
    person, the_house = current_person(request), house(request)
    async with the_house.database.session() as session:
        lesson = await lesson_for(session, person, request.path_params["lesson_id"])
        recording = await session.get(Recording, lesson.recording_id or "")
        edition = ORIGINAL
        if recording is not None:
            edition = await edition_for(session, person, lesson, asked_edition(request))
    media = await media_of(the_house, person, recording, edition)
    if media is None:
        raise Conflict("error.lesson.no_recording")
    headers = {"cache-control": "private, no-store"}
    body = msgspec.json.encode(media.told())
    return Response(body, media_type="application/json", headers=headers)


def asked_edition(request: Request) -> int | None:
    """The number in `?edition=`, if one is asked for. NotFound for what is none."""
    asked = request.query_params.get("edition", "")
    if not asked:
        return None
    if not asked.isascii() or not asked.isdigit() or int(asked[:9]) > MOST_EDITIONS:
        raise NotFound("error.lesson.no_recording")
    return int(asked[:9])


def after_room(the_house: House) -> After:
    """Where what a lesson's room recorded is to be had after its end, for `Broadcasts.follow`."""

    async def prefix(session: AsyncSession, person: Person, room_id: str) -> str:
        lesson = await session.scalar(select(Lesson).where(Lesson.room_id == room_id))
        if lesson is None or lesson.recording_id is None:
            raise NotFound
        edition = await edition_for(session, person, lesson)
        return media_address(the_house, person.id, lesson.recording_id, edition)

    return prefix


def _found(data: DataFolder, recording_id: str, edition: int, base: str) -> Media | None:
    """What lies in the folder. Reads files."""
    folder = edition_folder(data, recording_id, edition)
    try:
        manifest = Manifest.load(folder)
    except (FileNotFoundError, ValueError):
        return None
    if not (folder / "index.m3u8").exists():
        return None
    shared = spans_with(folder, manifest, "screen")
    screen = None
    if shared and (folder / "screen.m3u8").exists():
        screen = Screen(f"{base}screen.m3u8", screen_pieces(shared))
    picture = (folder / "camera.m3u8").exists()
    return Media(manifest, edition, base, f"{base}index.m3u8", picture, screen)


routes = [Route("/lessons/{lesson_id}/media.json", show_media)]
