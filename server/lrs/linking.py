"""Statements that refer to statements: what they are found by, and what they void.

A statement is found by what its target is found by (Communication 2.1.3, "Filter Conditions for
StatementRefs"), and so on. That is written down when either of them arrives, so that a search is
one look into `lrs_term`. Chains are followed for DEEPEST statements: who links longer ones wants
to hurt us.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.lrs.statement import LrsStatement
from server.lrs.terms import own_terms

DEEPEST = 32
_MOST_AT_ONCE = 500  # values of an IN
_ADD_TERM = text("INSERT INTO lrs_term (term, no) VALUES (:term, :no) ON CONFLICT DO NOTHING")


async def add_terms(session: AsyncSession, found: dict[int, set[int]]) -> None:
    """Write down by which terms statements (by `no`) are found."""
    rows = [{"term": one, "no": no} for no, terms in found.items() for one in sorted(terms)]
    if rows:
        await session.execute(_ADD_TERM, rows)


async def link(
    session: AsyncSession, new: Sequence[LrsStatement], own: dict[int, set[int]]
) -> None:
    """Hand on the terms of what the new statements refer to, and their own to what refers to them.
    `own`: the terms of the new ones."""
    gained: dict[int, set[int]] = defaultdict(set)
    for statement in new:
        if statement.refers_to:
            gained[statement.no] |= await _terms_of_targets(session, statement)
    referred = await _referring(session, [one.id for one in new])
    targets = {target for _, _, target in referred}
    for statement in (one for one in new if one.id in targets):
        handed = own[statement.no] | gained.get(statement.no, set())
        for no in await _following(session, statement):
            gained[no] |= handed
    await add_terms(session, gained)


async def void(session: AsyncSession, new: Sequence[LrsStatement]) -> None:
    """Mark what the new statements void, and the new ones that are voided already. A voiding
    statement is never voided (Data 2.3.2)."""
    doomed = {one.refers_to for one in new if one.voiding and one.refers_to}
    waiting = select(LrsStatement.refers_to).where(LrsStatement.voiding)
    for ids in _some(one.id for one in new if not one.voiding):
        rows = await session.scalars(waiting.where(LrsStatement.refers_to.in_(ids)))
        doomed |= {one for one in rows if one}
    for ids in _some(doomed):
        await session.execute(
            update(LrsStatement)
            .where(LrsStatement.id.in_(ids), LrsStatement.voiding.is_(False))
            .values(voided=True)
            .execution_options(synchronize_session=False)
        )


async def _terms_of_targets(session: AsyncSession, statement: LrsStatement) -> set[int]:
    terms: set[int] = set()
    seen, target = {statement.id}, statement.refers_to
    while target and target not in seen and len(seen) <= DEEPEST:
        seen.add(target)
        found = await session.execute(
            select(LrsStatement.body, LrsStatement.refers_to).where(LrsStatement.id == target)
        )
        row = found.one_or_none()
        if row is None:
            break
        terms |= own_terms(json.loads(row.body))
        target = row.refers_to
    return terms


async def _following(session: AsyncSession, statement: LrsStatement) -> set[int]:
    """The numbers of those that refer to it, and to those, and so on."""
    found: dict[str, int] = {}
    wave = [statement.id]
    for _ in range(DEEPEST):
        following = {id: no for id, no, _ in await _referring(session, wave)}
        wave = [one for one in following if one not in found and one != statement.id]
        if not wave:
            break
        found |= {one: following[one] for one in wave}
    return set(found.values())


async def _referring(session: AsyncSession, targets: Sequence[str]) -> list[tuple[str, int, str]]:
    """Id, number and target of what refers to one of the targets."""
    found: list[tuple[str, int, str]] = []
    for ids in _some(targets):
        rows = await session.execute(
            select(LrsStatement.id, LrsStatement.no, LrsStatement.refers_to).where(
                LrsStatement.refers_to.in_(ids)
            )
        )
        found += [(row[0], row[1], str(row[2])) for row in rows]
    return found


def _some(values: Iterable[str]) -> Iterable[list[str]]:
    every = sorted(set(values))
    return [every[i : i + _MOST_AT_ONCE] for i in range(0, len(every), _MOST_AT_ONCE)]
