"""The staff's page of what leaves the house: the package, and links for other sites."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.errors import Forbidden, Invalid, NotFound, Problem
from server.http.context import house
from server.http.forms import read_form
from server.http.pages import render
from server.lessons.access import lesson_to_tend, may_tend
from server.lessons.around import Action, Addition, Shown
from server.lessons.lesson import Lesson
from server.recordings.addresses import Addresses
from server.recordings.preparing import Preparing
from server.recordings.release import Release, release_of
from server.recordings.viewings import note_viewing
from server.sharing.embed_pages import frame
from server.sharing.link import EMBED, LinkTokens, ShareLink, read_sites
from server.sharing.packing import PACKAGE, Packing, shared_file
from server.sharing.rules import is_shown_outside, may_pack
from server.sharing.signing import fingerprint
from server.store.database import now

MOST_LINKS = 50


async def show_share(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/share"""
    return await _page(request)


async def do_pack(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/share/package: make it."""
    await read_form(request)
    async with house(request).database.session() as session:
        _, release = await _packed(request, session)
    await house(request).part(Preparing).again(release.recording_id, PACKAGE)
    return _back(request)


async def show_package(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/share/package.zip"""
    async with house(request).database.session() as session:
        lesson, release = await _packed(request, session)
        file = shared_file(house(request).folder, release, "lesson.zip")
        if not file.exists():
            raise NotFound
        person = current_person(request)
        note_viewing(session, release.recording_id, release.edition, "package", person.id)
    return FileResponse(file, media_type="application/zip", filename=f"{lesson.title}.zip")


async def do_link(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/share/links: a link for other sites."""
    person, form = current_person(request), await read_form(request)
    try:
        async with house(request).database.session() as session:
            lesson, release = await _tended(request, session, person)
            if not is_shown_outside(release):
                raise Forbidden("error.share.not_outside")
            if len(await links_of(session, lesson)) >= MOST_LINKS:
                raise Invalid("error.share.links", n=MOST_LINKS)
            sites = read_sites(form.text("sites", limit=2000, required=False))
            session.add(ShareLink(kind=EMBED, lesson_id=lesson.id, sites=sites, made_by=person.id))
    except Invalid as problem:
        return await _page(request, problem)
    return _back(request)


async def do_revoke(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/share/links/{link_id}/revoke"""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        lesson, _ = await _tended(request, session, person)
        links = {link.id: link for link in await links_of(session, lesson)}
        link = links.get(request.path_params["link_id"])
        if link is None:
            raise NotFound
        link.revoked_at = now()
    house(request).part(Addresses).recall(link.id)
    return _back(request)


async def beside_player(shown: Shown) -> list[Addition]:
    """The link to the page."""
    if not await may_tend(shown.session, shown.person, shown.lesson):
        return []
    path = f"/lessons/{shown.lesson.id}/recording/share"
    return [Action(path, "share.page", "share-2", 70)]


async def links_of(session: AsyncSession, lesson: Lesson) -> list[ShareLink]:
    """The lesson's links that are good, oldest first."""
    found = await session.scalars(
        select(ShareLink)
        .where(
            ShareLink.lesson_id == lesson.id,
            ShareLink.kind == EMBED,
            ShareLink.revoked_at.is_(None),
        )
        .order_by(ShareLink.id)
    )
    return list(found)


async def _page(request: Request, problem: Problem | None = None) -> Response:
    person, the_house = current_person(request), house(request)
    async with the_house.database.session() as session:
        lesson, release = await _tended(request, session, person)
        steps = await the_house.part(Preparing).steps_of(session, release.recording_id)
        links = await links_of(session, lesson)
    tokens = the_house.part(LinkTokens)
    file = shared_file(the_house.folder, release, "lesson.zip")
    context: dict[str, Any] = {
        "lesson": lesson,
        "release": release,
        "may_pack": may_pack(person, release),
        "outside": is_shown_outside(release),
        "step": next((step for step in steps if step.row.step == PACKAGE), None),
        "size": file.stat().st_size / 1e6 if file.exists() else 0,
        "links": [
            (link, frame(f"{the_house.settings.address}/embed/{tokens.of(link)}", lesson.title))
            for link in links
        ],
        "fingerprint": fingerprint(the_house.part(Packing).key.public),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "sharing/share.html", context, status=status)


async def _tended(
    request: Request, session: AsyncSession, person: Person
) -> tuple[Lesson, Release]:
    lesson = await lesson_to_tend(session, person, request.path_params["lesson_id"])
    if lesson.recording_id is None:
        raise NotFound
    return lesson, await release_of(session, lesson.recording_id)


async def _packed(request: Request, session: AsyncSession) -> tuple[Lesson, Release]:
    person = current_person(request)
    lesson, release = await _tended(request, session, person)
    if not may_pack(person, release):
        raise Forbidden("error.share.label")
    return lesson, release


def _back(request: Request) -> Response:
    return RedirectResponse(f"/lessons/{request.path_params['lesson_id']}/recording/share", 303)


routes = [
    Route("/lessons/{lesson_id}/recording/share", show_share),
    Route("/lessons/{lesson_id}/recording/share/package", do_pack, methods=["POST"]),
    Route("/lessons/{lesson_id}/recording/share/package.zip", show_package),
    Route("/lessons/{lesson_id}/recording/share/links", do_link, methods=["POST"]),
    Route(
        "/lessons/{lesson_id}/recording/share/links/{link_id}/revoke", do_revoke, methods=["POST"]
    ),
]
