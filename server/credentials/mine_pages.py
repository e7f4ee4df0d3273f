"""What a person holds, to take along and to show; and what they bring of other schools."""

import asyncio
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.credentials.certificate import Certificate, drawn
from server.credentials.credential import Achievement, Credential, issued_to
from server.credentials.issuing import Credentials
from server.credentials.json_ld import Unreadable, read
from server.credentials.public_pages import LARGEST_FILE, Turnstile, judged
from server.credentials.recognising import bring, brought_by
from server.credentials.telling import because
from server.credentials.verifying import unpacked
from server.errors import Invalid, NotFound, Problem
from server.http.context import house, translator
from server.http.forms import read_form, read_upload
from server.http.pages import render
from server.store.database import now


async def show_mine(request: Request) -> Response:
    """GET /credentials/mine"""
    return await _page(request)


async def do_name(request: Request) -> Response:
    """POST /credentials/mine/{credential_id}/name: whether the public page says whose it is."""
    shown = bool((await read_form(request)).text("shown", required=False))
    async with house(request).database.session() as session:
        credential, _ = await _one(request, session)
        credential.shows_name = shown
    return RedirectResponse("/credentials/mine", 303)


async def show_file(request: Request) -> Response:
    """GET /credentials/mine/{credential_id}/credential.json: as it was issued."""
    async with house(request).database.session() as session:
        credential, _ = await _one(request, session)
    return _download(JSONResponse(credential.document), f"credential-{credential.id[:8]}.json")


async def show_bundle(request: Request) -> Response:
    """GET /credentials/mine/{credential_id}/bundle.json: with all that proves it, offline."""
    async with house(request).database.session() as session:
        credential, _ = await _one(request, session)
    bundle = await house(request).part(Credentials).bundle(credential)
    return _download(JSONResponse(bundle), f"credential-{credential.id[:8]}.bundle.json")


async def show_pdf(request: Request) -> Response:
    """GET /credentials/mine/{credential_id}/certificate.pdf"""
    async with house(request).database.session() as session:
        credential, achievement = await _one(request, session)
    zone = ZoneInfo(house(request).settings.timezone)
    pdf = await asyncio.to_thread(drawn, certificate_of(credential, achievement, zone))
    answer = Response(pdf, media_type="application/pdf")
    return _download(answer, f"certificate-{credential.id[:8]}.pdf")


async def do_bring(request: Request) -> Response:
    """POST /credentials/mine/brought: a bundle of another school."""
    person, the_house, words = current_person(request), house(request), translator(request)
    await the_house.part(Turnstile).pass_by(request)
    try:
        async with read_upload(request, file_limit=LARGEST_FILE) as form:
            text = await form.file("file").read()
        try:
            bundle = unpacked(read(text))
        except Unreadable as problem:
            raise Invalid("error.credential.file", field="file", detail=str(problem)) from None
        verdict = await judged(request, bundle)
        why = because(words, verdict.why) if verdict.why else ""
        zone = ZoneInfo(the_house.settings.timezone)
        async with the_house.database.session() as session:
            await bring(session, person, bundle, verdict, why, zone)
    except Problem as problem:
        return await _page(request, problem)
    return RedirectResponse("/credentials/mine#brought", 303)


def certificate_of(credential: Credential, achievement: Achievement, zone: ZoneInfo) -> Certificate:
    """What stands on the paper; all of it from the signed credential, but the English title."""
    document, subject = credential.document, credential.document["credentialSubject"]
    until = credential.valid_until
    return Certificate(
        holder=subject["identifier"][0]["identityHash"],
        title=document["name"],
        title_en=achievement.title_en,
        description=subject["achievement"]["description"],
        hours=subject.get("creditsEarned", 0),
        school=document["issuer"]["name"],
        issued=credential.issued_at.astimezone(zone).date(),
        until=until.astimezone(zone).date() if until else None,
        number=credential.id,
        page=document["id"],
    )


async def _one(request: Request, session: AsyncSession) -> tuple[Credential, Achievement]:
    """The person's own. NotFound."""
    person = current_person(request)
    credential = await session.get(Credential, request.path_params["credential_id"])
    if credential is None or credential.person_id != person.id:
        raise NotFound
    return credential, await session.get_one(Achievement, credential.achievement_id)


async def _page(request: Request, problem: Problem | None = None) -> Response:
    person = current_person(request)
    async with house(request).database.session() as session:
        held = await issued_to(session, person.id)
        brought = await brought_by(session, person.id)
    context = {
        "held": [(one, achievement, one.state(now())) for one, achievement in held],
        "brought": brought,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "credentials/mine.html", context, status=status)


def _download(answer: Response, name: str) -> Response:
    answer.headers["content-disposition"] = f'attachment; filename="{name}"'
    return answer


routes = [
    Route("/credentials/mine", show_mine),
    Route("/credentials/mine/brought", do_bring, methods=["POST"]),
    Route("/credentials/mine/{credential_id}/name", do_name, methods=["POST"]),
    Route("/credentials/mine/{credential_id}/credential.json", show_file),
    Route("/credentials/mine/{credential_id}/bundle.json", show_bundle),
    Route("/credentials/mine/{credential_id}/certificate.pdf", show_pdf),
]
