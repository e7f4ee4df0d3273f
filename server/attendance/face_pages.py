"""Checking in by face: the text one agrees to or not, taking it back, and the check itself."""

from pathlib import Path

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from media.confined import Broken, Refused
from media.face_match import SAME, alike
from media.picture import LARGEST_FILE
from media.picture_process import PictureBusy, PictureProcess
from server.accounts.sessions import current_person
from server.attendance.check_in import school_rules
from server.attendance.face import (
    SECRET,
    VERSION,
    Sealer,
    Template,
    agree,
    consent_of,
    keep_template,
    need_consent,
    need_models,
    template_of,
    withdraw,
)
from server.attendance.scanning import CheckIn
from server.errors import Conflict, Forbidden, Invalid, TooLarge, TooMany, Unavailable
from server.events import EvidenceGiven
from server.http.context import house
from server.http.forms import check_csrf, read_form
from server.http.pages import render

_REFUSED = {"face.none": "error.face.none", "face.several": "error.face.several"}


async def show_face(request: Request) -> Response:
    """GET /check-in/face: what it is, whether one agreed, and the other ways."""
    person = current_person(request)
    check_in = house(request).part(CheckIn)
    async with house(request).database.session() as session:
        context = {
            "on": (await school_rules(session)).face,
            "consent": await consent_of(session, person.id),
            "template": await template_of(session, person.id),
            "version": VERSION,
            "open": await check_in.open_now(session, person),
        }
    return render(request, "attendance/face.html", context)


async def do_agree(request: Request) -> Response:
    """POST /check-in/face/consent. Unavailable where the school has not switched it on."""
    person = current_person(request)
    form = await read_form(request)
    if form.number("version", low=1, high=1000) != VERSION:
        raise Conflict("error.face.other_version")
    async with house(request).database.session() as session:
        if not (await school_rules(session)).face:
            raise Unavailable("error.face.off")
        await agree(session, person.id)
    return RedirectResponse("/check-in/face", 303)


async def do_withdraw(request: Request) -> Response:
    """POST /check-in/face/withdraw: at once, and what was kept is gone from the file too."""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        await withdraw(session, person.id)
    await house(request).database.scrub()
    return RedirectResponse("/check-in/face", 303)


async def do_enrol(request: Request) -> Response:
    """POST /check-in/face/template, a JPEG: what one is compared by from now on. Forbidden without
    consent. The picture is not kept."""
    check_csrf(request)
    person = current_person(request)
    found = await _look(request)
    sealed = _sealer(request).seal(found)
    async with house(request).database.session() as session:
        await keep_template(session, person.id, sealed)
    return JSONResponse({"to": "/check-in/face"})


async def do_check_in(request: Request) -> Response:
    """POST /check-in/face/{lesson_id}, a JPEG: check in where it is the same face, one to one."""
    check_csrf(request)
    person = current_person(request)
    found = await _look(request)
    async with house(request).database.session() as session:
        kept = await template_of(session, person.id)
        template = _sealer(request).open(kept.sealed) if kept else None
        if template is None:
            raise Conflict("error.face.no_template")
        if alike(template, found) < SAME:
            raise Invalid("error.face.other")
        arrival = await house(request).part(CheckIn).by_face(
            session, person, request.path_params["lesson_id"]
        )  # fmt: skip
    if arrival.new:
        house(request).bus.publish(EvidenceGiven(arrival.lesson.id, (person.id,)))
    return JSONResponse({"to": f"/check-in/lessons/{arrival.lesson.id}"})


async def _look(request: Request) -> Template:
    """The template of the picture that was sent, of a person who agreed."""
    settings, person = house(request).settings, current_person(request)
    async with house(request).database.session() as session:
        await need_consent(session, person.id)
        if not (await school_rules(session)).face:
            raise Forbidden("error.face.off")
    need_models(settings)
    picture = bytearray()
    async for chunk in request.stream():
        picture += chunk
        if len(picture) > LARGEST_FILE:
            raise TooLarge
    try:
        found = await house(request).part(PictureProcess).face_template(
            bytes(picture), Path(settings.sface_model)
        )  # fmt: skip
    except Refused as problem:
        raise Invalid(_REFUSED.get(problem.key, problem.key)) from None
    except PictureBusy:
        raise TooMany(seconds=2) from None
    except Broken:
        raise Unavailable("error.face.broken") from None
    return np.asarray(found, np.float32)


def _sealer(request: Request) -> Sealer:
    return Sealer(house(request).folder.secret(SECRET))


routes = [
    Route("/check-in/face", show_face),
    Route("/check-in/face/consent", do_agree, methods=["POST"]),
    Route("/check-in/face/withdraw", do_withdraw, methods=["POST"]),
    Route("/check-in/face/template", do_enrol, methods=["POST"]),
    Route("/check-in/face/{lesson_id}", do_check_in, methods=["POST"]),
]
