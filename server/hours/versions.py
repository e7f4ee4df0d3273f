"""Versions of the rules: a draft of a year, tried out before it is put in force."""

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import Conflict, NotFound
from server.hours.ledger import OURS, rules_in_force
from server.hours.line import HoursRules
from server.hours.rules import RuleSet, checked, read
from server.store.database import now

LAST = 2**31 - 1  # that the database holds


async def versions_of(session: AsyncSession, year: int) -> list[HoursRules]:
    """Those of a year that are or were in force, the latest first."""
    found = await session.scalars(
        select(HoursRules)
        .where(HoursRules.year == year, HoursRules.in_force_at.is_not(None))
        .order_by(HoursRules.in_force_at.desc(), HoursRules.version.desc())
    )
    return list(found)


async def draft_of(session: AsyncSession, year: int) -> HoursRules | None:
    """The draft of a year; there is one at most."""
    found: HoursRules | None = await session.scalar(
        select(HoursRules)
        .where(HoursRules.year == year, HoursRules.in_force_at.is_(None))
        .with_for_update()
    )
    return found


async def version_for(session: AsyncSession, version: int) -> HoursRules:
    """A version, in force or not. NotFound."""
    known = 0 < version <= LAST
    found = await session.get(HoursRules, version, with_for_update=True) if known else None
    if found is None:
        raise NotFound
    return found


async def begun(session: AsyncSession, year: int) -> tuple[RuleSet, int]:
    """What somebody who drafts begins with, and the revision they see: the draft, else (0) what is
    in force."""
    draft = await draft_of(session, year)
    if draft is not None:
        return read(draft.body), draft.revision
    return (await rules_in_force(session, year))[1], 0


async def save_draft(
    session: AsyncSession, year: int, rules: RuleSet, by: str, seen: int
) -> HoursRules:
    """Keep the draft of a year. Invalid; Conflict where somebody saved since revision `seen`."""
    body = msgspec.to_builtins(checked(rules))
    draft = await draft_of(session, year)
    if (draft.revision if draft else 0) != seen:
        raise Conflict("error.hours.changed")
    if draft is None:
        last = await session.scalar(select(func.max(HoursRules.version))) or OURS
        draft = HoursRules(version=last + 1, year=year, body=body, revision=1, made_by=by)
        session.add(draft)
    else:
        draft.body, draft.made_by, draft.made_at = body, by, now()
        draft.revision += 1
    await session.flush()
    return draft


async def put_in_force(session: AsyncSession, version: int, by: str, seen: int) -> HoursRules:
    """From now on the draft holds for its year. NotFound; Conflict where it was changed since
    revision `seen`, or is no draft any more."""
    draft = await version_for(session, version)
    if draft.in_force_at is not None or draft.revision != seen:
        raise Conflict("error.hours.changed")
    draft.in_force_at, draft.in_force_by = now(), by
    await session.flush()
    return draft


async def discard(session: AsyncSession, version: int) -> HoursRules:
    """Throw a draft away. NotFound; Conflict where it is in force."""
    draft = await version_for(session, version)
    if draft.in_force_at is not None:
        raise Conflict("error.hours.changed")
    await session.delete(draft)
    await session.flush()
    return draft
