"""A course in a podcast player: a feed for one person, with what that person may watch."""

from email.utils import format_datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.courses.course import Course
from server.errors import NotFound
from server.http.context import House, house, translator
from server.http.forms import read_form
from server.http.pages import render
from server.lessons.access import sees, watches
from server.lessons.lesson import Lesson
from server.recordings.preparing import Preparing
from server.recordings.recording import Recording
from server.recordings.release import Release, release_of
from server.recordings.viewings import note_viewing
from server.sharing.link import FEED, LinkTokens, ShareLink
from server.sharing.packing import SOUND, shared_file
from server.sharing.rules import is_shown_outside
from server.store.database import now

MOST_ITEMS = 300
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
register_namespace("itunes", ITUNES)


async def show_feed_page(request: Request) -> Response:
    """GET /courses/{course_id}/feed: one's own address, or a button to get one."""
    person, the_house = current_person(request), house(request)
    async with the_house.database.session() as session:
        course = await _course(session, person, request.path_params["course_id"])
        link = await _own(session, person, course)
    address = ""
    if link:
        token = the_house.part(LinkTokens).of(link)
        address = f"{the_house.settings.address}/feeds/{token}/feed.xml"
    context = {"course": course, "link": link, "address": address}
    return render(request, "sharing/feed.html", context)


async def do_make_feed(request: Request) -> Response:
    """POST /courses/{course_id}/feed: a new address; one that was given away before is over."""
    person, the_house = current_person(request), house(request)
    await read_form(request)
    async with the_house.database.session() as session:
        course = await _course(session, person, request.path_params["course_id"])
        await _revoke(session, person, course)
        session.add(
            ShareLink(kind=FEED, course_id=course.id, person_id=person.id, made_by=person.id)
        )
        due = [
            release.recording_id
            for _, release in await heard(session, person, course.id)
            if not shared_file(the_house.folder, release, "voice.m4a").exists()
        ]
    for recording_id in due:
        await the_house.part(Preparing).again(recording_id, SOUND)
    return RedirectResponse(f"/courses/{course.id}/feed", 303)


async def do_end_feed(request: Request) -> Response:
    """POST /courses/{course_id}/feed/end"""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        course = await _course(session, person, request.path_params["course_id"])
        await _revoke(session, person, course)
    return RedirectResponse(f"/courses/{course.id}/feed", 303)


async def show_feed(request: Request) -> Response:
    """GET /feeds/{token}/feed.xml: RSS 2.0 with the iTunes module."""
    the_house, token = house(request), request.path_params["token"]
    async with the_house.database.session() as session:
        person, course = await _bearer(the_house, session, token)
        items = await heard(session, person, course.id)
        ids = [release.recording_id for _, release in items]
        found = select(Recording.id, Recording.duration).where(Recording.id.in_(ids))
        lengths = {name: seconds for name, seconds in await session.execute(found)}
    base = f"{the_house.settings.address}/feeds/{token}"
    rss = Element("rss", {"version": "2.0"})
    channel = SubElement(rss, "channel")
    _say(channel, title=course.title, link=the_house.settings.address, language="zh-cn")
    _say(channel, description=translator(request).t("share.feed.about", course=course.title))
    SubElement(channel, f"{{{ITUNES}}}block").text = "yes"  # no directory lists it
    due = []
    for lesson, release in items:
        file = shared_file(the_house.folder, release, "voice.m4a")
        if not file.exists():
            due.append(release.recording_id)
            continue
        item = SubElement(channel, "item")
        _say(item, title=lesson.title, pubDate=format_datetime(lesson.starts_at))
        SubElement(item, "guid", {"isPermaLink": "false"}).text = f"{lesson.id}-{release.version}"
        size = {"url": f"{base}/{lesson.id}.m4a", "length": str(file.stat().st_size)}
        SubElement(item, "enclosure", {**size, "type": "audio/mp4"})
        seconds = lengths.get(release.recording_id, 0.0)
        SubElement(item, f"{{{ITUNES}}}duration").text = str(round(seconds))
    for recording_id in due:
        await the_house.part(Preparing).again(recording_id, SOUND)
    body = tostring(rss, "utf-8", xml_declaration=True)
    return Response(body, media_type="application/rss+xml")


async def show_sound(request: Request) -> Response:
    """GET /feeds/{token}/{lesson_id}.m4a"""
    the_house = house(request)
    async with the_house.database.session() as session:
        person, course = await _bearer(the_house, session, request.path_params["token"])
        found = {lesson.id: release for lesson, release in await heard(session, person, course.id)}
        release = found.get(request.path_params["lesson_id"])
        if release is None:
            raise NotFound
        file = shared_file(the_house.folder, release, "voice.m4a")
        if not file.exists():
            raise NotFound
        if request.headers.get("range", "bytes=0-").startswith("bytes=0-"):
            note_viewing(session, release.recording_id, release.edition, "feed", person.id)
    headers = {"cache-control": "private, no-store"}
    return FileResponse(file, media_type="audio/mp4", headers=headers)


async def heard(
    session: AsyncSession, person: Person, course_id: str
) -> list[tuple[Lesson, Release]]:
    """The published lessons of a course that the person may take along, the newest first."""
    found = await session.scalars(
        select(Lesson)
        .where(Lesson.course_id == course_id, Lesson.recording_id.is_not(None), watches(person))
        .order_by(Lesson.starts_at.desc())
        .limit(MOST_ITEMS)
    )
    releases = [(lesson, await release_of(session, str(lesson.recording_id))) for lesson in found]
    return [(lesson, release) for lesson, release in releases if is_shown_outside(release)]


async def _course(session: AsyncSession, person: Person, course_id: str) -> Course:
    """A course with lessons the person may know of. NotFound."""
    theirs = select(Lesson.course_id).where(sees(person))
    found = await session.scalar(
        select(Course).where(Course.id == course_id, Course.id.in_(theirs))
    )
    if found is None:
        raise NotFound
    return found


async def _own(session: AsyncSession, person: Person, course: Course) -> ShareLink | None:
    found: ShareLink | None = await session.scalar(
        select(ShareLink).where(
            ShareLink.kind == FEED,
            ShareLink.course_id == course.id,
            ShareLink.person_id == person.id,
            ShareLink.revoked_at.is_(None),
        )
    )
    return found


async def _revoke(session: AsyncSession, person: Person, course: Course) -> None:
    await session.execute(
        update(ShareLink)
        .where(
            ShareLink.kind == FEED,
            ShareLink.course_id == course.id,
            ShareLink.person_id == person.id,
        )
        .values(revoked_at=now())
    )


async def _bearer(the_house: House, session: AsyncSession, token: str) -> tuple[Person, Course]:
    """Whose feed it is. NotFound, also where that person may not sign in any more."""
    link = await the_house.part(LinkTokens).link(session, FEED, token)
    person = await session.get_one(Person, link.person_id)
    if person.deactivated_at is not None:
        raise NotFound
    return person, await session.get_one(Course, link.course_id)


def _say(parent: Any, **elements: str) -> None:
    for name, text in elements.items():
        SubElement(parent, name).text = text


routes = [
    Route("/courses/{course_id}/feed", show_feed_page),
    Route("/courses/{course_id}/feed", do_make_feed, methods=["POST"]),
    Route("/courses/{course_id}/feed/end", do_end_feed, methods=["POST"]),
    Route("/feeds/{token}/feed.xml", show_feed),
    Route("/feeds/{token}/{lesson_id}.m4a", show_sound),
]
