"""multipart/mixed: statements and the bytes of their attachments (Communication 1.5.2)."""

import re
import secrets
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from itertools import pairwise

from python_multipart.multipart import parse_options_header

from server.errors import Invalid
from server.lrs.attached import is_hash_of

MOST_PARTS = 1000
_LONGEST_HEAD = 8192
_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,./:=? -]{1,70}")  # RFC 2046, 5.1.1


@dataclass(frozen=True, slots=True)
class Part:
    """Headers by their name in lower case, and the bytes."""

    headers: dict[str, str]
    content: bytes


def read_mixed(content_type: str, body: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The JSON of the statements, and bytes by the hash they are declared with. Invalid."""
    first, *others = _parts(content_type, body)
    if _kind(first.headers.get("content-type", "")) != "application/json":
        raise Invalid("error.lrs.first_part")
    found: dict[str, bytes] = {}
    for part in others:
        sha2 = part.headers.get("x-experience-api-hash", "").lower()
        if part.headers.get("content-transfer-encoding", "").lower() != "binary":
            raise Invalid("error.lrs.not_binary")
        if not is_hash_of(sha2, part.content):
            raise Invalid("error.lrs.attachment_hash", sha2=sha2[:128] or "–")
        found[sha2] = part.content
    return first.content, found


async def written_mixed(
    boundary: str, statements: bytes, parts: AsyncIterable[tuple[str, str, bytes]]
) -> AsyncIterator[bytes]:
    """The body of an answer; `parts` are content types, hashes and bytes."""
    yield (
        f"--{boundary}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(statements)}\r\n\r\n"
    ).encode() + statements
    async for content_type, sha2, content in parts:
        head = (
            f"\r\n--{boundary}\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(content)}\r\nContent-Transfer-Encoding: binary\r\n"
            f"X-Experience-API-Hash: {sha2}\r\n\r\n"
        )
        yield head.encode("ascii") + content
    yield f"\r\n--{boundary}--\r\n".encode()


def new_boundary() -> str:
    """A boundary that nothing contains."""
    return secrets.token_hex(20)


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _parts(content_type: str, body: bytes) -> list[Part]:
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not _BOUNDARY.fullmatch(boundary):
        raise Invalid("error.lrs.boundary")
    line = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    delimiters = list(line.finditer(body))
    if len(delimiters) < 2 or len(delimiters) > MOST_PARTS or not delimiters[-1][1]:
        raise Invalid("error.lrs.boundary")
    if any(one[1] for one in delimiters[:-1]):
        raise Invalid("error.lrs.boundary")
    return [_part(body[this.end() : following.start()]) for this, following in pairwise(delimiters)]


def _part(text: bytes) -> Part:
    text = text.removeprefix(b"\r").removeprefix(b"\n")
    if text.startswith((b"\r\n", b"\n")):  # no headers at all
        return Part({}, text.removeprefix(b"\r").removeprefix(b"\n"))
    end = re.search(rb"\r?\n\r?\n", text[:_LONGEST_HEAD])
    if not end:
        raise Invalid("error.lrs.boundary")
    headers: dict[str, str] = {}
    for line in text[: end.start()].decode("latin-1").splitlines():
        name, colon, value = line.partition(":")
        if not colon:
            raise Invalid("error.lrs.boundary")
        headers[name.strip().lower()] = value.strip()
    return Part(headers, text[end.end() :])
