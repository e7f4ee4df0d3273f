"""Who is asking: a random cookie, its hash in the database, the person behind it."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, mapped_column
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.accounts.person import Person
from server.errors import SignInNeeded
from server.http.context import House, house
from server.i18n import LANGUAGES, Translator, choose
from server.store.database import Database, Table, now

COOKIE = "jiangtai_session"
LANGUAGE_COOKIE = "jiangtai_language"
_SEEN_EVERY = timedelta(minutes=5)
_NO_SESSION_NEEDED = ("/assets/", "/vendor/", "/whip/", "/whep/", "/xapi/")


class Session(Table):
    """One browser in which a person is signed in. The id is the hash of the cookie."""

    __tablename__ = "session"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def start_session(request: Request, response: Response, person_id: str) -> None:
    """Sign `person_id` in, in the browser that gets `response`."""
    token = secrets.token_urlsafe(32)
    async with house(request).database.session() as session:
        session.add(Session(id=_hash(token), person_id=person_id))
    response.set_cookie(
        COOKIE, token, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


async def end_session(request: Request, response: Response) -> None:
    """Sign out here."""
    async with house(request).database.session() as session:
        await session.execute(
            delete(Session).where(Session.id == _hash(request.cookies.get(COOKIE, "")))
        )
    response.delete_cookie(COOKIE)


async def end_all_sessions(database: Database, person_id: str) -> None:
    """Sign `person_id` out everywhere: after a new password, or when deactivated."""
    async with database.session() as session:
        await session.execute(delete(Session).where(Session.person_id == person_id))


async def person_of_token(the_house: House, token: str) -> Person | None:
    """The active person a cookie belongs to; None when it is unknown or unused for too long."""
    if not token:
        return None
    async with the_house.database.session() as session:
        found = await session.get(Session, _hash(token))
        if found is None:
            return None
        moment = now()
        if moment - found.seen_at > timedelta(hours=the_house.settings.session_hours):
            await session.delete(found)
            return None
        if moment - found.seen_at > _SEEN_EVERY:
            found.seen_at = moment
        return await session.scalar(
            select(Person).where(Person.id == found.person_id, Person.deactivated_at.is_(None))
        )


def csrf_of(the_house: House, token: str) -> str:
    """What the forms of a session must send back."""
    key = the_house.folder.secret("csrf")
    return hmac.new(key, token.encode(), hashlib.sha256).hexdigest()


def current_person(connection: HTTPConnection) -> Person:
    """The person signed in. Raises SignInNeeded."""
    person: Person | None = connection.state.person
    if person is None:
        raise SignInNeeded
    return person


class SessionMiddleware:
    """Puts `person` (or None), `csrf` and `translator` into the state of requests and sockets."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        the_house = house(connection)
        token = connection.cookies.get(COOKIE, "")
        person = None
        if not scope["path"].startswith(_NO_SESSION_NEEDED):
            person = await person_of_token(the_house, token)
        connection.state.person = person
        connection.state.csrf = csrf_of(the_house, token)
        connection.state.translator = Translator(
            _language(connection, person), ZoneInfo(the_house.settings.timezone)
        )
        await self.app(scope, receive, send)


def _language(connection: HTTPConnection, person: Person | None) -> str:
    asked = connection.cookies.get(LANGUAGE_COOKIE, "")
    if person and person.language:
        return person.language
    if asked in LANGUAGES:
        return asked
    return choose(
        connection.headers.get("accept-language", ""), house(connection).settings.language
    )
