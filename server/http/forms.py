"""Reading what people send: bounded, typed, with the field named when something is wrong."""

import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, time
from typing import Any, TypeVar

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from server.errors import Forbidden, Invalid, TooLarge

MAX_FIELDS = 200
MAX_FILES = 1
YEARS = (1900, 2999)  # with which dates are taken
Shape = TypeVar("Shape")


async def read_form(request: Request, *, file_limit: int = 0, most: int = MAX_FIELDS) -> "Form":
    """The posted form of at most `most` fields; one file of at most `file_limit` bytes where that
    is given."""
    files = MAX_FILES if file_limit else 0
    sent = await request.form(
        max_files=files, max_fields=most, max_part_size=max(256 * 1024, file_limit)
    )
    check_csrf(request, sent.get("csrf"))
    return Form(sent)


@asynccontextmanager
async def read_upload(request: Request, *, file_limit: int) -> AsyncIterator["Form"]:
    """The posted form with its one file, which is gone at the end of the block."""
    try:
        yield await read_form(request, file_limit=file_limit)
    finally:
        await request.close()


def check_csrf(request: Request, token: object = None) -> None:
    """Raise Forbidden unless the form's token, or the header `x-csrf-token`, is this session's."""
    given = token or request.headers.get("x-csrf-token", "")
    if not isinstance(given, str) or not secrets.compare_digest(
        given.encode(), request.state.csrf.encode()
    ):
        raise Forbidden("error.csrf")


class Form:
    """Fields of a posted form, taken out by what they must be."""

    def __init__(self, sent: FormData | Mapping[str, Any]) -> None:
        self.sent = sent

    def text(self, name: str, *, limit: int = 200, required: bool = True) -> str:
        """Trimmed text. Invalid when missing, too long, or with control codes."""
        value = self.sent.get(name, "")
        if not isinstance(value, str):
            raise Invalid("error.form.text", field=name)
        value = value.strip()
        if required and not value:
            raise Invalid("error.form.required", field=name)
        if len(value) > limit:
            raise Invalid("error.form.too_long", field=name, limit=limit)
        if any(ord(char) < 32 and char not in "\n\r\t" for char in value):
            raise Invalid("error.form.text", field=name)
        return value

    def number(self, name: str, *, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        try:
            value = int(self.text(name, limit=20))
        except ValueError:
            raise Invalid("error.form.number", field=name, low=low, high=high) from None
        if not low <= value <= high:
            raise Invalid("error.form.number", field=name, low=low, high=high)
        return value

    def choice(
        self, name: str, choices: Mapping[str, Any] | tuple[str, ...] | frozenset[str]
    ) -> str:
        """One of `choices`."""
        value = self.text(name, required=False)
        if value not in choices:
            raise Invalid("error.form.choice", field=name)
        return value

    def day(self, name: str) -> date | None:
        """A date with which one can reckon, or None where the field is empty."""
        value = self.text(name, limit=10, required=False)
        try:
            found = date.fromisoformat(value) if value else None
        except ValueError:
            raise Invalid("error.form.date", field=name) from None
        if found and not YEARS[0] <= found.year <= YEARS[1]:
            raise Invalid("error.form.date", field=name)
        return found

    def clock(self, name: str) -> time:
        """A time of the day, to the minute. Invalid when missing."""
        try:
            value = time.fromisoformat(self.text(name, limit=8))
        except ValueError:
            raise Invalid("error.form.time", field=name) from None
        if value.tzinfo is not None:
            raise Invalid("error.form.time", field=name)
        return value.replace(second=0, microsecond=0)

    def many(self, name: str, *, limit: int = 100) -> list[str]:
        """All values of a field that may come several times."""
        values = self.sent.getlist(name) if isinstance(self.sent, FormData) else [self.sent[name]]
        return [value for value in values if isinstance(value, str)][:limit]

    def file(self, name: str) -> UploadFile:
        """The uploaded file."""
        value = self.sent.get(name)
        if not isinstance(value, UploadFile) or not value.filename:
            raise Invalid("error.form.file", field=name)
        return value


async def read_json(request: Request, shape: type[Shape], *, limit: int = 512 * 1024) -> Shape:
    """The posted JSON as `shape`, any type msgspec knows. Invalid when it is not one."""
    check_csrf(request)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge
    return decode(bytes(body), shape)


def decode(body: bytes | str, shape: type[Shape]) -> Shape:
    """JSON text as `shape`; msgspec bounds depth, and NaN and duplicate keys are refused."""
    try:
        json.loads(body, object_pairs_hook=_no_duplicates, parse_constant=_no_constants)
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Invalid("error.form.json", detail=str(error)[:200]) from None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands there twice")
    return made


def _no_constants(name: str) -> Any:
    raise ValueError(f"{name} is no number")
