"""Statements: stored once, never changed, found again (xAPI Data 2, Communication 2.1)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import Conflict, Forbidden, Invalid, TooLarge
from server.lrs.agents import keys_of
from server.lrs.attached import check_attachments, keep_attachments
from server.lrs.canonical import learn
from server.lrs.checking import VOIDED, checked
from server.lrs.comparing import same
from server.lrs.linking import add_terms, link, void
from server.lrs.moments import written
from server.lrs.reading import written_json
from server.lrs.signing import check_signatures
from server.lrs.statement import LrsStatement, numbers, stored_at
from server.lrs.terms import authority_term, own_terms, target_of, term

DEFAULT_VERSION = "1.0.0"
MOST_TERMS = 100_000  # of all statements of a request: agents, activities and verbs they name
_MOST_AT_ONCE = 500  # values of an IN


@dataclass(frozen=True, slots=True)
class Rights:
    """What the sender may do beyond writing: say what activities are ("define"), void statements
    of other authorities."""

    define: bool = True
    void_others: bool = True


ALL_RIGHTS = Rights()


@dataclass(frozen=True, slots=True)
class Stored:
    """`ids` of all statements in their order, and how many of them were new."""

    ids: list[str]
    new: int


async def store(
    session: AsyncSession,
    statements: Sequence[dict[str, Any]],
    authority: dict[str, Any],
    attachments: Mapping[str, bytes] = {},
    rights: Rights = ALL_RIGHTS,
) -> list[str]:
    """Store statements in the caller's transaction, all or none of them, and give their ids.

    `authority` is who says it: an agent, or a group of an application and a person.
    `attachments`: bytes by their SHA-2 in hex. A statement whose id is here already is left alone
    if it is the same. Invalid with a path for what is no statement or comes twice; Conflict for an
    id that another statement has; Forbidden for voiding what is not theirs to void.
    """
    prepared = prepare(statements, attachments)
    return (await keep(session, prepared, authority, attachments, rights)).ids


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked statement with its id, and by what it is found but for its authority."""

    statement: dict[str, Any]
    terms: set[int]


def prepare(statements: Sequence[Any], attachments: Mapping[str, bytes] = {}) -> list[Prepared]:
    """The statements checked, with ids, and their attachments; pure. Invalid, TooLarge."""
    made = [checked(one, f"[{place}]") for place, one in enumerate(statements)]
    # Version 4: older clients take no later one.
    ids = [one.setdefault("id", str(uuid4())).lower() for one in made]
    if len(set(ids)) < len(ids):
        raise Invalid("error.lrs.same_id")
    check_attachments(made, attachments)
    for one in made:
        check_signatures(one, attachments)
        one.pop("authority", None)  # what it says is not for the sender to say
    prepared = [Prepared(one, own_terms(one)) for one in made]
    if sum(len(one.terms) for one in prepared) > MOST_TERMS:
        raise TooLarge("error.lrs.terms", limit=MOST_TERMS)
    return prepared


async def keep(
    session: AsyncSession,
    prepared: Sequence[Prepared],
    authority: dict[str, Any],
    attachments: Mapping[str, bytes],
    rights: Rights,
) -> Stored:
    """Store what `prepare` gave. Conflict, Forbidden."""
    ids = [str(one.statement["id"]) for one in prepared]
    known = await _known(session, ids)
    fresh = []
    for one in prepared:
        if there := known.get(one.statement["id"].lower()):
            if not same(json.loads(there), one.statement):
                raise Conflict("error.lrs.conflict", id=one.statement["id"])
        else:
            fresh.append(one)
    if fresh:
        await _write(session, fresh, authority, attachments, rights)
    return Stored(ids, len(fresh))


async def _known(session: AsyncSession, ids: Sequence[str]) -> dict[str, str]:
    wanted = [one.lower() for one in ids]
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _MOST_AT_ONCE):
        some = wanted[start : start + _MOST_AT_ONCE]
        rows = await session.execute(
            select(LrsStatement.id, LrsStatement.body).where(LrsStatement.id.in_(some))
        )
        found |= {row.id: row.body for row in rows}
    return found


async def _write(
    session: AsyncSession,
    prepared: Sequence[Prepared],
    authority: dict[str, Any],
    attachments: Mapping[str, bytes],
    rights: Rights,
) -> None:
    statements = [one.statement for one in prepared]
    rows = [_row(statement, authority) for statement in statements]
    if not rights.void_others:
        await _check_voiding(session, rows, authority)
    await session.execute(
        insert(LrsStatement),
        [
            {
                "no": row.no,
                "id": row.id,
                "refers_to": row.refers_to,
                "voiding": row.voiding,
                "voided": False,
                "body": row.body,
            }
            for row in rows
        ],
    )
    told_by = {term("agents", key) for key in keys_of(authority)}
    own = {row.no: one.terms | told_by for row, one in zip(rows, prepared, strict=True)}
    said_by = authority_term(authority)
    await add_terms(session, {no: terms | {said_by} for no, terms in own.items()})
    await link(session, rows, own)
    await void(session, rows)
    await learn(session, statements, rights.define)
    await keep_attachments(session, rows, statements, attachments)


def _row(statement: dict[str, Any], authority: dict[str, Any]) -> LrsStatement:
    """Complete a statement as a store has to (2.4.7 – 2.4.10) and make its row."""
    no = numbers.take()
    moment = written(stored_at(no))
    statement.setdefault("timestamp", moment)
    statement["stored"] = moment
    statement["authority"] = authority
    statement.setdefault("version", DEFAULT_VERSION)
    target = target_of(statement)
    return LrsStatement(
        no=no,
        id=statement["id"].lower(),
        refers_to=target,
        voiding=bool(target) and statement["verb"]["id"] == VOIDED,
        body=written_json(statement),
    )


async def _check_voiding(
    session: AsyncSession, rows: Sequence[LrsStatement], authority: dict[str, Any]
) -> None:
    """Only statements of one's own authority, known or sent along, may be voided (2.3.2.s2.b4)."""
    sent = {row.id for row in rows}
    targets = [row.refers_to for row in rows if row.voiding and row.refers_to]
    known = await _known(session, targets)
    mine = authority_term(authority)
    for target in targets:
        there = known.get(target)
        owned = there and authority_term(json.loads(there)["authority"]) == mine
        if target not in sent and not owned:
            raise Forbidden("error.lrs.void")
