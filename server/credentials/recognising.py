"""Recognition 学时互认: what somebody brings of another school is checked, counted by rule, then a
person decides. Signing proves who said what; recognising stays a decision."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.credentials.badge import Badge
from server.credentials.brought import (
    ACCEPTED,
    DECLINED,
    WAITING,
    WITHDRAWN,
    BroughtCredential,
)
from server.credentials.json_ld import Document
from server.credentials.trusted import hours_by, rule_for, rules_of, school_called
from server.credentials.verifying import Verdict
from server.errors import Conflict, Invalid, NotFound
from server.hours.ledger import recognise, withdraw
from server.store.database import now

RECOGNISED = "recognised"  # as the ledger of hours calls it
MOST_WAITING = 20  # of one person


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided."""

    accept: bool
    hours: float
    why: str


async def bring(
    session: AsyncSession,
    person: Person,
    bundle: Document,
    verdict: Verdict,
    why_bad: str,
    zone: ZoneInfo,
) -> BroughtCredential:
    """Keep what somebody brought until it is decided. Invalid or Conflict where there is nothing to
    decide: not valid (`why_bad` says why), of a school we do not know, another person's, known."""
    badge = _acceptable(verdict, why_bad)
    school = await school_called(session, badge.issuer)
    if school is None:
        raise Invalid("error.credential.unknown_school", field="file", school=badge.issuer)
    matches = _is_theirs(badge, person)
    known = BroughtCredential.issuer == badge.issuer, BroughtCredential.credential_id == badge.id
    if await session.scalar(select(exists().where(*known))):
        raise Conflict("error.credential.twice")
    waiting = select(BroughtCredential.id).where(
        BroughtCredential.person_id == person.id, BroughtCredential.state == WAITING
    )
    if len(list(await session.scalars(waiting))) >= MOST_WAITING:
        raise Conflict("error.credential.many")
    rule = rule_for(await rules_of(session, [school.id]), badge.achievement)
    made = BroughtCredential(
        person_id=person.id,
        issuer=badge.issuer,
        credential_id=badge.id,
        title=badge.title,
        holder=badge.holder,
        year=badge.valid_from.astimezone(zone).year,
        bundle=bundle,
        verdict=as_kept(verdict),
        matches=matches,
        rule_id=rule.id if rule else None,
        proposed=hours_by(rule, badge.hours),
    )
    session.add(made)
    await session.flush()
    return made


async def decide(
    session: AsyncSession, by: Person, brought: BroughtCredential, decision: Decision
) -> None:
    """Decide once, with a reason. Accepted hours go into the ledger. Conflict; Invalid."""
    if brought.state != WAITING:
        raise Conflict("error.credential.decided")
    if by.id == brought.person_id:
        raise Invalid("error.credential.own_case")
    brought.state = ACCEPTED if decision.accept else DECLINED
    brought.hours = decision.hours if decision.accept else 0.0
    brought.why, brought.decided_by, brought.decided_at = decision.why, by.id, now()
    if decision.accept:
        await recognise(
            session,
            brought.person_id,
            brought.year,
            decision.hours,
            brought.id,
            by.id,
            decision.why,
            brought.title,
        )


async def take_back(
    session: AsyncSession, by: Person, brought: BroughtCredential, why: str
) -> None:
    """Hours that were recognised count no more, for instance as the school revoked it. Conflict."""
    if brought.state != ACCEPTED:
        raise Conflict("error.credential.decided")
    await withdraw(session, brought.person_id, RECOGNISED, brought.id, by.id, why)
    brought.state, brought.why = WITHDRAWN, f"{brought.why} / {why}"[:1000]
    brought.decided_by, brought.decided_at = by.id, now()


async def brought_one(session: AsyncSession, brought_id: str) -> BroughtCredential:
    """One of them; nobody else decides about it meanwhile. NotFound."""
    found = await session.get(BroughtCredential, brought_id, with_for_update=True)
    if found is None:
        raise NotFound
    return found


async def brought_by(session: AsyncSession, person_id: str) -> list[BroughtCredential]:
    """What somebody brought, newest first."""
    chosen = select(BroughtCredential).where(BroughtCredential.person_id == person_id)
    return list(await session.scalars(chosen.order_by(BroughtCredential.brought_at.desc())))


async def all_brought(session: AsyncSession, most: int = 200) -> list[BroughtCredential]:
    """What waits, oldest first; then what was decided last."""
    waiting = await session.scalars(
        select(BroughtCredential)
        .where(BroughtCredential.state == WAITING)
        .order_by(BroughtCredential.brought_at)
        .limit(most)
    )
    decided = await session.scalars(
        select(BroughtCredential)
        .where(BroughtCredential.state != WAITING)
        .order_by(BroughtCredential.decided_at.desc())
        .limit(most)
    )
    return [*waiting, *decided]


def as_kept(verdict: Verdict) -> list[Any]:
    """The checks, as they are kept with what was brought."""
    return [
        {
            "name": check.name,
            "state": check.state,
            "reason": check.reason,
            "params": {
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in check.params.items()
            },
        }
        for check in verdict.checks
    ]


def _acceptable(verdict: Verdict, why_bad: str) -> Badge:
    if verdict.badge is None or verdict.state == "bad":
        raise Invalid("error.credential.refused", field="file", why=why_bad)
    key, status = verdict.check("key"), verdict.check("status")
    if key.reason == "own":
        raise Invalid("error.credential.ours", field="file")
    if key.state == "open":
        raise Invalid("error.credential.unknown_school", field="file", school=verdict.badge.issuer)
    if status.state == "open":
        raise Invalid("error.credential.refused", field="file", why=why_bad)
    return verdict.badge


def _is_theirs(badge: Badge, person: Person) -> bool:
    """Whether a hashed mail address says so. Invalid where the name is another's, too."""
    matches = bool(person.email) and badge.is_of(emailAddress=person.email)
    if not matches and badge.holder.strip() != person.name.strip():
        raise Invalid(
            "error.credential.other_person", field="file", holder=badge.holder, name=person.name
        )
    return matches
