"""Rubrics of the school: made, changed, published, retired. Who may do so the pages ask."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.errors import Conflict, NotFound
from server.rubrics.examples import EXAMPLES
from server.rubrics.form import Form, check_complete, checked, load_form
from server.rubrics.rubric import Rubric, RubricReview, RubricVersion, Sheet
from server.store.database import now

MOST = 200


async def ensure_examples(session: AsyncSession, language: str) -> None:
    """Where the school has no rubric yet, give it the shipped ones, published."""
    if await session.scalar(select(func.count()).select_from(Rubric)):
        return
    for name, form in EXAMPLES.get(language, EXAMPLES["zh"]).items():
        body = checked(form)
        rubric = Rubric(title=form.title, draft=body, example=name)
        session.add(rubric)
        await session.flush()
        session.add(RubricVersion(rubric_id=rubric.id, number=1, body=body))
    await session.flush()


async def rubrics(session: AsyncSession) -> Sequence[tuple[Rubric, int]]:
    """All of them with the number of their latest version (0: never published), by title."""
    rows = await session.execute(
        select(Rubric, func.coalesce(func.max(RubricVersion.number), 0))
        .outerjoin(RubricVersion, RubricVersion.rubric_id == Rubric.id)
        .group_by(Rubric.id)
        .order_by(Rubric.title, Rubric.id)
    )
    return [(rubric, number) for rubric, number in rows]


async def rubric_by_id(session: AsyncSession, rubric_id: str) -> Rubric:
    """One of them. NotFound."""
    found = await session.get(Rubric, rubric_id)
    if found is None:
        raise NotFound
    return found


async def new_rubric(session: AsyncSession, person: Person, form: Form) -> Rubric:
    """A draft. Conflict where there are too many."""
    if (await session.scalar(select(func.count()).select_from(Rubric)) or 0) >= MOST:
        raise Conflict("error.rubric.too_many", n=MOST)
    body = checked(form)
    made = Rubric(title=form.title, draft=body, updated_by=person.id)
    session.add(made)
    await session.flush()
    return made


async def save_draft(
    session: AsyncSession, person: Person, rubric: Rubric, form: Form, revision: int | None
) -> int:
    """Change the draft that was at `revision` (None: whatever it is); the new revision. Invalid,
    or Conflict where somebody else changed it."""
    body = checked(form)
    if revision is not None and rubric.draft_revision != revision:
        raise Conflict("error.rubric.changed")
    rubric.draft, rubric.title = body, form.title
    rubric.draft_revision += 1
    rubric.updated_at, rubric.updated_by = now(), person.id
    return rubric.draft_revision


async def publish(session: AsyncSession, person: Person, rubric: Rubric) -> RubricVersion:
    """Make the draft the version that is filled in from now on; again without a change gives the
    same one. Invalid where it is unfinished."""
    form = load_form(rubric.draft)
    check_complete(form)
    latest = next(iter(await versions_of(session, rubric.id)), None)
    rubric.retired_at = rubric.retired_by = None
    if latest and latest.body == rubric.draft:
        return latest
    made = RubricVersion(
        rubric_id=rubric.id,
        number=latest.number + 1 if latest else 1,
        body=rubric.draft,
        published_by=person.id,
    )
    session.add(made)
    await session.flush()
    return made


def retire(person: Person, rubric: Rubric, retired: bool) -> None:
    """Offer it no more, or again. Sheets that were begun go on."""
    rubric.retired_at = now() if retired else None
    rubric.retired_by = person.id if retired else None


async def versions_of(session: AsyncSession, rubric_id: str) -> Sequence[RubricVersion]:
    """What was published, the latest first."""
    found = await session.scalars(
        select(RubricVersion)
        .where(RubricVersion.rubric_id == rubric_id)
        .order_by(RubricVersion.number.desc())
    )
    return list(found)


async def version_numbered(session: AsyncSession, rubric_id: str, number: int) -> RubricVersion:
    """One version of a rubric. NotFound."""
    for version in await versions_of(session, rubric_id):
        if version.number == number:
            return version
    raise NotFound


async def offered(session: AsyncSession) -> Sequence[RubricVersion]:
    """The latest version of each rubric that is published and not retired, by title."""
    last = (
        select(RubricVersion.rubric_id, func.max(RubricVersion.number).label("number"))
        .group_by(RubricVersion.rubric_id)
        .subquery()
    )
    rows = await session.scalars(
        select(RubricVersion)
        .join(
            last,
            (last.c.rubric_id == RubricVersion.rubric_id) & (last.c.number == RubricVersion.number),
        )
        .join(Rubric, Rubric.id == RubricVersion.rubric_id)
        .where(Rubric.retired_at.is_(None))
        .order_by(Rubric.title, Rubric.id)
    )
    return list(rows)


async def delete_sheets_on(session: AsyncSession, kind: str, subject_id: str) -> None:
    """The subject is gone, and so is what was filled in about it."""
    for table in (Sheet, RubricReview):
        theirs = (table.subject_kind == kind, table.subject_id == subject_id)
        await session.execute(delete(table).where(*theirs))
