"""Documents: put away, merged, fetched, deleted; no update is ever lost (Communication 2.2, 3.1).

What a change is based on is read under the row's lock (PostgreSQL) or in the only connection there
is (SQLite); two that make the same document at once meet at its primary key, and one tries again.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Select, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import undefer

from server.errors import Conflict, Invalid
from server.lrs.document import LrsDocument, Place
from server.lrs.problems import Stale
from server.store.database import Database, now

JSON = "application/json"
_TRIES = 10


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client sends: the bytes and their content type."""

    content: bytes
    content_type: str

    @property
    def is_json(self) -> bool:
        """Whether it says that it is JSON."""
        return self.content_type.partition(";")[0].strip().lower() == JSON


@dataclass(frozen=True, slots=True)
class Conditions:
    """If-Match and If-None-Match: "" where there is none."""

    if_match: str = ""
    if_none_match: str = ""

    def __bool__(self) -> bool:
        return bool(self.if_match or self.if_none_match)

    def check(self, found: LrsDocument | None) -> None:
        """Raise Stale where they do not hold."""
        etag = found.etag if found else None
        if self.if_match and not _names(self.if_match, etag):
            raise Stale
        if self.if_none_match and _names(self.if_none_match, etag):
            raise Stale


def _names(header: str, etag: str | None) -> bool:
    if etag is None:
        return False
    tags = (tag.strip().removeprefix("W/").strip('"').lower() for tag in header.split(","))
    return header.strip() == "*" or etag in tags


def check_json(sent: Sent) -> None:
    """Raise Invalid for what says that it is JSON and is not."""
    if not sent.is_json:
        return
    try:
        sent.content.decode()
        msgspec.json.decode(sent.content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Invalid("error.lrs.json") from None


def merged(before: Sent, sent: Sent) -> Sent:
    """`before` with the properties of `sent`, both JSON objects; else Invalid.

    Values are taken over as they are written: a number keeps its digits.
    """
    if not (before.is_json and sent.is_json):
        raise Invalid("error.lrs.merge")
    both = _properties(before.content) | _properties(sent.content)
    return Sent(msgspec.json.encode(both), sent.content_type)


def _properties(content: bytes) -> dict[str, msgspec.Raw]:
    try:
        return msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError):
        raise Invalid("error.lrs.merge") from None


async def put(
    database: Database, place: Place, name: str, sent: Sent, given: Conditions, guarded: bool
) -> str:
    """Put a document away, and give its ETag. `guarded`: only with a condition.

    Raises Stale, Conflict (it is there, and no condition was given) or Invalid.
    """
    check_json(sent)

    def decide(found: LrsDocument | None) -> Sent:
        if guarded and not given:
            raise Conflict("error.lrs.unguarded") if found else Invalid("error.lrs.no_condition")
        given.check(found)
        return sent

    return await _change(database, place, name, decide)


async def post(database: Database, place: Place, name: str, sent: Sent, given: Conditions) -> str:
    """Merge into the document that is there, or put a new one away. Raises Stale or Invalid."""
    check_json(sent)

    def decide(found: LrsDocument | None) -> Sent:
        given.check(found)
        return merged(Sent(found.content, found.content_type), sent) if found else sent

    return await _change(database, place, name, decide)


async def _change(
    database: Database, place: Place, name: str, decide: Callable[[LrsDocument | None], Sent]
) -> str:
    for _ in range(_TRIES):
        try:
            async with database.session() as session:
                found = await session.get(
                    LrsDocument,
                    place.document(name),
                    options=[undefer(LrsDocument.content)],
                    with_for_update=True,
                )
                wanted = decide(found)
                if found is None:
                    found = _empty(place, name)
                    session.add(found)
                found.content, found.content_type = wanted.content, wanted.content_type
                found.etag = etag_of(wanted.content)
                found.updated_at = now()
                return found.etag
        except IntegrityError:  # somebody made it between our look and our insert
            continue
    raise Conflict


def etag_of(content: bytes) -> str:
    """The SHA-1 of the bytes, which is what xAPI wants for an ETag."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _empty(place: Place, name: str) -> LrsDocument:
    return LrsDocument(
        id=place.document(name),
        shelf=place.shelf,
        kind=place.kind,
        activity=place.activity,
        agent=place.agent,
        registration=place.registration,
        name=name,
    )


async def fetch(database: Database, place: Place, name: str) -> LrsDocument | None:
    """One document with its bytes."""
    async with database.session() as session:
        return await session.get(
            LrsDocument, place.document(name), options=[undefer(LrsDocument.content)]
        )


async def names(
    database: Database, place: Place, since: datetime | None
) -> tuple[list[str], datetime | None]:
    """Names of the documents here, of every registration where the place has none, and when the
    last of them changed. `since`: only what was changed after that."""
    async with database.session() as session:
        found = (await session.execute(_here(place, since))).all()
    listed = sorted({row.name for row in found})
    return listed, max((row.updated_at for row in found), default=None)


def _here(place: Place, since: datetime | None) -> Select[str, datetime]:
    asked = select(LrsDocument.name, LrsDocument.updated_at).where(LrsDocument.shelf == place.shelf)
    if place.registration:
        asked = asked.where(LrsDocument.registration == place.registration)
    return asked.where(LrsDocument.updated_at > since) if since else asked


async def remove(database: Database, place: Place, name: str, given: Conditions) -> None:
    """Delete one document; that none is there is no problem. Raises Stale."""
    async with database.session() as session:
        found = await session.get(LrsDocument, place.document(name), with_for_update=True)
        given.check(found)
        if found:
            await session.delete(found)


async def remove_all(database: Database, place: Place) -> None:
    """Delete all documents here, of every registration where the place has none."""
    gone = delete(LrsDocument).where(LrsDocument.shelf == place.shelf)
    if place.registration:
        gone = gone.where(LrsDocument.registration == place.registration)
    async with database.session() as session:
        await session.execute(gone)
