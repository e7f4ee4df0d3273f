"""Finding statements: filters, order, pages (Communication 2.1.3)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.lrs.agents import key_of
from server.lrs.statement import LrsStatement, LrsTerm, first_after
from server.lrs.terms import authority_term, term

MOST = 500  # statements of a page
LARGEST = 8 * 1024**2  # characters of a page, but for its last statement
_PLAN = text(  # PostgreSQL: look into the terms one after the other, in our order
    "SELECT set_config('join_collapse_limit', :limit, true), set_config('jit', :plan, true),"
    " set_config('enable_hashjoin', :plan, true), set_config('enable_mergejoin', :plan, true)"
)
_OURS, _USUAL = {"limit": "1", "plan": "off"}, {"limit": "8", "plan": "on"}
_FIRST = 10  # statements that are fetched before we know how large they are
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
    """A page of the statements that match; a shorter one where they are large.

    Numbers come from the terms alone; what is voided is left out when statements are fetched."""
    most = min(query.limit or MOST, MOST)
    terms = await _rarest_first(session, query)
    planned = len(terms) > 1 and session.get_bind().dialect.name == "postgresql"
    if planned:
        await session.execute(_PLAN, _OURS)
    found: list[tuple[int, str]] = []
    whole = True
    while whole and len(found) <= most:
        wanted = most + 1 - len(found)
        nos = list(await session.scalars(_select(terms, query).limit(wanted)))
        whole = await _add(session, nos, found)
        if len(nos) < wanted:
            break
        query = replace(query, after=nos[-1])
    if planned:
        await session.execute(_PLAN, _USUAL)
    shown = found[:most]
    more = shown[-1][0] if shown and (len(found) > most or not whole) else None
    return Page(tuple(body for _, body in shown), tuple(no for no, _ in shown), more)


async def _add(session: AsyncSession, nos: Sequence[int], found: list[tuple[int, str]]) -> bool:
    """Add the statements with these numbers until LARGEST characters are reached. Were they all?"""
    seen, taken, count = 0, sum(len(body) for _, body in found), _FIRST
    while seen < len(nos):
        if taken >= LARGEST:
            return False
        some = nos[seen : seen + count]
        rows = await session.execute(
            select(LrsStatement.no, LrsStatement.body).where(
                LrsStatement.no.in_(some), LrsStatement.voided.is_(False)
            )
        )
        by_no = {row.no: row.body for row in rows}
        found += [(no, by_no[no]) for no in some if no in by_no]
        seen += len(some)
        taken += sum(len(body) for body in by_no.values())
        count = max(1, min(MOST, (LARGEST - taken) * seen // max(taken, 1)))
    return True


async def find_one(session: AsyncSession, id: str, *, voided: bool) -> LrsStatement | None:
    """The statement with this id, if it is (not) voided."""
    return await session.scalar(
        select(LrsStatement).where(LrsStatement.id == id.lower(), LrsStatement.voided.is_(voided))
    )


def _select(terms: Sequence[int], query: Query) -> Select[int]:
    if not terms:
        return _ranged(select(LrsStatement.no).where(LrsStatement.voided.is_(False)), query)
    first = aliased(LrsTerm)
    wanted = select(first.no).where(first.term == terms[0])
    for one in terms[1:]:
        other = aliased(LrsTerm)
        wanted = wanted.join(other, other.no == first.no).where(other.term == one)
    return _ranged(wanted, query)


def _ranged(wanted: Select[int], query: Query) -> Select[int]:
    """In the range and the order that are asked for; its one column is `no`."""
    no = wanted.selected_columns[0]
    if query.since:
        wanted = wanted.where(no >= first_after(query.since))
    if query.until:
        wanted = wanted.where(no < first_after(query.until))
    if query.after is not None:
        wanted = wanted.where(no > query.after if query.ascending else no < query.after)
    return wanted.order_by(no.asc() if query.ascending else no.desc())


async def _rarest_first(session: AsyncSession, query: Query) -> list[int]:
    """The search goes through the statements of the rarest term and looks into the others. Rare is
    what has few statements in the range, or whose first _ENOUGH reach far."""
    terms = sorted(set(query.terms()))
    if len(terms) < 2:
        return terms
    rarity: dict[int, tuple[int, int]] = {}
    for one in terms:
        some = _ranged(select(LrsTerm.no).where(LrsTerm.term == one), query)
        no = some.limit(_ENOUGH).subquery().c.no
        row = (await session.execute(select(func.count(no), func.max(no) - func.min(no)))).one()
        rarity[one] = row[0], -(row[1] or 0)
    return sorted(terms, key=lambda one: rarity[one])
