"""Commands as people send them: the form, completed by what the school's rules and lists say."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import Conflict, Invalid
from server.http.forms import Form
from server.lessons.attending import staff_of
from server.lessons.lesson import Lesson
from server.publishing.access import Case, outsiders
from server.publishing.checklist import Item, items_of, latest, tick
from server.publishing.process import Maker
from server.publishing.review import ReviewTask
from server.publishing.sampling import draw, pick
from server.publishing.workflow import (
    Approve,
    Ask,
    Assign,
    Command,
    Defer,
    Publish,
    Sample,
    SendBack,
    Submit,
    TakeBack,
    Withdraw,
)
from server.recordings.editing import edition_of
from server.recordings.edition import ORIGINAL

LONGEST_WHY = 1000
Answered = Callable[[AsyncSession, Case], Awaitable[bool]]  # has the person filled in a rubric?


def why(form: Form) -> str:
    """The reason given."""
    return form.text("why", limit=LONGEST_WHY, required=False)


def ticked(form: Form) -> set[str]:
    """The items that are checked."""
    return set(form.many("ticks"))


def submit(form: Form) -> Maker:
    """Hand in: which edition, what was checked, whose teaching it is."""

    async def make(session: AsyncSession, case: Case) -> Command:
        edition = form.number("edition", low=0, high=1_000_000)
        await check_edition(session, case, edition)
        _, items = await latest(session)
        own = [item for item in items if item.at == "submit"]
        done = ticked(form) & {item.id for item in own}
        staff = await staff_of(session, case.lesson)
        chosen = set(form.many("credited"))
        credited = [(person.id, part) for person, part in staff if person.id in chosen]
        if not credited:
            raise Invalid("error.review.nobody_credited", field="credited")
        return Submit(
            edition=edition,
            why=why(form),
            open_items=_open(own, done),
            ticked=tuple(sorted(done)),
            credited=tuple(credited),
        )

    return make


def approve(form: Form, key: bytes, answered: Answered) -> Maker:
    """Say yes. `key` is that of the lots."""

    async def make(session: AsyncSession, case: Case) -> Command:
        if case.review is None:
            raise Conflict("error.review.stage")
        stage = case.at.stage
        items = [one for one in await items_of(session, case.review.checklist) if one.at == stage]
        await tick(session, case.review, case.person.id, stage, ticked(form))
        experts = await _experts(session, case, form) if stage == "review" else ()
        needed = case.rules.needs_rubric(stage)
        return Approve(
            why=why(form),
            open_items=_open(items, ticked(form)),
            rubric_missing=needed and not await answered(session, case),
            experts=experts,
            sample=await sample(session, case, key) if stage == "review" else None,
        )

    return make


def send_back(form: Form) -> Maker:
    """Say no."""

    async def make(session: AsyncSession, case: Case) -> Command:
        if case.review and case.at.stage in ("review", "expert"):
            await tick(session, case.review, case.person.id, case.at.stage, ticked(form))
        return SendBack(why(form))

    return make


def ask(form: Form) -> Maker:
    """Ask these experts, and none besides."""

    async def make(session: AsyncSession, case: Case) -> Command:
        return Ask(await _experts(session, case, form), why(form))

    return make


def assign(form: Form) -> Maker:
    """Let this supervisor decide."""

    async def make(session: AsyncSession, case: Case) -> Command:
        possible = {one.id for one in await outsiders(session, "supervisor", case.lesson)}
        return Assign(form.choice("reviewer", frozenset(possible)), why(form))

    return make


def defer(form: Form, today: date) -> Maker:
    """Move the deadline."""

    async def make(_session: AsyncSession, _case: Case) -> Command:
        until = form.day("until")
        if until is None or until < today:
            raise Invalid("error.review.until", field="until")
        return Defer(until.isoformat(), why(form))

    return make


def publish(form: Form) -> Maker:
    """Let viewers have it."""

    async def make(session: AsyncSession, case: Case) -> Command | None:
        edition = case.at.edition if case.at.stage == "approved" else case.at.kept
        await check_edition(session, case, edition)
        return Publish(why(form))

    return make


def publish_if_approved(form: Form) -> Maker:
    """After an approval: let viewers have it unless experts are asked first."""
    always = publish(form)

    async def make(session: AsyncSession, case: Case) -> Command | None:
        return await always(session, case) if case.at.stage == "approved" else None

    return make


def withdraw(form: Form) -> Maker:
    """Take it from viewers."""

    async def make(_session: AsyncSession, _case: Case) -> Command:
        return Withdraw(why(form))

    return make


def take_back(form: Form) -> Maker:
    """Take the submission back."""

    async def make(_session: AsyncSession, _case: Case) -> Command:
        return TakeBack(why(form))

    return make


async def check_edition(session: AsyncSession, case: Case, number: int) -> None:
    """Conflict unless the edition is there and can be played."""
    if number == ORIGINAL:
        return
    edition = await edition_of(session, case.recording.id, number)
    if edition is None or edition.state != "ready":
        raise Conflict("error.review.edition")


async def sample(session: AsyncSession, case: Case, key: bytes) -> Sample:
    """What the lot says about this submission."""
    recording_id, run = case.recording.id, case.at.run
    drawn = Sample(draw(key, recording_id, run), case.rules.expert_percent)
    if not drawn.hit:
        return drawn
    experts = await _with_load(session, case.lesson)
    chosen = pick(key, recording_id, run, experts, case.rules.experts)
    return Sample(drawn.draw, drawn.percent, chosen)


async def _with_load(session: AsyncSession, lesson: Lesson) -> list[tuple[str, int]]:
    """The experts who may be asked, with the number of lessons that wait for each."""
    experts = [person.id for person in await outsiders(session, "expert", lesson)]
    waiting = await session.execute(
        select(ReviewTask.person_id, func.count())
        .where(
            ReviewTask.person_id.in_(experts),
            ReviewTask.done_at.is_(None),
            ReviewTask.ended_at.is_(None),
        )
        .group_by(ReviewTask.person_id)
    )
    load = {person_id: count for person_id, count in waiting}
    return [(person_id, load.get(person_id, 0)) for person_id in experts]


async def _experts(session: AsyncSession, case: Case, form: Form) -> tuple[str, ...]:
    chosen = form.many("experts", limit=20)
    possible = {person.id for person in await outsiders(session, "expert", case.lesson)}
    if not possible.issuperset(chosen):
        raise Invalid("error.form.choice", field="experts")
    return tuple(dict.fromkeys(chosen))


def _open(items: Iterable[Item], done: set[str]) -> tuple[str, ...]:
    return tuple(item.id for item in items if item.required and item.id not in done)
