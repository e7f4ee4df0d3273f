"""The bytes of takes: playlists and fragments for players, each asked for by a person. Those of
lessons have signed addresses (`addresses.py`)."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.errors import Invalid, NotFound
from server.http.context import house
from server.recordings.access import Watchers
from server.recordings.recording import recording_folder

PLAYLIST = re.compile(r"[a-z]{1,20}(-[a-z]{2,8})?\.m3u8")
CAPTIONS = re.compile(r"captions(-[a-z]{2,8})?-\d{3,6}\.vtt")
FRAGMENTS = re.compile(r"[a-z]{1,20}-\d{3,6}\.mp4")
BY_SESSION = ("take",)  # kinds
CHUNK = 256 * 1024
_PRIVATE = {"cache-control": "private, no-store"}


async def show_file(request: Request) -> Response:
    """GET /recordings/{id}/hls/{file}: playable while it is still being written."""
    name = request.path_params["file"]
    folder = await _folder(request)
    if PLAYLIST.fullmatch(name):
        text = await run_in_threadpool(_read, folder / name)
        return Response(text, media_type="application/vnd.apple.mpegurl", headers=_PRIVATE)
    if CAPTIONS.fullmatch(name):
        text = await run_in_threadpool(_read, folder / name)
        return Response(text, media_type="text/vtt", headers=_PRIVATE)
    if FRAGMENTS.fullmatch(name):
        kind = "audio/mp4" if name.startswith(("audio", "voice")) else "video/mp4"
        return await bytes_of(request, folder / name, kind)
    raise NotFound


async def download(request: Request) -> Response:
    """GET /recordings/{id}/download/{file}: one file of the recording, to keep."""
    name = request.path_params["file"]
    if not FRAGMENTS.fullmatch(name):
        raise NotFound
    answer = await bytes_of(request, await _folder(request) / name, "video/mp4")
    answer.headers["content-disposition"] = f'attachment; filename="{name}"'
    return answer


async def _folder(request: Request) -> Path:
    person = current_person(request)
    the_house = house(request)
    async with the_house.database.session() as session:
        recording = await the_house.part(Watchers).recording(
            session, person, request.path_params["id"]
        )
    if recording.kind not in BY_SESSION:
        raise NotFound
    return recording_folder(the_house.folder, recording.id)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFound from None


async def bytes_of(request: Request, path: Path, kind: str) -> Response:
    """The file as it is now, or the one range asked for (RFC 9110); what is written later is not
    sent, so that the length announced stays true. NotFound; 416 beyond the end."""
    try:
        size = (await anyio.Path(path).stat()).st_size
    except FileNotFoundError:
        raise NotFound from None
    headers = {"accept-ranges": "bytes", **_PRIVATE}
    asked = request.headers.get("range")
    if asked is None:
        first, last, status = 0, size - 1, 200
    else:
        span = parse_range(asked, size)
        if span is None:
            headers["content-range"] = f"bytes */{size}"
            return Response(status_code=416, headers=headers)
        (first, last), status = span, 206
        headers["content-range"] = f"bytes {first}-{last}/{size}"
    headers["content-length"] = str(last - first + 1)
    body = _chunks(path, first, last + 1 - first)
    return StreamingResponse(body, status, headers, media_type=kind)


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of `bytes=a-b`, `bytes=a-` or `bytes=-n`; None when nothing is there.

    Raises Invalid for several ranges and for anything else.
    """
    found = re.fullmatch(r"bytes=(\d{0,15})-(\d{0,15})", header.strip())
    if not found or not (found[1] or found[2]):
        raise Invalid("error.range")
    if not found[1]:
        first, last = max(0, size - int(found[2])), size - 1
    else:
        first, last = int(found[1]), min(int(found[2] or size), size - 1)
    return (first, last) if first <= last else None


async def _chunks(path: Path, at: int, length: int) -> AsyncIterator[bytes]:
    async with await anyio.open_file(path, "rb") as file:
        await file.seek(at)
        while length > 0:
            chunk = await file.read(min(CHUNK, length))
            if not chunk:
                return
            length -= len(chunk)
            yield chunk


routes = [
    Route("/recordings/{id}/hls/{file}", show_file),
    Route("/recordings/{id}/download/{file}", download),
]
