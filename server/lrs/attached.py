"""The bytes of attachments (Data 2.4.11, Communication 1.5.2): kept once, by their hash."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import Invalid
from server.lrs.statement import LrsAttached, LrsAttachment, LrsStatement

_BY_LENGTH = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_MOST_AT_ONCE = 500
_PUT = text(
    "INSERT INTO lrs_attachment (sha2, size, content) VALUES (:sha2, :size, :content)"
    " ON CONFLICT DO NOTHING"
)


def is_hash_of(sha2: str, content: bytes) -> bool:
    """Whether that is one of the SHA-2 hashes of the content, in hex."""
    kind = _BY_LENGTH.get(len(sha2))
    return bool(kind) and hashlib.new(str(kind), content).hexdigest() == sha2.lower()


def check_attachments(
    statements: Sequence[dict[str, Any]], attachments: Mapping[str, bytes]
) -> None:
    """Invalid where bytes are needed and did not come, are not what their hash says, or belong to
    no statement (1.5.2.s3). The hash alone decides: the suite itself states wrong lengths."""
    wanted: set[str] = set()
    for one in (one for statement in statements for one in attachments_of(statement)):
        sha2 = one["sha2"].lower()
        if sha2 not in attachments and "fileUrl" not in one:
            raise Invalid("error.lrs.attachment_missing", sha2=sha2)
        wanted.add(sha2)
    for sha2, content in attachments.items():
        if sha2 not in wanted:
            raise Invalid("error.lrs.attachment_foreign", sha2=sha2)
        if not is_hash_of(sha2, content):
            raise Invalid("error.lrs.attachment_hash", sha2=sha2)


async def keep_attachments(
    session: AsyncSession,
    rows: Sequence[LrsStatement],
    statements: Sequence[dict[str, Any]],
    attachments: Mapping[str, bytes],
) -> None:
    """Keep the bytes that came with statements."""
    links = {
        (row.no, one["sha2"].lower())
        for row, statement in zip(rows, statements, strict=True)
        for one in attachments_of(statement)
        if one["sha2"].lower() in attachments
    }
    for sha2 in sorted({sha2 for _, sha2 in links}):
        content = attachments[sha2]
        await session.execute(_PUT, {"sha2": sha2, "size": len(content), "content": content})
    if links:
        values = [{"no": no, "sha2": sha2} for no, sha2 in sorted(links)]
        await session.execute(insert(LrsAttached), values)


async def kept_of(session: AsyncSession, nos: Sequence[int]) -> list[str]:
    """The hashes of the bytes that came with these statements."""
    found: set[str] = set()
    for start in range(0, len(nos), _MOST_AT_ONCE):
        some = nos[start : start + _MOST_AT_ONCE]
        found |= set(
            await session.scalars(select(LrsAttached.sha2).where(LrsAttached.no.in_(some)))
        )
    return sorted(found)


async def content_of(session: AsyncSession, sha2: str) -> bytes:
    """The bytes with this hash."""
    found = await session.scalar(select(LrsAttachment.content).where(LrsAttachment.sha2 == sha2))
    return found or b""


def attachments_of(statement: dict[str, Any]) -> list[dict[str, Any]]:
    """What a statement says of its attachments and of those of its SubStatement."""
    inner = statement["object"].get("attachments", [])
    of_inner = inner if statement["object"].get("objectType") == "SubStatement" else []
    return [*statement.get("attachments", []), *of_inner]
