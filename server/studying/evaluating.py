"""Forms of evaluation, sheets, and what they add up to. The caller has checked who may."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.errors import Conflict, Invalid
from server.i18n import Translator
from server.studying.evaluation import (
    FEWEST,
    KINDS,
    SCALE,
    EvaluationForm,
    EvaluationGiver,
    EvaluationSheet,
)

MOST_ITEMS = 20
LONGEST_ITEM = 200
LONGEST_TEXT = 2000
_SHIPPED = {
    "lesson": ("scale.clear", "scale.useful", "scale.pace", "scale.part", "text.keep",
               "text.change"),
    "course": ("scale.aims", "scale.useful", "scale.work", "scale.again", "text.change"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """An item of a form: how often each point of SCALE, their mean, or the texts, in no order."""

    kind: str
    text: str
    counts: tuple[int, ...]
    mean: float | None
    texts: tuple[str, ...]


async def form_for(session: AsyncSession, about: str, words: Translator) -> EvaluationForm:
    """The form that is asked now; the shipped one is written down at first use, in `words`."""
    found = await session.scalar(
        select(EvaluationForm)
        .where(EvaluationForm.about == about)
        .order_by(EvaluationForm.version.desc())
        .limit(1)
    )
    if found is not None:
        return found
    items = [
        {"kind": name.partition(".")[0], "text": words.t(f"evaluation.shipped.{name}")}
        for name in _SHIPPED[about]
    ]
    form = EvaluationForm(about=about, version=1, items=items)
    session.add(form)
    await session.flush()
    return form


async def change_form(
    session: AsyncSession,
    form: EvaluationForm,
    person: Person,
    items: list[dict[str, str]],
    *,
    anonymous: bool,
    asked: bool,
) -> None:
    """The next version. Sheets keep the version they were filled in. Invalid, Conflict."""
    if not items or len(items) > MOST_ITEMS:
        raise Invalid("error.evaluation.items", n=MOST_ITEMS)
    if any(item["kind"] not in KINDS for item in items):
        raise Invalid("error.form.choice")
    session.add(
        EvaluationForm(
            about=form.about,
            version=form.version + 1,
            items=items,
            anonymous=anonymous,
            asked=asked,
            made_by=person.id,
        )
    )
    try:
        await session.flush()
    except IntegrityError:
        raise Conflict("error.evaluation.changed") from None


async def has_given(session: AsyncSession, person: Person, about: str, subject_id: str) -> bool:
    """Has the person evaluated this?"""
    return await session.get(EvaluationGiver, (about, subject_id, person.id)) is not None


async def give(
    session: AsyncSession, form: EvaluationForm, person: Person, subject_id: str, answers: list[Any]
) -> None:
    """Keep a sheet, once for each person. Invalid where nothing was answered; Conflict."""
    if all(answer is None for answer in answers):
        raise Invalid("error.evaluation.empty")
    giver = EvaluationGiver(about=form.about, subject_id=subject_id, person_id=person.id)
    session.add(giver)
    try:
        await session.flush()
    except IntegrityError:
        raise Conflict("error.evaluation.given") from None
    session.add(
        EvaluationSheet(
            form_id=form.id,
            about=form.about,
            subject_id=subject_id,
            person_id=None if form.anonymous else person.id,
            answers=answers,
        )
    )


async def sheets_of(
    session: AsyncSession, about: str, subject_ids: Sequence[str]
) -> list[tuple[EvaluationForm, list[tuple[EvaluationSheet, str]]]]:
    """The sheets of each version of the form with the names of those who gave theirs, the newest
    version first. Of an anonymous version nothing before there are FEWEST sheets."""
    found = await session.execute(
        select(EvaluationForm, EvaluationSheet, Person.name)
        .join(EvaluationSheet, EvaluationSheet.form_id == EvaluationForm.id)
        .outerjoin(Person, Person.id == EvaluationSheet.person_id)
        .where(EvaluationSheet.about == about, EvaluationSheet.subject_id.in_(subject_ids))
        .order_by(EvaluationForm.version.desc(), EvaluationSheet.id)
    )
    by_form: dict[str, tuple[EvaluationForm, list[tuple[EvaluationSheet, str]]]] = {}
    for form, sheet, name in found:
        by_form.setdefault(form.id, (form, []))[1].append((sheet, name or ""))
    return [
        (form, sheets)
        for form, sheets in by_form.values()
        if not form.anonymous or len(sheets) >= FEWEST
    ]


async def count_given(session: AsyncSession, about: str, subject_id: str) -> int:
    """How many people have evaluated this."""
    given = (EvaluationGiver.about == about, EvaluationGiver.subject_id == subject_id)
    return (
        await session.scalar(select(func.count()).select_from(EvaluationGiver).where(*given)) or 0
    )


def not_given(person: Person, about: str, subject_id: Any) -> Any:
    """Condition on a column of ids: the person has not evaluated it yet."""
    return ~exists().where(
        EvaluationGiver.about == about,
        EvaluationGiver.subject_id == subject_id,
        EvaluationGiver.person_id == person.id,
    )


def results(form: EvaluationForm, sheets: Sequence[EvaluationSheet]) -> list[Result]:
    """What the sheets of one version add up to, item by item."""
    return [
        _result(item, [sheet.answers[index] for sheet in sheets if len(sheet.answers) > index])
        for index, item in enumerate(form.items)
    ]


def _result(item: dict[str, str], answers: Sequence[Any]) -> Result:
    said = [answer for answer in answers if answer is not None]
    if item["kind"] == "text":
        return Result("text", item["text"], (), None, tuple(sorted(map(str, said))))
    counts = tuple(said.count(point) for point in SCALE)
    return Result("scale", item["text"], counts, statistics.fmean(said) if said else None, ())
