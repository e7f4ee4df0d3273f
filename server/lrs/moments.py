"""Timestamps of statements (Data 4.5): ISO 8601, given back in UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone

_TIMESTAMP = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[Tt ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?"
    r"([Zz]|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)


def read_moment(text: str) -> datetime:
    """The moment, to the microsecond; without a zone it is taken for UTC. ValueError."""
    return _read(text)[0]


def in_utc(text: str) -> str:
    """The same moment in UTC as RFC 3339 has it, with all the digits it came with. ValueError."""
    moment, digits = _read(text)
    return f"{moment:%Y-%m-%dT%H:%M:%S}{'.' + digits if digits else ''}Z".rjust(20, "0")


def written(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read(text: str) -> tuple[datetime, str]:
    found = _TIMESTAMP.fullmatch(text)
    if not found:
        raise ValueError(text)
    year, month, day, hour, minute, second, digits, zone = found.groups()
    if zone and zone[0] == "-" and not zone.strip("-0:"):  # no offset that ISO 8601 knows
        raise ValueError(text)
    moment = datetime(
        int(year), int(month), int(day), int(hour), int(minute), min(int(second or 0), 59),
        int((digits or "0")[:6].ljust(6, "0")), tzinfo=_zone(zone or "Z"),
    )  # fmt: skip
    if int(second or 0) > 60:
        raise ValueError(text)
    moment += timedelta(seconds=max(0, int(second or 0) - 59))  # a leap second
    return moment.astimezone(UTC), digits or ""


def _zone(text: str) -> timezone:
    if text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:]) if len(text) > 3 else 0
    if hours > 23 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)
