"""Slides: taken in for a plan, looked at page by page, and read as the whole PDF."""

from sqlalchemy import Update, update
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from media.confined import Refused
from server.accounts.sessions import current_person
from server.courses.access import DeckReaders, deck_for, plan_for
from server.courses.slide_deck import SlideDeck, deck_file
from server.courses.slides import WIDTHS, SlideShelf, chunks_of
from server.errors import NotFound, Unavailable
from server.http.context import house
from server.http.forms import read_form, read_upload
from server.store.database import now

_PRIVATE = {"cache-control": "private, max-age=31536000, immutable"}


async def show_slides(request: Request) -> Response:
    """GET /plans/{plan_id}/slides: back to the plan, where they are (after a reload)."""
    return RedirectResponse(f"/plans/{request.path_params['plan_id']}#slides", 303)


async def do_upload(request: Request) -> Response:
    """POST /plans/{plan_id}/slides: a PDF, PPTX or ODP takes the place of the slides before."""
    person, the_house = current_person(request), house(request)
    plan_id = request.path_params["plan_id"]
    async with the_house.database.session() as session:
        await plan_for(session, person, plan_id)
    shelf, limit = the_house.part(SlideShelf), the_house.settings.slides_limit
    try:
        async with read_upload(request, file_limit=limit) as form:
            file = form.file("slides")
            deck = await shelf.take_in(
                file.filename or "", chunks_of(file), owner_id=person.id, plan_id=plan_id
            )
    except OSError as error:
        raise Unavailable("error.disk_full") from error
    async with the_house.database.session() as session:
        await session.execute(_taken_off(plan_id))
        session.add(deck)
    return RedirectResponse(f"/plans/{plan_id}#slides", 303)


async def do_remove(request: Request) -> Response:
    """POST /plans/{plan_id}/slides/remove: the plan has no slides; takes keep theirs."""
    await read_form(request)
    async with house(request).database.session() as session:
        plan = await plan_for(session, current_person(request), request.path_params["plan_id"])
        await session.execute(_taken_off(plan.id))
    return RedirectResponse(f"/plans/{plan.id}#slides", 303)


async def show_pdf(request: Request) -> Response:
    """GET /slides/{deck_id}/slides.pdf"""
    deck = await _deck(request)
    path = deck_file(house(request).folder, deck.id)
    return FileResponse(path, media_type="application/pdf", headers=_PRIVATE)


async def show_page(request: Request) -> Response:
    """GET /slides/{deck_id}/page/{page}.webp, `?width=` one of WIDTHS."""
    page = request.path_params["page"]
    wanted = request.query_params.get("width", str(WIDTHS[0]))
    deck = await _deck(request)
    if not 1 <= page <= deck.pages or wanted not in map(str, WIDTHS):
        raise NotFound
    try:
        picture = await house(request).part(SlideShelf).picture(deck.id, page, int(wanted))
    except Refused as refused:
        raise Unavailable(refused.key, **refused.params) from None
    return FileResponse(picture, media_type="image/webp", headers=_PRIVATE)


async def _deck(request: Request) -> SlideDeck:
    the_house, deck_id = house(request), request.path_params["deck_id"]
    async with the_house.database.session() as session:
        return await deck_for(
            session, current_person(request), deck_id, the_house.part(DeckReaders)
        )


def _taken_off(plan_id: str) -> Update:
    return (
        update(SlideDeck)
        .where(SlideDeck.plan_id == plan_id, SlideDeck.removed_at.is_(None))
        .values(removed_at=now())
    )


routes = [
    Route("/plans/{plan_id}/slides", show_slides),
    Route("/plans/{plan_id}/slides", do_upload, methods=["POST"]),
    Route("/plans/{plan_id}/slides/remove", do_remove, methods=["POST"]),
    Route("/slides/{deck_id}/slides.pdf", show_pdf),
    Route("/slides/{deck_id}/page/{page:int}.webp", show_page),
]
