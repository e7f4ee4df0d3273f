"""A lesson in the page of another site: a small page of its own, and oEmbed, which names it."""

import re
from html import escape
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.courses.slides import SlideShelf
from server.errors import NotFound
from server.http.context import House, house, translator
from server.http.pages import render
from server.lessons.lesson import Lesson
from server.recordings.addresses import media_address
from server.recordings.release import Release, release_of
from server.recordings.viewings import note_viewing
from server.sharing.describing import laid_out, tell
from server.sharing.link import EMBED, LinkTokens, ShareLink
from server.sharing.packing import SLIDE_WIDTH, as_told
from server.sharing.rules import is_shown_outside

WIDTH, HEIGHT = 960, 720
LEAST, MOST = 240, 4000  # pixels

_PATH = re.compile(r"/embed/([^/]{1,100})")


async def show_embedded(request: Request) -> Response:
    """GET /embed/{token}"""
    the_house, token = house(request), request.path_params["token"]
    async with the_house.database.session() as session:
        link, lesson, release = await _shown(the_house, session, token)
        telling = await tell(the_house, session, lesson, release)
        note_viewing(session, release.recording_id, release.edition, "embed", bearer=link.id)
    described = await laid_out(the_house, telling)
    base = media_address(the_house, link.id, release.recording_id, release.edition)
    context = {
        "lesson": described,
        "held": translator(request).stamp(lesson.starts_at),
        "told": as_told(
            described,
            src="",
            hls=f"{base}index.m3u8",
            slides=f"/embed/{token}/slides/",
        ),
        "oembed": f"/oembed?url={quote(_address(the_house, token), safe='')}",
    }
    answer = render(request, "sharing/embed.html", context)
    answer.headers["content-security-policy"] = _policy(request.state.nonce, link)
    answer.headers["cross-origin-resource-policy"] = "cross-origin"
    return answer


async def show_slide(request: Request) -> Response:
    """GET /embed/{token}/slides/{page}.webp"""
    the_house, page = house(request), request.path_params["page"]
    async with the_house.database.session() as session:
        _, lesson, _ = await _shown(the_house, session, request.path_params["token"])
    if lesson.deck_id is None or not (page.isascii() and page.isdigit() and len(page) == 3):
        raise NotFound
    path = await the_house.part(SlideShelf).picture(lesson.deck_id, int(page), SLIDE_WIDTH)
    headers = {"cache-control": "private, max-age=3600"}
    return Response(path.read_bytes(), media_type="image/webp", headers=headers)


async def show_oembed(request: Request) -> Response:
    """GET /oembed?url=…&maxwidth=…&maxheight=…&format=json|xml (oEmbed 1.0)."""
    the_house, asked = house(request), request.query_params.get("url", "")
    found = _PATH.fullmatch(asked.removeprefix(the_house.settings.address))
    if not found or not asked.startswith(the_house.settings.address):
        raise NotFound
    form = request.query_params.get("format", "json")
    if form not in ("json", "xml"):
        return Response(status_code=501)
    async with the_house.database.session() as session:
        _, lesson, _ = await _shown(the_house, session, found[1])
    width = _bounded(request, "maxwidth", WIDTH)
    height = _bounded(request, "maxheight", HEIGHT)
    told: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": lesson.title,
        "provider_name": translator(request).t("app.name"),
        "provider_url": the_house.settings.address,
        "width": width,
        "height": height,
        "html": frame(_address(the_house, found[1]), lesson.title, width, height),
    }
    if form == "json":
        return JSONResponse(told, headers={"access-control-allow-origin": "*"})
    root = Element("oembed")
    for name, value in told.items():
        SubElement(root, name).text = str(value)
    return Response(tostring(root, "utf-8", xml_declaration=True), media_type="text/xml")


def frame(address: str, title: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    """What another page puts into its HTML."""
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="{width}" '
        f'height="{height}" style="border:0;max-width:100%" allowfullscreen loading="lazy" '
        'referrerpolicy="origin"></iframe>'
    )


def _address(the_house: House, token: str) -> str:
    return f"{the_house.settings.address}/embed/{token}"


async def _shown(
    the_house: House, session: AsyncSession, token: str
) -> tuple[ShareLink, Lesson, Release]:
    """What the link shows now. NotFound where it was revoked, or what it shows may not go out."""
    link = await the_house.part(LinkTokens).link(session, EMBED, token)
    lesson = await session.get_one(Lesson, link.lesson_id)
    if lesson.recording_id is None:
        raise NotFound
    release = await release_of(session, lesson.recording_id)
    if not is_shown_outside(release):
        raise NotFound("error.share.gone")
    return link, lesson, release


def _policy(nonce: str, link: ShareLink) -> str:
    parents = " ".join(link.sites) or "*"
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; "
        "img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; worker-src blob:; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {parents}"
    )


def _bounded(request: Request, name: str, usual: int) -> int:
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        return usual
    return max(LEAST, min(usual, int(text), MOST))


routes = [
    Route("/embed/{token}", show_embedded),
    Route("/embed/{token}/slides/{page}.webp", show_slide),
    Route("/oembed", show_oembed),
]
