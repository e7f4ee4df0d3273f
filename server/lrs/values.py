"""The kinds of values statements are made of: IRIs, UUIDs, languages, durations … (Data 2.2, 4).

Each takes a value and where it stands, and refuses it with Invalid or gives nothing back.
"""

import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

from server.errors import Invalid
from server.lrs.moments import read_moment

Check = Callable[[Any, str], None]

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`\x7f]+")
_MBOX = re.compile(r"mailto:[^\x00-\x20<>@\x7f]+@[^\x00-\x20<>@\x7f]+")
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}")
_SHA2 = re.compile(r"(?:[0-9A-Fa-f]{56}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128})")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_VERSION = re.compile(r"1\.0(?:\.[0-9]+(?:[-+.][0-9A-Za-z.+-]*)?)?")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?: *;[\x20-\x7e]*)?", re.ASCII)
_NUMBER = r"\d+(?:[.,]\d+)?"
_DURATION = re.compile(
    rf"P(?:{_NUMBER}W"
    rf"|(?=.)(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=.)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)",
    re.ASCII,
)
_LANGUAGE = re.compile(  # RFC 5646, section 2.1: the lengths and places of subtags
    r"(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})"
    r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*"
    r"(?:-[a-wyz\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?"
    r"|x(?:-[a-z\d]{1,8})+"
    r"|i-[a-z]{2,8}|en-gb-oed|sgn-(?:be-fr|be-nl|ch-de)|art-lojban|zh-min(?:-nan)?|zh-[a-z]{3,5})",
    re.ASCII | re.IGNORECASE,
)


def refuse(path: str, rule: str) -> NoReturn:
    """Invalid: what stands at `path` ought to be `rule`."""
    raise Invalid("error.lrs.statement", field=path, path=path, rule=rule)


def text(value: Any, path: str) -> None:
    """A string."""
    if not isinstance(value, str):
        refuse(path, "a string")


def boolean(value: Any, path: str) -> None:
    """true or false."""
    if not isinstance(value, bool):
        refuse(path, "a boolean")


def number(value: Any, path: str) -> None:
    """A number that is finite."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        refuse(path, "a number")


def whole(value: Any, path: str) -> None:
    """A whole number, not negative."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        refuse(path, "a whole number")


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int that no float holds
        return False


def _matching(pattern: re.Pattern[str], rule: str) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            refuse(path, rule)

    check.__doc__ = rule
    return check


iri = _matching(_IRI, "an IRI with a scheme")
mbox = _matching(_MBOX, "a mailto IRI")
sha1 = _matching(_SHA1, "a SHA-1 hash in hex")
sha2 = _matching(_SHA2, "a SHA-2 hash in hex")
uuid = _matching(_UUID, "a UUID")
version = _matching(_VERSION, "a version 1.0.x")
media_type = _matching(_MEDIA_TYPE, "a media type")
duration = _matching(_DURATION, "an ISO 8601 duration")
_tag = _matching(_LANGUAGE, "an RFC 5646 language tag")


def language(value: Any, path: str) -> None:
    """A language tag in which no singleton stands twice (RFC 5646, 2.2.6)."""
    _tag(value, path)
    subtags = value.lower().partition("-x-")[0].split("-")
    singletons = [one for one in subtags[1:] if len(one) == 1]
    if len(set(singletons)) < len(singletons):
        refuse(path, "an RFC 5646 language tag")


def timestamp(value: Any, path: str) -> None:
    """An ISO 8601 moment."""
    try:
        read_moment(value)
    except (ValueError, TypeError, OverflowError):
        refuse(path, "an ISO 8601 timestamp")


def language_map(value: Any, path: str) -> None:
    """Strings by language."""
    if not mapping(value, path):
        refuse(path, "a language map with an entry")
    for tag, words in value.items():
        language(tag, f"{path}.{tag}")
        text(words, f"{path}.{tag}")


def extensions(value: Any, path: str) -> None:
    """Anything, by IRI (4.1)."""
    for key in mapping(value, path):
        iri(key, f"{path}.{key}")


def mapping(value: Any, path: str) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        refuse(path, "an object")
    return value


def listing(value: Any, path: str) -> list[Any]:
    """An array."""
    if not isinstance(value, list):
        refuse(path, "an array")
    return value


def fields(value: Any, path: str, known: dict[str, Check], required: tuple[str, ...] = ()) -> None:
    """An object with these properties and no others, spelt like that; `required` are there."""
    found = mapping(value, path)
    for name in required:
        if name not in found:
            refuse(f"{path}.{name}", "there")
    for name, one in found.items():
        if name not in known:
            refuse(f"{path}.{name}", "absent: there is no such property here")
        known[name](one, f"{path}.{name}")


def one_of(*allowed: str) -> Check:
    """One of these words, exactly."""

    def check(value: Any, path: str) -> None:
        if value not in allowed or not isinstance(value, str):
            refuse(path, f"one of {', '.join(allowed)}")

    return check


def each(check: Check) -> Check:
    """An array of such values."""

    def check_all(value: Any, path: str) -> None:
        for place, one in enumerate(listing(value, path)):
            check(one, f"{path}[{place}]")

    return check_all
