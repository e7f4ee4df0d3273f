"""The doors of uploads, in the manner of tus 1.0: POST creates, HEAD asks, PATCH adds, DELETE ends.

POST   /uploads       {file_name, bytes, language, plan_id?} → 201, Location
HEAD   /uploads/{id}  → Upload-Offset, Upload-Length
PATCH  /uploads/{id}  Upload-Offset: n, application/offset+octet-stream → 204, Upload-Offset;
                      with the last byte 201 {take: "/takes/…"}
DELETE /uploads/{id}  → 204
"""

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from media.confined import Broken, Refused
from server.accounts.access import require
from server.courses.access import deck_of_plan, plan_for
from server.courses.versions import latest_version
from server.errors import Invalid
from server.http.context import house
from server.http.forms import check_csrf, read_json
from server.takes.access import REHEARSERS
from server.takes.rehearsal import LANGUAGES
from server.takes.starting import take_of_upload
from server.takes.upload import Upload
from server.takes.uploads import Uploads, own_upload

TYPE = "application/offset+octet-stream"


class NewUpload(msgspec.Struct, forbid_unknown_fields=True):
    """What is going to be uploaded; with a plan, its newest version and slides are tried out."""

    file_name: str
    bytes: int
    language: str = "zh"
    plan_id: str = ""


async def do_begin(request: Request) -> Response:
    """POST /uploads"""
    person = require(request, *REHEARSERS)
    wanted = await read_json(request, NewUpload)
    if wanted.language not in LANGUAGES:
        raise Invalid("error.form.choice", field="language")
    name = "".join(char for char in wanted.file_name if char.isprintable()).strip()[:200]
    async with house(request).database.session() as session:
        upload = Upload(
            owner_id=person.id, file_name=name, bytes=wanted.bytes, language=wanted.language
        )
        if wanted.plan_id:
            plan = await plan_for(session, person, wanted.plan_id)
            upload.plan_version_id = (await latest_version(session, person, plan)).id
            deck = await deck_of_plan(session, plan.id)
            upload.deck_id = deck.id if deck else None
        await house(request).part(Uploads).begin(session, upload)
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
    if not given.isdigit() or len(given) > 15:
        raise Invalid("error.upload.offset")
    try:
        there = await uploads.append(upload, int(given), request.stream())
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it: what came is kept
    if there < upload.bytes:
        return Response(status_code=204, headers=_headers(upload, there))
    take_id = await _finish(request, upload, uploads)
    address = f"/takes/{take_id}"
    return JSONResponse({"take": address}, 201, {**_headers(upload, there), "location": address})


async def _finish(request: Request, upload: Upload, uploads: Uploads) -> str:
    try:
        return await take_of_upload(house(request), upload, uploads.file(upload))
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
    person = require(request, *REHEARSERS)
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
