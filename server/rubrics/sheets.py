"""Filling rubrics about a subject: drafts, filings, and who reads what. Whether somebody rates or
receives the results, the caller has found out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.errors import Conflict, Invalid, NotFound
from server.rubrics.form import (
    Answers,
    Form,
    check_answered,
    checked_answers,
    load_form,
    sum_of,
)
from server.rubrics.rubric import Filing, Rubric, RubricReview, RubricVersion, Sheet
from server.store.database import now


@dataclass(frozen=True, slots=True)
class SheetState:
    """Who fills in which form about a subject. `filed_at`: last handed in; None: a draft."""

    sheet_id: str
    rubric_id: str
    version_id: str
    title: str
    rater_id: str
    number: int
    filed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Filed:
    """What one rater handed in last; `number` over 1: it was amended. `name` "": kept back."""

    rater_id: str
    name: str
    number: int
    at: datetime
    answers: Answers
    sum: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """All filings of one version of a form about a subject, first raters first."""

    version_id: str
    rubric_id: str
    number: int
    form: Form
    filed: tuple[Filed, ...]


async def sheets_on(session: AsyncSession, kind: str, subject_id: str) -> Sequence[SheetState]:
    """Every sheet about a subject, without its answers: who is done, and who is not."""
    last = (
        select(Filing.sheet_id, func.max(Filing.at).label("at")).group_by(Filing.sheet_id)
    ).subquery()
    rows = await session.execute(
        select(Sheet, Rubric.title, last.c.at)
        .join(Rubric, Rubric.id == Sheet.rubric_id)
        .outerjoin(last, last.c.sheet_id == Sheet.id)
        .where(Sheet.subject_kind == kind, Sheet.subject_id == subject_id)
        .order_by(Sheet.begun_at, Sheet.id)
    )
    return [
        SheetState(s.id, s.rubric_id, s.version_id, title, s.rater_id, s.number, at)
        for s, title, at in rows
    ]


async def my_sheets(
    session: AsyncSession, rater: Person, kind: str, subject_id: str
) -> Sequence[tuple[Sheet, RubricVersion]]:
    """The sheets somebody has begun about a subject, each with the version it is of."""
    rows = await session.execute(
        select(Sheet, RubricVersion)
        .join(RubricVersion, RubricVersion.id == Sheet.version_id)
        .where(
            Sheet.subject_kind == kind,
            Sheet.subject_id == subject_id,
            Sheet.rater_id == rater.id,
        )
        .order_by(Sheet.begun_at, Sheet.id)
    )
    return [(sheet, version) for sheet, version in rows]


async def my_sheet(
    session: AsyncSession, rater: Person, kind: str, subject_id: str, sheet_id: str
) -> tuple[Sheet, Form]:
    """One's own sheet and its form. NotFound."""
    for sheet, version in await my_sheets(session, rater, kind, subject_id):
        if sheet.id == sheet_id:
            return sheet, load_form(version.body)
    raise NotFound


async def begin(
    session: AsyncSession, rater: Person, kind: str, subject_id: str, version: RubricVersion
) -> Sheet:
    """An empty sheet of this version; the one there is, where the rater began one of the rubric.
    Conflict once the review is closed."""
    for sheet, _ in await my_sheets(session, rater, kind, subject_id):
        if sheet.rubric_id == version.rubric_id:
            return sheet
    await _still_open(session, kind, subject_id)
    made = Sheet(
        subject_kind=kind,
        subject_id=subject_id,
        rubric_id=version.rubric_id,
        version_id=version.id,
        rater_id=rater.id,
        answers=msgspec.to_builtins(Answers()),
    )
    session.add(made)
    await session.flush()
    return made


async def save(
    session: AsyncSession,
    sheet: Sheet,
    form: Form,
    answers: Answers,
    revision: int,
    duration: float,
) -> int:
    """Keep what was answered so far; the new revision. Invalid, or Conflict where another window
    of the rater saved, or the review is closed."""
    await _still_open(session, sheet.subject_kind, sheet.subject_id)
    stored = checked_answers(form, answers, duration)
    if sheet.revision != revision:
        raise Conflict("error.rubric.changed")
    sheet.answers, sheet.changed_at = stored, now()
    sheet.revision += 1
    return sheet.revision


async def file(session: AsyncSession, sheet: Sheet, form: Form) -> int:
    """Hand it in, or amend it; how many times it was. Handing in the same again changes nothing.
    Invalid where an item is open, Conflict once the review is closed."""
    await _still_open(session, sheet.subject_kind, sheet.subject_id)
    answers = msgspec.convert(sheet.answers, Answers)
    check_answered(form, answers)
    before = await session.scalar(
        select(Filing).where(Filing.sheet_id == sheet.id, Filing.number == sheet.number)
    )
    if before is None or before.answers != sheet.answers:
        sheet.number += 1
        session.add(Filing(sheet_id=sheet.id, number=sheet.number, answers=sheet.answers))
        await session.flush()
    return sheet.number


