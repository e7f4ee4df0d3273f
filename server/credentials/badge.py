"""What an Open Badge says (1EdTech Open Badges 3.0), as far as a school needs to know."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from server.credentials.json_ld import Document, Unreadable

HOLDER_TYPES = ("emailAddress", "userName")  # hashed identifiers one school can find at another
_BADGE_TYPES = {"OpenBadgeCredential", "AchievementCredential"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


class _Identity(msgspec.Struct, frozen=True):
    identityHash: str  # noqa: N815
    hashed: bool = False
    identityType: str = ""  # noqa: N815
    salt: str = ""


class _Criteria(msgspec.Struct, frozen=True):
    narrative: str = ""
    id: str = ""


class _Achievement(msgspec.Struct, frozen=True):
    id: str
    name: str
    description: str = ""
    criteria: _Criteria = _Criteria()


class _Subject(msgspec.Struct, frozen=True):
    achievement: _Achievement
    identifier: tuple[_Identity, ...] | _Identity = ()
    creditsEarned: float = 0.0  # noqa: N815
    name: str = ""


class _Issuer(msgspec.Struct, frozen=True):
    id: str
    name: str = ""


class _Badge(msgspec.Struct, frozen=True):
    id: str
    type: list[str]
    issuer: _Issuer | str
    credentialSubject: _Subject  # noqa: N815
    validFrom: str  # noqa: N815
    validUntil: str = ""  # noqa: N815


@dataclass(frozen=True, slots=True)
class Badge:
    """What a credential says. `holder` is a name as it stands there, "" where there is none."""

    id: str
    issuer: str
    issuer_name: str
    holder: str
    title: str
    description: str
    criteria: str
    achievement: str
    hours: float
    valid_from: datetime
    valid_until: datetime | None
    identities: tuple[_Identity, ...]

    def is_of(self, **known: str | None) -> bool:
        """Whether a hashed identifier in it is one of these: emailAddress=…, userName=…"""
        for one in self.identities:
            value = known.get(one.identityType)
            if not value or not one.hashed or one.identityType not in HOLDER_TYPES:
                continue
            if hashed_identity(one.identityType, value, one.salt) == one.identityHash.lower():
                return True
        return False


def badge_of(document: Document) -> Badge:
    """What the document says. Raises Unreadable where it is no Open Badge of one person."""
    try:
        found = msgspec.convert(document, _Badge)
    except msgspec.ValidationError as problem:
        raise Unreadable(str(problem)[:200]) from None
    types = set(found.type)
    if "VerifiableCredential" not in types or not types & _BADGE_TYPES:
        raise Unreadable("not an OpenBadgeCredential")
    subject, issuer = found.credentialSubject, found.issuer
    listed = subject.identifier if isinstance(subject.identifier, tuple) else (subject.identifier,)
    names = [one.identityHash for one in listed if not one.hashed and one.identityType == "name"]
    return Badge(
        id=found.id,
        issuer=issuer if isinstance(issuer, str) else issuer.id,
        issuer_name="" if isinstance(issuer, str) else issuer.name,
        holder=names[0] if names else subject.name,
        title=subject.achievement.name,
        description=subject.achievement.description,
        criteria=subject.achievement.criteria.narrative,
        achievement=subject.achievement.id,
        hours=subject.creditsEarned,
        valid_from=moment_of(found.validFrom),
        valid_until=moment_of(found.validUntil) if found.validUntil else None,
        identities=listed,
    )


def moment_of(text: Any) -> datetime:
    """A moment of XML Schema, with its time zone. Raises Unreadable."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        raise Unreadable("not a moment with a time zone")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable("not a moment with a time zone") from None


def hashed_identity(kind: str, value: str, salt: str) -> str:
    """An identifier as Open Badges hashes it: `sha256$` and the digest over it and the salt."""
    plain = value.strip().lower() if kind == "emailAddress" else value.strip()
    return "sha256$" + hashlib.sha256((plain + salt).encode()).hexdigest()


def hidden_identity(kind: str, value: str, salt: str) -> Document:
    """An identifier nobody reads who does not know it already."""
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": hashed_identity(kind, value, salt),
        "identityType": kind,
        "salt": salt,
    }


def open_identity(name: str) -> Document:
    """The name of who holds it."""
    return {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": name,
        "identityType": "name",
    }
