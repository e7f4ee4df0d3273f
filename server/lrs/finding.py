"""Finding statements: filters, order, pages (Communication 2.1.3)."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.lrs.agents import key_of
from server.lrs.statement import LrsStatement, LrsTerm, first_after
from server.lrs.terms import authority_term, term

MOST = 500  # statements of a page
_ENOUGH = 2000  # postings that are counted of a term


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; nothing given: everything that is not voided, newest first.

    since, until  when it was stored: after, at or before
    limit         statements of a page; 0: as many as we give
    after         `Page.more` of the page before
    authority     only what this one said
    """

    agent: dict[str, Any] | None = None
    verb: str = ""
    activity: str = ""
    registration: str = ""
    related_agents: bool = False
    related_activities: bool = False
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 0
    ascending: bool = False
    after: int | None = None
    authority: dict[str, Any] | None = None

    def terms(self) -> list[int]:
        """By what the statements are found."""
        found = []
        if self.agent is not None:
            found.append(term("agents" if self.related_agents else "agent", key_of(self.agent)))
        if self.verb:
            found.append(term("verb", self.verb))
        if self.activity:
            found.append(
                term("activities" if self.related_activities else "activity", self.activity)
            )
        if self.registration:
            found.append(term("registration", self.registration.lower()))
        if self.authority is not None:
            found.append(authority_term(self.authority))
        return found


@dataclass(frozen=True)
class Page:
    """Statements as JSON, with their numbers; `more`: where the next page begins, None: the end."""

    bodies: tuple[str, ...]
    nos: tuple[int, ...]
    more: int | None

    @cached_property
    def statements(self) -> list[dict[str, Any]]:
        """The statements, read."""
        return [json.loads(body) for body in self.bodies]


async def find(session: AsyncSession, query: Query) -> Page:
    """A page of the statements that match."""
    most = min(query.limit or MOST, MOST)
    rows = (await session.execute(await _select(session, query, most + 1))).all()
    shown = rows[:most]
    return Page(
        tuple(row.body for row in shown),
        tuple(row.no for row in shown),
        shown[-1].no if len(rows) > most else None,
    )


async def find_one(session: AsyncSession, id: str, *, voided: bool) -> LrsStatement | None:
    """The statement with this id, if it is (not) voided."""
    return await session.scalar(
        select(LrsStatement).where(LrsStatement.id == id.lower(), LrsStatement.voided.is_(voided))
    )


async def _select(session: AsyncSession, query: Query, most: int) -> Select[int, str]:
    terms = await _rarest_first(session, query.terms())
    wanted = select(LrsStatement.no, LrsStatement.body).where(LrsStatement.voided.is_(False))
    order = LrsStatement.no
    for place, one in enumerate(terms):
        posting = aliased(LrsTerm)
        if place == 0:
            wanted = wanted.join(posting, posting.no == LrsStatement.no)
            order = posting.no
        else:
            wanted = wanted.join(posting, posting.no == order)
        wanted = wanted.where(posting.term == one)
    if query.since:
        wanted = wanted.where(order >= first_after(query.since))
    if query.until:
        wanted = wanted.where(order < first_after(query.until))
    if query.after is not None:
        wanted = wanted.where(order > query.after if query.ascending else order < query.after)
    return wanted.order_by(order.asc() if query.ascending else order.desc()).limit(most)


async def _rarest_first(session: AsyncSession, terms: list[int]) -> list[int]:
    """The search goes through the statements of the rarest term and looks into the others."""
    if len(terms) < 2:
        return terms
    counts = {}
    for one in set(terms):
        some = select(LrsTerm.no).where(LrsTerm.term == one).limit(_ENOUGH).subquery()
        counts[one] = await session.scalar(select(func.count()).select_from(some)) or 0
    return sorted(counts, key=lambda one: (counts[one], one))