async def filings_of(session: AsyncSession, sheet: Sheet) -> Sequence[Filing]:
    """All it was handed in as, the first one first."""
    found = await session.scalars(
        select(Filing).where(Filing.sheet_id == sheet.id).order_by(Filing.number)
    )
    return list(found)


async def discard(session: AsyncSession, sheet: Sheet) -> None:
    """Throw a draft away. Conflict where it was handed in."""
    if sheet.number:
        raise Conflict("error.rubric.filed")
    await session.delete(sheet)


async def results(
    session: AsyncSession, reader: Person, kind: str, subject_id: str, *, rates: bool
) -> Sequence[Result]:
    """What the reader may read of the filings about a subject.

    Who `rates` reads the others' of a form once they handed in their own, and all once the review
    is closed. Anybody else (whom it is about) all once it was released, with names where it says.
    """
    review = await review_of(session, kind, subject_id)
    if not rates and not review.released_at:
        return []
    found = await _filed(session, kind, subject_id)
    if not rates:
        return found if review.named else [_unnamed(result) for result in found]
    if review.closed_at:
        return found
    own = {one.rubric_id for one in found if any(f.rater_id == reader.id for f in one.filed)}
    return [one for one in found if one.rubric_id in own]


async def all_filed(session: AsyncSession, version_id: str) -> dict[str, list[tuple[str, Answers]]]:
    """What was handed in last of one version, by subject: (rater, answers)."""
    rows = await session.execute(
        select(Sheet.subject_id, Sheet.rater_id, Filing.answers)
        .join(Filing, (Filing.sheet_id == Sheet.id) & (Filing.number == Sheet.number))
        .where(Sheet.version_id == version_id)
        .order_by(Sheet.begun_at, Sheet.id)
    )
    found: dict[str, list[tuple[str, Answers]]] = {}
    for subject_id, rater_id, answers in rows:
        found.setdefault(subject_id, []).append((rater_id, msgspec.convert(answers, Answers)))
    return found


async def review_of(session: AsyncSession, kind: str, subject_id: str) -> RubricReview:
    """How far it is; a row that was not stored yet where nothing was decided."""
    found = await session.get(RubricReview, (kind, subject_id))
    return found or RubricReview(subject_kind=kind, subject_id=subject_id, named=False)


async def close(
    session: AsyncSession, by: Person | None, kind: str, subject_id: str, closed: bool = True
) -> RubricReview:
    """Nobody fills in or amends any more; or they may again."""
    review = await session.merge(await review_of(session, kind, subject_id))
    if bool(review.closed_at) != closed:
        review.closed_at = now() if closed else None
        review.closed_by = by.id if by and closed else None
    await session.flush()
    return review


async def release(
    session: AsyncSession,
    by: Person | None,
    kind: str,
    subject_id: str,
    *,
    released: bool = True,
    named: bool = False,
) -> RubricReview:
    """Show the results to whom they are about, with or without names; or take that back. Conflict
    where nothing was handed in."""
    if released and not await _filed(session, kind, subject_id):
        raise Conflict("error.rubric.nothing")
    review = await session.merge(await review_of(session, kind, subject_id))
    review.released_at = now() if released else None
    review.released_by = by.id if by and released else None
    review.named = released and named
    await session.flush()
    return review


async def _still_open(session: AsyncSession, kind: str, subject_id: str) -> None:
    if (await review_of(session, kind, subject_id)).closed_at:
        raise Conflict("error.rubric.closed")


async def _filed(session: AsyncSession, kind: str, subject_id: str) -> list[Result]:
    rows = await session.execute(
        select(Sheet, RubricVersion, Filing, Person.name)
        .join(RubricVersion, RubricVersion.id == Sheet.version_id)
        .join(Filing, (Filing.sheet_id == Sheet.id) & (Filing.number == Sheet.number))
        .join(Person, Person.id == Sheet.rater_id)
        .where(Sheet.subject_kind == kind, Sheet.subject_id == subject_id)
        .order_by(Sheet.begun_at, Sheet.id)
    )
    versions: dict[str, RubricVersion] = {}
    filed: dict[str, list[Filed]] = {}
    for sheet, version, filing, name in rows:
        versions[version.id] = version
        answers = msgspec.convert(filing.answers, Answers)
        total = sum_of(load_form(version.body), answers)
        one = Filed(sheet.rater_id, name, filing.number, filing.at, answers, total)
        filed.setdefault(version.id, []).append(one)
    return [
        Result(v.id, v.rubric_id, v.number, load_form(v.body), tuple(filed[v.id]))
        for v in versions.values()
    ]


def _unnamed(result: Result) -> Result:
    """Without names, and in an order that gives none away."""
    ordered = sorted(result.filed, key=lambda one: (one.sum or 0.0, one.at))
    filed = (Filed("", "", one.number, one.at, one.answers, one.sum) for one in ordered)
    return Result(result.version_id, result.rubric_id, result.number, result.form, tuple(filed))


def check_offered(versions: Sequence[RubricVersion], rubric_id: str) -> RubricVersion:
    """The offered version of this rubric. Invalid where there is none."""
    for version in versions:
        if version.rubric_id == rubric_id:
            return version
    raise Invalid("error.form.choice", field="rubric")
