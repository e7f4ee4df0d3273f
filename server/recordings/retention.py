"""How long what is kept: by the label of a recording and the class of data; and what is due."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.recordings.release import LABELS, Label, Release
from server.store.database import Table

Matter = Literal["recording", "chat", "words", "viewings"]

MATTERS: tuple[Matter, ...] = get_args(Matter)
LONGEST_DAYS = 36_500
FIRST: dict[Matter, int | None] = {
    "recording": None,
    "chat": None,
    "words": None,
    "viewings": 1095,
}  # days, until somebody decides; None: for good

Rules = Mapping[tuple[str, str], int | None]


class Retention(Table):
    """What was decided about one class of data of recordings with one label. `days` after the
    lesson's end (viewings: after each); None: for good."""

    __tablename__ = "retention"

    label: Mapped[str] = mapped_column(primary_key=True)
    matter: Mapped[str] = mapped_column(primary_key=True)
    days: Mapped[int | None] = mapped_column(default=None)


async def rules_of(session: AsyncSession) -> Rules:
    """Days by (label, matter), all of them."""
    rules: dict[tuple[str, str], int | None] = {
        (label, matter): FIRST[matter] for label in LABELS for matter in MATTERS
    }
    for row in await session.scalars(select(Retention)):
        rules[row.label, row.matter] = row.days
    return rules


async def decide(session: AsyncSession, label: Label, matter: Matter, days: int | None) -> None:
    """Keep what was decided."""
    row = await session.get(Retention, (label, matter))
    if row is None:
        session.add(Retention(label=label, matter=matter, days=days))
    else:
        row.days = days


def kept_until(rules: Rules, label: str, matter: Matter, began: datetime) -> datetime | None:
    """Until when something that began then is kept; None: for good."""
    days = rules.get((label, matter))
    return None if days is None else began + timedelta(days=days)


def recording_due(rules: Rules, release: Release, began: datetime) -> date | None:
    """The last day on which a recording is kept; what was said of it alone goes first. A hold is
    not looked at."""
    if release.keep_until is not None:
        return release.keep_until
    moment = kept_until(rules, release.label, "recording", began)
    return None if moment is None else moment.date()
