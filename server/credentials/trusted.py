"""The schools we know, their keys, and the rules by which their credentials count here."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.credentials.brought import KnownSchool, RecognitionRule
from server.credentials.multibase import public_of
from server.errors import Conflict, Invalid, NotFound
from server.store.database import now

MOST_KEYS = 10
_DID = re.compile(r"did:web:[A-Za-z0-9.-]{1,253}(%3A\d{1,5})?(:[A-Za-z0-9._~%-]{1,100}){0,8}")


async def schools(session: AsyncSession) -> list[KnownSchool]:
    """Those that are trusted now, by name."""
    chosen = select(KnownSchool).where(KnownSchool.retired_at.is_(None))
    return list(await session.scalars(chosen.order_by(KnownSchool.name, KnownSchool.id)))


async def school_called(session: AsyncSession, did: str) -> KnownSchool | None:
    """The trusted school with this name."""
    found: KnownSchool | None = await session.scalar(
        select(KnownSchool).where(KnownSchool.did == did, KnownSchool.retired_at.is_(None))
    )
    return found


async def pinned_keys(session: AsyncSession) -> dict[str, list[str]]:
    """Public keys (Multikey) by did."""
    return {school.did: [str(key) for key in school.keys] for school in await schools(session)}


async def trust_school(
    session: AsyncSession, by: Person, did: str, name: str, keys: str
) -> KnownSchool:
    """Trust a school, or its keys of now. `keys`: Multikeys, apart by blanks. Invalid."""
    listed = list(dict.fromkeys(keys.split()))
    if not _DID.fullmatch(did):
        raise Invalid("error.credential.did", field="did")
    try:
        for key in listed:
            public_of(key)
    except ValueError:
        raise Invalid("error.credential.keys", field="keys") from None
    if not 0 < len(listed) <= MOST_KEYS:
        raise Invalid("error.credential.keys", field="keys")
    school = await session.scalar(select(KnownSchool).where(KnownSchool.did == did))
    if school is None:
        school = KnownSchool(did=did, name=name, keys=listed, added_by=by.id)
        session.add(school)
    school.name, school.keys, school.added_by, school.retired_at = name, listed, by.id, None
    await session.flush()
    return school


async def known_school(session: AsyncSession, school_id: str) -> KnownSchool:
    """One of those that are trusted. NotFound."""
    school = await session.get(KnownSchool, school_id)
    if school is None or school.retired_at:
        raise NotFound
    return school


async def add_rule(
    session: AsyncSession,
    by: Person,
    school: KnownSchool,
    achievement: str,
    factor: float,
    cap: float,
) -> RecognitionRule:
    """From now on what `achievement` ("" for all) earned there counts like this; the rule there
    was for it is over. Conflict where it says the same already."""
    for rule in await rules_of(session, [school.id]):
        if rule.achievement == achievement:
            if (rule.factor, rule.cap) == (factor, cap):
                raise Conflict("error.credential.same_rule")
            rule.retired_at = now()
    made = RecognitionRule(
        school_id=school.id, achievement=achievement, factor=factor, cap=cap, made_by=by.id
    )
    session.add(made)
    await session.flush()
    return made


async def rules_of(session: AsyncSession, school_ids: Sequence[str]) -> list[RecognitionRule]:
    """The rules in force, oldest first."""
    chosen = select(RecognitionRule).where(
        RecognitionRule.school_id.in_(school_ids), RecognitionRule.retired_at.is_(None)
    )
    return list(await session.scalars(chosen.order_by(RecognitionRule.id)))


def hours_by(rule: RecognitionRule | None, credits_earned: float) -> float:
    """The hours a rule makes of credits: to the hundredth, never more than its cap. None: 0."""
    if rule is None or not 0 < credits_earned < 1e6:
        return 0.0
    return round(min(credits_earned * rule.factor, rule.cap), 2)


def rule_for(rules: Sequence[RecognitionRule], achievement: str) -> RecognitionRule | None:
    """The rule for just this achievement, else the one for all."""
    by_achievement = {rule.achievement: rule for rule in rules}
    return by_achievement.get(achievement) or by_achievement.get("")
