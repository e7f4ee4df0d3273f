"""build_app(settings): the one place where the parts meet."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from media.picture_process import PictureProcess
from server.accounts import pages as accounts_pages
from server.accounts import people_pages
from server.accounts.sessions import SessionMiddleware, current_person
from server.accounts.signin import Gate
from server.attendance import checking_in_pages
from server.attendance import desk as attendance_desk
from server.attendance import pages as attendance_pages
from server.attendance.service import Attendance
from server.classroom import connectivity_pages, handout_pages, hls_pages, whip_pages
from server.classroom import pages as classroom_pages
from server.classroom import socket as classroom_socket
from server.classroom.access import Doors
from server.classroom.agenda import Askers
from server.classroom.broadcasts import Broadcasts
from server.classroom.handouts import LARGEST as LARGEST_HANDOUT
from server.classroom.handouts import Handouts
from server.classroom.hls_door import HlsDoor
from server.classroom.outside import Outside
from server.classroom.rooms import Rooms
from server.classroom.tokens import Tokens
from server.classroom.trials import Trials
from server.control import Control
from server.courses import pages as courses_pages
from server.courses.access import DeckReaders
from server.courses.cards import PROVIDERS as COURSES_CARDS
from server.courses.slides import SlideShelf
from server.credentials import pages as credentials_pages
from server.credentials.issuing import Credentials
from server.credentials.public_pages import Turnstile
from server.errors import Problem
from server.events import EditionReady, ModelChanged
from server.hearing import pages as hearing_pages
from server.hearing.ear import Ear
from server.hours import pages as hours_pages
from server.hours.joining import Hours
from server.http import assets
from server.http.assets import Assets
from server.http.context import House
from server.http.desk import Desk
from server.http.pages import environment, render
from server.http.problems import answer_problem
from server.http.safety import BODY_LIMIT, BodyLimit, SafetyHeaders, SameSite
from server.lessons import access as lessons_access
from server.lessons import (
    chapter_pages,
    comment_pages,
    editing_pages,
    preparing_pages,
    rubric_pages,
)
from server.lessons import desk as lessons_desk
from server.lessons import pages as lessons_pages
from server.lessons.around import Around
from server.lessons.calendar_link import CalendarGate
from server.lessons.custody import lay_around as lay_custody
from server.lessons.expiring import Expiring
from server.lessons.finding import Finding
from server.lessons.guests import GuestGate
from server.lessons.indexing import Indexing
from server.lessons.media import after_room
from server.lessons.receiving import LessonReceiver
from server.lessons.rooms import LessonRooms
from server.lessons.timelines import Timelines
from server.lrs import pages as lrs_pages
from server.lrs.client import Clients
from server.menu import NAVIGATION
from server.notices import pages as notices_pages
from server.notices.postbox import Postbox
from server.publishing import desk as publishing_desk
from server.publishing import pages as publishing_pages
from server.publishing.process import Publishing
from server.publishing.reminders import Reminders
from server.questions import desk as questions_desk
from server.questions import pages as questions_pages
from server.recordings import pages as recordings_pages
from server.recordings.access import Watchers
from server.recordings.addresses import Addresses
from server.recordings.deleting import Deleting
from server.recordings.editing import Editing
from server.recordings.keeping import Keeping
from server.recordings.preparing import Preparing, Step
from server.recordings.recording import Recording
from server.recordings.sealing import Sealing
from server.records import joining as records
from server.records import pages as records_pages
from server.records.sources import sources
from server.records.telling import Telling
from server.roster import pages as roster_pages
from server.roster.reading import LARGEST_FILE as LARGEST_ROSTER
from server.roster.running import Intakes
from server.rubrics import pages as rubrics_pages
from server.search.index import SearchIndex
from server.settings import Settings
from server.sharing import importing, share_pages
from server.sharing import pages as sharing_pages
from server.sharing.importing import PackageReceiver
from server.sharing.link import LinkTokens
from server.sharing.packing import Packing
from server.store.database import Database, sqlite_url
from server.store.folder import DataFolder
from server.studying import evaluation_pages, quiz_pages, watching_pages
from server.studying import pages as studying_pages
from server.studying.studied import Curves
from server.studying.watching_pages import Evidence
from server.takes import desk as takes_desk
from server.takes import pages as takes_pages
from server.takes.access import may_read_deck, may_watch
from server.takes.processing import Processing
from server.takes.receiving import TakeReceiver
from server.takes.rooms import Handover
from server.uploads import pages as uploads_pages
from server.uploads.uploads import Uploads

Prepare = Callable[[House], Awaitable[object]]


async def home(request: Request) -> Response:
    """GET /"""
    person = current_person(request)
    cards = await request.app.state.house.part(Desk).cards(request)
    return render(request, "home.html", {"cards": cards, "roles": sorted(person.roles)})


async def health(request: Request) -> Response:
    """GET /health: is the database there?"""
    async with request.app.state.house.database.session() as session:
        await session.connection()
    return JSONResponse({"status": "ok"})


def routes() -> list[BaseRoute]:
    """Every address of the site."""
    return [
        Route("/", home),
        Route("/health", health),
        Route("/assets/{mark}/{path:path}", assets.own),
        Route("/vendor/{mark}/{path:path}", assets.vendor),
        *accounts_pages.routes,
        *courses_pages.routes,
        *roster_pages.routes,
        *people_pages.routes,
        *hearing_pages.routes,
        *classroom_pages.routes,
        *classroom_socket.routes,
        *handout_pages.routes,
        *hls_pages.routes,
        *whip_pages.routes,
        *connectivity_pages.routes,
        *recordings_pages.routes,
        *uploads_pages.routes,
        *takes_pages.routes,
        *lessons_pages.routes,
        *rubrics_pages.routes,
        *studying_pages.routes,
        *attendance_pages.routes,
        *publishing_pages.routes,
        *sharing_pages.routes,
        *hours_pages.routes,
        *questions_pages.routes,
        *notices_pages.routes,
        *credentials_pages.routes,
        *lrs_pages.routes,
        *checking_in_pages.routes,
        *records_pages.routes,
    ]


def preparation(
    receiver: LessonReceiver,
    keeping: Keeping,
    sealing: Sealing,
    finding: Finding,
    indexing: Indexing,
    packages: PackageReceiver,
) -> list[Step]:
    """What is done to the recording of a lesson after the class, in this order."""

    def seen(recording: Recording) -> bool:
        return recording.source in ("room", "file")

    def unheard(recording: Recording) -> bool:
        return recording.source in ("file", "demo")

    return [
        Step("import", receiver.read, wanted=lambda found: False),  # asked for with the file
        Step("transcode", keeping.transcode, wanted=lambda found: found.source == "room"),
        Step("seal", sealing.run, after=("transcode",), lane="light"),
        Step("turns", finding.turns, after=("transcode",), wanted=seen),
        Step("chapters", finding.chapters, after=("turns",), lane="light"),
        Step("thumbnails", finding.thumbnails, after=("transcode", "chapters")),
        Step("words", finding.words, lane="words", wanted=unheard),
        Step("unpack", packages.unpack, lane="light", wanted=lambda one: one.source == "package"),
        Step("ocr", indexing.ocr, after=("thumbnails",)),
        Step(
            "index",
            indexing.index,
            after=("turns", "chapters", "words", "unpack", "ocr"),
            lane="light",
        ),
    ]


def build_app(settings: Settings, prepare: Prepare | None = None) -> Starlette:
    """The application. Its lifespan opens the data folder (FolderInUse), migrates, and lets
    `prepare` make the installation usable before anything runs."""
    folder = DataFolder(settings.data)
    url = settings.database_url or sqlite_url(folder.database_file)
    house = House(settings, folder, Database(url))
    house.add(Gate())
    desk = house.add(Desk())
    for provider in COURSES_CARDS:
        desk.add(provider)
    house.add(DeckReaders())
    intakes = house.add(Intakes(house))
    search = house.add(SearchIndex(house.database))
    house.add(SlideShelf(folder, settings.slides_limit))

    house.add(Clients(settings, house.database))
    ear = house.add(Ear(settings, folder, house.bus))
    pictures = house.add(PictureProcess(Path(settings.face_model) if settings.face_model else None))
    house.add(Doors())
    house.add(Askers())
    house.add(Handouts(folder))
    broadcasts = house.add(Broadcasts(lambda: folder.secret("media")))
    rooms = house.add(Rooms(house))
    house.add(Watchers()).allow("take", may_watch, owner=True)
    addresses = house.add(Addresses(house))
    preparing = house.add(Preparing(house))
    editing = house.add(Editing(house))
    keeping = house.add(Keeping(house))
    sealing = house.add(Sealing(house))
    deleting = house.add(Deleting(house))
    finding = house.add(Finding(house))
    receiver = house.add(LessonReceiver(house))
    packages = house.add(PackageReceiver(house))
    indexing = house.add(Indexing(house))
    for step in preparation(receiver, keeping, sealing, finding, indexing, packages):
        preparing.add(step)
    house.add(Packing(house))
    house.add(LinkTokens(lambda: folder.secret("links")))
    house.part(DeckReaders).add(may_read_deck)
    house.part(Desk).add(takes_desk.lay_cards)
    processing = house.add(Processing(house))
    handover = house.add(Handover(house))
    uploads = house.add(Uploads(house))
    uploads.add("take", TakeReceiver(house))
    uploads.add("lesson", receiver)
    uploads.add("package", packages)
    postbox = house.add(Postbox(house))
    house.add(GuestGate())
    house.add(CalendarGate())
    lesson_rooms = house.add(LessonRooms(house))
    expiring = house.add(Expiring(house))
    around = house.add(Around())
    around.add(chapter_pages.lay_action)
    around.add(preparing_pages.lay_box)
    around.add(comment_pages.tab)
    around.add(lay_custody)
    around.add(editing_pages.link_to_editing)
    around.add(rubric_pages.action)
    around.add(quiz_pages.beside_player)
    around.add(share_pages.beside_player)
    around.add(importing.lay_box)
    around.add(evaluation_pages.beside_player)
    desk.add(evaluation_pages.lay_cards)
    around.add(watching_pages.lay_around)
    house.add(Timelines(house.database))
    house.add(Curves())
    house.add(Evidence(house))
    house.part(Doors).allow("lesson", lessons_access.role_in_room)
    house.part(Watchers).allow("lesson", lessons_access.may_watch)
    broadcasts.follow("lesson", after_room(house))
    house.part(DeckReaders).add(lessons_access.may_read_deck)
    house.part(Desk).add(lessons_desk.lay_cards)
    house.add(Publishing(house))
    house.part(Around).add(publishing_pages.lay_around)
    house.part(Desk).add(publishing_desk.lay_cards)
    questions_desk.introduce(house)
    reminders = house.add(Reminders(house))
    attendance = house.add(Attendance(house))
    lesson_reminders = checking_in_pages.add_parts(house)
    hours = Hours(house)
    desk.add(attendance_desk.lay_cards)
    telling = house.add(Telling(house))
    for source, read in sources(folder).items():
        telling.add(source, read)
    records.join(house)
    house.add(Tokens(house))
    house.add(Outside(house))
    trials = house.add(Trials(house))
    credentials = house.add(Credentials(house))
    house.add(Turnstile())
    control = house.add(Control(house))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as running:
            folder.open()
            running.callback(folder.close)
            running.push_async_callback(house.database.close)
            running.push_async_callback(house.bus.settle)
            await house.database.migrate()
            await search.start()
            if prepare:
                await prepare(house)
            running.callback(pictures.close)
            await deleting.start()
            running.push_async_callback(deleting.stop)
            ours = (ear, processing, uploads, postbox, reminders, preparing, editing)
            later = (sealing, expiring, attendance, telling, lesson_reminders, hours)
            for part in (*ours, *later):
                await part.start()
                running.push_async_callback(part.stop)
            intakes.clear()
            running.push_async_callback(intakes.stop)
            await addresses.start()
            await indexing.start()
            await keeping.start()
            await receiver.start()
            house.bus.subscribe(EditionReady, finding.edition_ready)
            await packages.start()
            house.bus.subscribe(
                ModelChanged, lambda _: preparing.wake("words") if ear.model else None
            )
            await handover.start()
            await lesson_rooms.start()
            await records.start(house)
            running.push_async_callback(records.stop, house)
            await rooms.start()
            running.push_async_callback(rooms.stop)
            running.push_async_callback(trials.stop)
            await credentials.start()
            await control.start()
            running.push_async_callback(control.stop)
            yield

    larger = {
        "/plans/*/slides": settings.slides_limit + BODY_LIMIT,
        "/rooms/*/handouts": LARGEST_HANDOUT + BODY_LIMIT,
        "/people/import": LARGEST_ROSTER + BODY_LIMIT,
        "/uploads/": settings.upload_limit,
        "/lessons/*/recording/editions": editing_pages.LARGEST,
        "/xapi/": sys.maxsize,  # its door has limits of its own
    }
    problems = {kind: answer_problem for kind in (Problem, HTTPException, Exception)}
    app = Starlette(
        routes=routes(),
        lifespan=lifespan,
        middleware=[
            Middleware(HlsDoor, shelves=(broadcasts, addresses)),
            Middleware(SafetyHeaders, https=settings.address.startswith("https")),
            Middleware(SessionMiddleware),
            Middleware(ExceptionMiddleware, handlers=problems),
            Middleware(SameSite),
            Middleware(BodyLimit, larger=larger),
            Middleware(notices_pages.Unseen),
        ],
    )
    app.router.redirect_slashes = False
    app.state.house = house
    app.state.assets = Assets()
    app.state.templates = environment(app.state.assets)
    app.state.templates.globals["navigation"] = NAVIGATION
    return app
