"""The checklist 审核清单: what is looked at before a lesson is published; the school words it."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.errors import Conflict
from server.i18n import messages
from server.publishing.review import Review, ReviewTick
from server.store.database import Table, now

At = Literal["submit", "review", "expert"]
STAGES: tuple[At, ...] = ("submit", "review", "expert")
MOST_ITEMS = 24
GROUPS = ("political", "quality", "rights")

# id, group, stage, required; the words are in the locale files
_FIRST: tuple[tuple[str, str, At, bool], ...] = (
    ("own_check", "quality", "submit", True),
    ("position", "political", "review", True),
    ("quotations", "political", "review", True),
    ("symbols", "political", "review", True),
    ("secrets", "political", "review", True),
    ("aims", "quality", "review", True),
    ("sound", "quality", "review", True),
    ("captions", "quality", "review", False),
    ("rights", "rights", "review", True),
    ("privacy", "rights", "review", True),
    ("sources", "quality", "expert", True),
    ("depth", "quality", "expert", False),
)


class Item(msgspec.Struct, frozen=True):
    """One thing to look at: by the teacher who submits, the supervisor, or an expert.

    `group` is one of GROUPS, or the school's own words; `zh` and `en` say what to look at.
    """

    id: str
    group: str
    at: At
    required: bool
    zh: str
    en: str

    def said(self, language: str) -> str:
        """In this language, or in the other where there is nothing."""
        first, second = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return first or second


class Checklist(Table):
    """One version of the list, which never changes. The first is ours, and has no row."""

    __tablename__ = "review_checklist"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    items: Mapped[list[Any]]
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


def first_items() -> tuple[Item, ...]:
    """The list we come with."""
    zh, en = messages("zh"), messages("en")
    return tuple(
        Item(name, group, at, required, zh[f"review.item.{name}"], en[f"review.item.{name}"])
        for name, group, at, required in _FIRST
    )


async def items_of(session: AsyncSession, version: int) -> tuple[Item, ...]:
    """The items of one version."""
    found = await session.get(Checklist, version)
    return msgspec.convert(found.items, tuple[Item, ...]) if found else first_items()


async def latest(session: AsyncSession) -> tuple[int, tuple[Item, ...]]:
    """The version for what is submitted now, with its items."""
    found = await session.scalar(select(Checklist).order_by(Checklist.version.desc()).limit(1))
    version = found.version if found else 1
    return version, await items_of(session, version)


async def change(session: AsyncSession, items: tuple[Item, ...], by: str, seen: int) -> int:
    """The next version. Conflict where somebody made one after version `seen`."""
    version, _ = await latest(session)
    if version != seen:
        raise Conflict("error.review.list_changed")
    body = msgspec.to_builtins(items)
    session.add(Checklist(version=version + 1, items=list(body), made_by=by))
    await session.flush()
    return version + 1


async def ticks_of(session: AsyncSession, review_id: str) -> dict[str, dict[str, datetime]]:
    """Who checked what: person id → item id → when."""
    found = await session.scalars(select(ReviewTick).where(ReviewTick.review_id == review_id))
    ticks: dict[str, dict[str, datetime]] = {}
    for tick in found:
        ticks.setdefault(tick.person_id, {})[tick.item] = tick.at
    return ticks


async def tick(
    session: AsyncSession, review: Review, person_id: str, at: str, ticked: set[str]
) -> tuple[str, ...]:
    """Let exactly these items of a stage be checked by this person; ids of the required ones that
    are not."""
    items = [item for item in await items_of(session, review.checklist) if item.at == at]
    known = (await ticks_of(session, review.id)).get(person_id, {})
    for item in items:
        if item.id in ticked and item.id not in known:
            session.add(ReviewTick(review_id=review.id, person_id=person_id, item=item.id))
        elif item.id not in ticked and item.id in known:
            gone = await session.get_one(ReviewTick, (review.id, person_id, item.id))
            await session.delete(gone)
    await session.flush()
    return tuple(item.id for item in items if item.required and item.id not in ticked)
