"""The bytes of attachments (Data 2.4.11, Communication 1.5.2): kept once, by their hash."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import Invalid
from server.lrs.statement import LrsAttached, LrsAttachment, LrsStatement

_BY_LENGTH = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_PUT = text(
    "INSERT INTO lrs_attachment (sha2, size, content) VALUES (:sha2, :size, :content)"
    " ON CONFLICT DO NOTHING"
)


def is_hash_of(sha2: str, content: bytes) -> bool:
    """Whether that is one of the SHA-2 hashes of the content, in hex."""
    kind = _BY_LENGTH.get(len(sha2))
    return bool(kind) and hashlib.new(str(kind), content).hexdigest() == sha2.lower()


async def keep_attachments(
    session: AsyncSession,
    rows: Sequence[LrsStatement],
    statements: Sequence[dict[str, Any]],
    attachments: Mapping[str, bytes],
) -> None:
    """Keep the bytes that came with statements. Invalid where some are needed and did not come,
    or are not what their hash says."""
    by_hash = {sha2.lower(): content for sha2, content in attachments.items()}
    links, wanted = set(), set()
    for row, statement in zip(rows, statements, strict=True):
        for one in attachments_of(statement):
            sha2 = one["sha2"].lower()
            if sha2 in by_hash:
                links.add((row.no, sha2))
                wanted.add(sha2)
            elif "fileUrl" not in one:
                raise Invalid("error.lrs.attachment_missing", sha2=sha2)
    for sha2 in sorted(wanted):
        content = by_hash[sha2]
        if not is_hash_of(sha2, content):
            raise Invalid("error.lrs.attachment_hash", sha2=sha2)
        await session.execute(_PUT, {"sha2": sha2, "size": len(content), "content": content})
    if links:
        values = [{"no": no, "sha2": sha2} for no, sha2 in sorted(links)]
        await session.execute(insert(LrsAttached), values)


async def bytes_of(session: AsyncSession, nos: Sequence[int]) -> dict[str, bytes]:
    """The bytes that came with these statements, by their hash."""
    found = await session.execute(
        select(LrsAttachment.sha2, LrsAttachment.content)
        .join(LrsAttached, LrsAttached.sha2 == LrsAttachment.sha2)
        .where(LrsAttached.no.in_(nos))
    )
    return {row.sha2: row.content for row in found}


def attachments_of(statement: dict[str, Any]) -> list[dict[str, Any]]:
    """What a statement says of its attachments and of those of its SubStatement."""
    inner = statement["object"].get("attachments", [])
    of_inner = inner if statement["object"].get("objectType") == "SubStatement" else []
    return [*statement.get("attachments", []), *of_inner]
