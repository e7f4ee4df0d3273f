"""The log of what was issued and revoked: only added to, and anybody can check that (RFC 9162).

A leaf is the hash of an entry, which names a credential by its digest alone: the log says nothing
about people. Each transaction that adds leaves ends with a signed tree head.
"""

import asyncio
import base64
import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.credentials.data_integrity import stamp
from server.credentials.json_ld import Document, plain
from server.credentials.keys import Signer
from server.credentials.merkle import Peaks, inclusion_proof, leaf_hash
from server.sharing.signing import is_signed
from server.store.database import Table

What = Literal["issued", "revoked"]


class LogEntry(Table):
    """One leaf. `digest`: SHA-256 of the signed credential; `at` as it stands in the entry."""

    __tablename__ = "credential_log"

    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str]
    digest: Mapped[str]
    at: Mapped[str]
    leaf: Mapped[str]


class TreeHead(Table):
    """A signed head: what the tree was when it had `size` leaves. `peaks` let it grow."""

    __tablename__ = "credential_head"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str]
    timestamp: Mapped[int] = mapped_column(BigInteger)  # milliseconds since 1970
    key: Mapped[str]  # the verification method
    signature: Mapped[str]
    peaks: Mapped[list[Any]]


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is to be added."""

    what: What
    digest: str


def digest_of(document: Document) -> str:
    """The digest by which the log names a credential."""
    return hashlib.sha256(plain(document)).hexdigest()


def entry_bytes(what: str, digest: str, at: str) -> bytes:
    """An entry, as it is hashed."""
    return plain({"what": what, "credential": digest, "at": at})


def head_bytes(timestamp: int, size: int, root: bytes) -> bytes:
    """What of a head is signed: TreeHeadDataV2 of RFC 9162, 4.10, without extensions."""
    return struct.pack(">QQB", timestamp, size, len(root)) + root + b"\0\0"


async def append(
    session: AsyncSession, signer: Signer, leaves: Sequence[Leaf], moment: datetime
) -> int:
    """Add leaves and a signed head, in the caller's transaction; gives the index of the first."""
    last = await latest(session)
    peaks = Peaks(last.size, [bytes.fromhex(one) for one in last.peaks]) if last else Peaks()
    first, at = peaks.size, stamp(moment)
    hashes = [leaf_hash(entry_bytes(leaf.what, leaf.digest, at)) for leaf in leaves]
    for place, (leaf, hashed) in enumerate(zip(leaves, hashes, strict=True)):
        session.add(
            LogEntry(
                index=first + place, what=leaf.what, digest=leaf.digest, at=at, leaf=hashed.hex()
            )
        )
    peaks = peaks.added(hashes)
    timestamp = int(moment.astimezone(UTC).timestamp() * 1000)
    session.add(
        TreeHead(
            size=peaks.size,
            root=peaks.root().hex(),
            timestamp=timestamp,
            key=signer.method,
            signature=signer.key.sign(head_bytes(timestamp, peaks.size, peaks.root())),
            peaks=[one.hex() for one in peaks.hashes],
        )
    )
    await session.flush()
    return first


async def latest(session: AsyncSession) -> TreeHead | None:
    """The newest head."""
    found: TreeHead | None = await session.scalar(
        select(TreeHead).order_by(TreeHead.size.desc()).limit(1)
    )
    return found


def told(head: TreeHead) -> Document:
    """A head as others get it."""
    return {
        "tree_size": head.size,
        "timestamp": head.timestamp,
        "root_hash": head.root,
        "key": head.key,
        "signature": head.signature,
    }


def is_head(head: Any, public: bytes) -> bool:
    """Did the holder of this key sign this head, as others get it?"""
    if not isinstance(head, dict):
        return False
    size, timestamp = head.get("tree_size"), head.get("timestamp")
    fits = all(isinstance(one, int) and 0 <= one < 1 << 63 for one in (size, timestamp))
    try:
        root = bytes.fromhex(str(head.get("root_hash")))
    except ValueError:
        return False
    if not fits or len(root) != 32:
        return False
    key = base64.b64encode(public).decode()
    return is_signed(key, str(head.get("signature")), head_bytes(timestamp, size, root))  # type: ignore[arg-type]


async def leaves_of(session: AsyncSession, size: int) -> list[bytes]:
    """The hashes of the first `size` leaves."""
    found = await session.scalars(
        select(LogEntry.leaf).where(LogEntry.index < size).order_by(LogEntry.index)
    )
    return [bytes.fromhex(one) for one in found]


async def proof_of_entry(session: AsyncSession, index: int, size: int = 0) -> Document | None:
    """What shows that leaf `index` is in the tree of `size` leaves, or in the newest one; None
    where there is no such leaf or head."""
    head = await session.get(TreeHead, size) if size else await latest(session)
    entry = await session.get(LogEntry, index)
    if head is None or entry is None or index >= head.size:
        return None
    leaves = await leaves_of(session, head.size)
    path = await asyncio.to_thread(inclusion_proof, index, leaves)
    return {
        "head": told(head),
        "index": index,
        "entry": {"what": entry.what, "credential": entry.digest, "at": entry.at},
        "proof": [one.hex() for one in path],
    }


async def faults(session: AsyncSession, public_of_key: Mapping[str, bytes]) -> list[str]:
    """What is not as it was when it was written: "entry N", "head N". All of the log is read."""
    found, peaks = [], Peaks()
    heads = {head.size: head for head in await session.scalars(select(TreeHead))}
    rows = await session.scalars(select(LogEntry).order_by(LogEntry.index))
    last = max(heads, default=0)
    for number, row in enumerate(rows):
        leaf = leaf_hash(entry_bytes(row.what, row.digest, row.at))
        if row.index != number or leaf.hex() != row.leaf:
            found.append(f"entry {number + 1}")
        peaks = peaks.added([leaf])
        head = heads.pop(number + 1, None)
        if head and not (
            head.root == peaks.root().hex()
            and is_head(told(head), public_of_key.get(head.key.rpartition("#")[2], b""))
        ):
            found.append(f"head {head.size}")
    found += [f"head {size}" for size in sorted(heads)]  # of leaves that are gone
    return [*found, f"entry {last + 1}"] if peaks.size > last else found


async def entries(session: AsyncSession, first: int, most: int) -> list[Document]:
    """Entries from `first` on, as others get them."""
    rows = await session.scalars(
        select(LogEntry)
        .where(LogEntry.index >= first, LogEntry.index < first + most)
        .order_by(LogEntry.index)
    )
    return [
        {"index": row.index, "what": row.what, "credential": row.digest, "at": row.at}
        for row in rows
    ]
