"""The doors of uploads, in the manner of tus 1.0: POST creates, HEAD asks, PATCH adds, DELETE ends.

POST   /uploads       {kind, file_name, bytes, about: {…}} → 201, Location
HEAD   /uploads/{id}  → Upload-Offset, Upload-Length
PATCH  /uploads/{id}  Upload-Offset: n, application/offset+octet-stream → 204, Upload-Offset;
                      with the last byte 201 {page: "/takes/…"}
DELETE /uploads/{id}  → 204
"""

from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from media.confined import Broken, Refused
from server.accounts.sessions import current_person
from server.errors import Invalid
from server.http.context import house
from server.http.forms import check_csrf, read_json
from server.uploads.upload import Upload
from server.uploads.uploads import Uploads, own_upload

TYPE = "application/offset+octet-stream"


class NewUpload(msgspec.Struct, forbid_unknown_fields=True):
    """What is going to be uploaded; what `about` says is the business of the kind's receiver."""

    file_name: str
    bytes: int
    kind: str = "take"
    about: dict[str, Any] = {}


async def do_begin(request: Request) -> Response:
    """POST /uploads"""
    person = current_person(request)
    wanted = await read_json(request, NewUpload)
    uploads = house(request).part(Uploads)
    receiver = uploads.receiver(wanted.kind)
    name = "".join(char for char in wanted.file_name if char.isprintable()).strip()[:200]
    async with house(request).database.session() as session:
        upload = Upload(
            owner_id=person.id, file_name=name, bytes=wanted.bytes, kind=wanted.kind, about={}
        )
        await receiver.announce(session, person, upload, wanted.about)
        await uploads.begin(session, upload)
    address = f"/uploads/{upload.id}"
    return JSONResponse({"upload": address}, 201, {"location": address, "upload-offset": "0"})


async def show_offset(request: Request) -> Response:
    """HEAD /uploads/{id}"""
    upload, uploads = await _own(request)
    return Response(headers=_headers(upload, uploads.offset(upload)))


async def do_append(request: Request) -> Response:
    """PATCH /uploads/{id}"""
    check_csrf(request)
    upload, uploads = await _own(request)
    if request.headers.get("content-type", "").split(";")[0] != TYPE:
        raise Invalid("error.upload.type")
    given = request.headers.get("upload-offset", "")
    if not given.isdecimal() or len(given) > 15:
        raise Invalid("error.upload.offset")
    try:
        there = await uploads.append(upload, int(given), request.stream())
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it: what came is kept
    if there < upload.bytes:
        return Response(status_code=204, headers=_headers(upload, there))
    address = await _finish(upload, uploads)
    return JSONResponse({"page": address}, 201, {**_headers(upload, there), "location": address})


async def _finish(upload: Upload, uploads: Uploads) -> str:
    try:
        async with uploads.taking_in(upload):
            return await uploads.receiver(upload.kind).receive(upload, uploads.file(upload))
    except Refused as refused:
        await uploads.discard(upload)
        raise Invalid(refused.key, field="file", **refused.params) from refused
    except Broken as broken:
        await uploads.discard(upload)
        raise Invalid("media.unusable", field="file") from broken


async def do_discard(request: Request) -> Response:
    """DELETE /uploads/{id}"""
    check_csrf(request)
    upload, uploads = await _own(request)
    await uploads.discard(upload)
    return Response(status_code=204)


async def _own(request: Request) -> tuple[Upload, Uploads]:
    person = current_person(request)
    async with house(request).database.session() as session:
        upload = await own_upload(session, person, request.path_params["id"])
    return upload, house(request).part(Uploads)


def _headers(upload: Upload, offset: int) -> dict[str, str]:
    return {"upload-offset": str(offset), "upload-length": str(upload.bytes)}


routes = [
    Route("/uploads", do_begin, methods=["POST"]),
    Route("/uploads/{id}", show_offset, methods=["HEAD"]),
    Route("/uploads/{id}", do_append, methods=["PATCH"]),
    Route("/uploads/{id}", do_discard, methods=["DELETE"]),
]
