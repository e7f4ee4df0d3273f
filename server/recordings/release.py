"""A release 发布: in which state a recording is, and which of its editions viewers get.

States change by `move` and `put_out` alone; who may ask for that is `server/publishing`'s affair,
which publishes `ReleaseChanged` when its transaction is over.
"""

import re
from datetime import date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, ForeignKey, String, case, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.recordings.edition import ORIGINAL
from server.store.database import Table, now

State = Literal["draft", "review", "expert", "published", "withdrawn"]
Label = Literal["public", "internal", "sensitive", "important"]

STATES: tuple[State, ...] = get_args(State)
BEFORE: tuple[State, ...] = ("draft", "review", "expert")  # not yet published
LABELS: tuple[Label, ...] = get_args(Label)
MARKED: tuple[Label, ...] = ("sensitive", "important")  # with the viewer's name over the picture

_SOURCE = re.compile(r"([0-9a-f-]{36})(?:\.([1-9]\d{0,5}))?")


class Release(Table):
    """One row for each recording. A recording without one is a draft of its original.

    edition       what viewers get: the number of an edition, 0 for the original
    version       0 until first published, one more with each publication
    since, by, why  of the state
    watermark     None: as the label has it
    hold_at       legal hold: until it is lifted nothing of the recording is deleted
    keep_until    the last day it is kept; None: as long as its label says
    warned_at     its owner was told that it will be deleted
    gone          classes of its data that are gone already (`retention.py`)
    """

    __tablename__ = "release"

    recording_id: Mapped[str] = mapped_column(
        ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str] = mapped_column(default="draft")
    edition: Mapped[int] = mapped_column(default=ORIGINAL)
    version: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime] = mapped_column(default=now)
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    why: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    label: Mapped[str] = mapped_column(default="internal")
    watermark: Mapped[bool | None] = mapped_column(default=None)
    hold_at: Mapped[datetime | None] = mapped_column(default=None)
    hold_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    hold_why: Mapped[str] = mapped_column(default="")
    keep_until: Mapped[date | None] = mapped_column(default=None)
    warned_at: Mapped[datetime | None] = mapped_column(default=None)
    gone: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")

    @property
    def marked(self) -> bool:
        """Does the viewer's name stand over the picture?"""
        return self.label in MARKED if self.watermark is None else self.watermark

    @property
    def source_id(self) -> str:
        """What viewers get."""
        return source_id(self.recording_id, self.edition)


class ReleaseVersion(Table):
    """One publication: which edition it put out, by whom, and why."""

    __tablename__ = "release_version"

    recording_id: Mapped[str] = mapped_column(
        ForeignKey("release.recording_id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now)
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    why: Mapped[str] = mapped_column(default="")


def source_id(recording_id: str, edition: int = ORIGINAL) -> str:
    """How media, search and addresses call an edition: "ID" the original, "ID.N" edition N."""
    return f"{recording_id}.{edition}" if edition else recording_id


def read_source(source: str) -> tuple[str, int] | None:
    """The recording and the number of the edition that a source id names; None: it is not one."""
    found = _SOURCE.fullmatch(source)
    return (found[1], int(found[2] or ORIGINAL)) if found else None


async def release_of(session: AsyncSession, recording_id: str) -> Release:
    """The release of a recording that exists; a draft of the original is made where there is none.
    Two who ask at once get the same."""
    found = await session.get(Release, recording_id)
    if found is None:
        dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        row = {"recording_id": recording_id, "gone": []}
        await session.execute(dialect.insert(Release).values(row).on_conflict_do_nothing())
        found = await session.get_one(Release, recording_id)
    return found


async def move(
    session: AsyncSession, release: Release, state: State, by: str | None, why: str = ""
) -> None:
    """Put the release into another state; into "published" by `put_out`."""
    release.state, release.since, release.by, release.why = state, now(), by, why
    await session.flush()


async def put_out(
    session: AsyncSession, release: Release, edition: int, by: str | None, why: str = ""
) -> ReleaseVersion:
    """Publish an edition: the next version, which viewers get from now on."""
    release.edition = edition
    release.version += 1
    release.published_at = now()
    await move(session, release, "published", by, why)
    version = ReleaseVersion(
        recording_id=release.recording_id, version=release.version, edition=edition, by=by, why=why
    )
    session.add(version)
    await session.flush()
    return version


async def show_instead(
    session: AsyncSession, release: Release, edition: int, by: str | None, why: str = ""
) -> None:
    """Viewers get another edition from now on, whatever the state: one they had was revoked. What
    is published is published anew, as the next version."""
    if release.state == "published":
        await put_out(session, release, edition, by, why)
    else:
        release.edition = edition
        await session.flush()


async def versions_of(session: AsyncSession, recording_id: str) -> list[ReleaseVersion]:
    """Every publication, the newest first."""
    found = await session.scalars(
        select(ReleaseVersion)
        .where(ReleaseVersion.recording_id == recording_id)
        .order_by(ReleaseVersion.version.desc())
    )
    return list(found)


async def version_of(
    session: AsyncSession, recording_id: str, number: str
) -> ReleaseVersion | None:
    """The publication of that number, as it stands in addresses; None: there is none."""
    if not number.isascii() or not number.isdigit() or len(number) > 6:
        return None
    return await session.get(ReleaseVersion, (recording_id, int(number)))


def in_state(recording_id: Any, *states: State) -> ColumnElement[bool]:
    """Condition on a column of recording ids: the release is in one of these states."""
    found: ColumnElement[bool] = _of(recording_id, Release.state, "draft").in_(states)
    return found


def labelled(recording_id: Any, *labels: Label) -> ColumnElement[bool]:
    """Condition on a column of recording ids: the release has one of these labels."""
    found: ColumnElement[bool] = _of(recording_id, Release.label, "internal").in_(labels)
    return found


def source_column(recording_id: Any) -> ColumnElement[str]:
    """The source id of what viewers get, for a column of recording ids."""
    edition = _of(recording_id, Release.edition, ORIGINAL)
    numbered = recording_id.concat(".").concat(cast(edition, String))
    return case((edition == ORIGINAL, recording_id), else_=numbered)


def _of(recording_id: Any, column: Any, missing: Any) -> Any:
    found = select(column).where(Release.recording_id == recording_id).scalar_subquery()
    return func.coalesce(found, missing)
