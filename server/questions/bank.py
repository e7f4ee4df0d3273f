"""The bank of a cohort: bringing, voting, merging, taking up, picking as a topic.

The caller has checked who may, and gives the session.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.courses.lesson_plan import LessonPlan
from server.courses.versions import add_to_draft
from server.errors import Conflict, Forbidden, Invalid
from server.lessons.lesson import Lesson
from server.questions.question import (
    LONGEST,
    MOST_BROUGHT,
    WANTED,
    BroughtQuestion,
    QuestionCall,
    QuestionPick,
    QuestionVote,
)
from server.questions.similar import Pair, similar
from server.store.database import now

MOST_SHOWN = 500


@dataclass(slots=True)
class Entry:
    """A question as the bank shows it, with those merged into it. `votes`: of different people,
    those who brought it or a merged one among them."""

    question: BroughtQuestion
    author: str
    voters: set[str] = field(default_factory=set)
    merged: list[tuple[BroughtQuestion, str]] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)  # titles
    seminar: bool = False
    lesson: str = ""  # title

    @property
    def votes(self) -> int:
        """How many people have it."""
        return len(self.voters)


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of each trainee."""

    wanted: int = WANTED
    due_on: date | None = None


async def call_of(session: AsyncSession, cohort_id: str) -> Call:
    """What the cohort's trainees are asked for."""
    found = await session.get(QuestionCall, cohort_id)
    return Call(found.wanted, found.due_on) if found else Call()


async def set_call(
    session: AsyncSession, person: Person, cohort_id: str, wanted: int, due_on: date | None
) -> None:
    """Ask for so many from now on; 0: for none."""
    found = await session.get(QuestionCall, cohort_id)
    if found is None:
        found = QuestionCall(cohort_id=cohort_id)
        session.add(found)
    found.wanted, found.due_on, found.by, found.at = wanted, due_on, person.id, now()


async def brought(session: AsyncSession, person: Person, cohort_id: str) -> int:
    """How many questions the person brought to the cohort."""
    mine = (BroughtQuestion.person_id == person.id, BroughtQuestion.cohort_id == cohort_id)
    return await session.scalar(select(func.count()).where(*mine)) or 0


async def bring(
    session: AsyncSession, person: Person, cohort_id: str, kind: str, text: str
) -> BroughtQuestion:
    """A new question. What is there already in the same words is given back, not doubled."""
    plain = " ".join(text.split())
    if not plain or len(plain) > LONGEST:
        raise Invalid("error.question.text", field="text", limit=LONGEST)
    same = select(BroughtQuestion).where(
        BroughtQuestion.person_id == person.id,
        BroughtQuestion.cohort_id == cohort_id,
        BroughtQuestion.text == plain,
    )
    if there := await session.scalar(same):
        return there
    if await brought(session, person, cohort_id) >= MOST_BROUGHT:
        raise Invalid("error.question.many", limit=MOST_BROUGHT)
    made = BroughtQuestion(cohort_id=cohort_id, person_id=person.id, kind=kind, text=plain)
    session.add(made)
    await session.flush()
    return made


async def withdraw(session: AsyncSession, person: Person, question: BroughtQuestion) -> None:
    """Take one's own question back. Conflict where others have it too, or it was taken up."""
    if question.person_id != person.id:
        raise Forbidden
    shared = select(QuestionVote.person_id).where(QuestionVote.question_id == question.id).limit(1)
    stands = select(BroughtQuestion.id).where(BroughtQuestion.merged_into == question.id).limit(1)
    used = select(QuestionPick.id).where(QuestionPick.question_id == question.id).limit(1)
    if question.taken_up_at or any([await session.scalar(one) for one in (shared, stands, used)]):
        raise Conflict("error.question.in_use")
    await session.delete(question)


async def vote(session: AsyncSession, person: Person, question: BroughtQuestion) -> None:
    """ "Me too", or no more. Nothing happens for one's own."""
    if question.person_id == person.id:
        return
    key = (question.merged_into or question.id, person.id)
    if found := await session.get(QuestionVote, key):
        await session.delete(found)
    else:
        session.add(QuestionVote(question_id=key[0], person_id=person.id))


async def merge(
    session: AsyncSession, question: BroughtQuestion, into: BroughtQuestion | None
) -> None:
    """Let `into` stand for the question and all it stood for; None: it stands for itself again."""
    if into is None:
        question.merged_into = None
        return
    if into.id == question.id or into.merged_into:
        raise Invalid("error.question.merge")
    await session.execute(
        update(BroughtQuestion)
        .where(BroughtQuestion.merged_into == question.id)
        .values(merged_into=into.id)
    )
    question.merged_into = into.id
    votes = select(QuestionVote).where(QuestionVote.question_id == question.id)
    for one in list(await session.scalars(votes)):
        person_id = one.person_id
        await session.delete(one)
        if await session.get(QuestionVote, (into.id, person_id)) is None:
            session.add(QuestionVote(question_id=into.id, person_id=person_id))


async def take_up(question: BroughtQuestion, lesson: Lesson | None) -> None:
    """It was answered in this lesson; None: it was not after all."""
    question.lesson_id = lesson.id if lesson else None
    question.taken_up_at = now() if lesson else None


async def pick(
    session: AsyncSession, person: Person, question: BroughtQuestion, plan: LessonPlan | None
) -> None:
    """Make it a topic: of a plan, whose draft gets the question, or of a seminar to come."""
    plan_id = plan.id if plan else None
    of_it = QuestionPick.question_id == question.id
    if await session.scalar(select(QuestionPick.id).where(of_it, QuestionPick.plan_id == plan_id)):
        return
    if plan:
        await add_to_draft(session, person, plan, question=question.text)
    session.add(QuestionPick(question_id=question.id, plan_id=plan_id, by=person.id))


async def unpick(session: AsyncSession, question: BroughtQuestion) -> None:
    """It is no topic of a seminar any more. Plans keep what they have."""
    await session.execute(
        delete(QuestionPick).where(
            QuestionPick.question_id == question.id, QuestionPick.plan_id.is_(None)
        )
    )


async def entries(session: AsyncSession, cohort_id: str) -> list[Entry]:
    """The whole bank: those many people have first, what was taken up last."""
    found = await session.execute(
        select(BroughtQuestion, Person.name, Lesson.title)
        .join(Person, Person.id == BroughtQuestion.person_id)
        .outerjoin(Lesson, Lesson.id == BroughtQuestion.lesson_id)
        .where(BroughtQuestion.cohort_id == cohort_id)
        .order_by(BroughtQuestion.at)
        .limit(MOST_SHOWN)
    )
    rows = list(found)
    heads = {
        question.id: Entry(question, name, {question.person_id}, lesson=title or "")
        for question, name, title in rows
        if question.merged_into is None
    }
    for question, name, _ in rows:
        if head := heads.get(question.merged_into or ""):
            head.merged.append((question, name))
            head.voters.add(question.person_id)
    await _add_votes(session, heads)
    await _add_picks(session, heads)
    return sorted(
        heads.values(),
        key=lambda one: (one.question.taken_up_at is not None, -one.votes, one.question.at),
    )


async def texts_for_class(
    session: AsyncSession, cohort_ids: list[str], most: int = 20
) -> list[str]:
    """What a simulated class may ask: open questions, those many have first."""
    found: list[Entry] = []
    for cohort_id in cohort_ids:
        found += [e for e in await entries(session, cohort_id) if e.question.taken_up_at is None]
    found.sort(key=lambda one: -one.votes)
    return [entry.question.text for entry in found[:most]]


def alike(bank: list[Entry]) -> list[tuple[Entry, Entry]]:
    """Pairs that may be one question, the most alike first; what more people have is second."""
    open_ones = [entry for entry in bank if entry.question.taken_up_at is None]
    pairs: list[Pair] = similar([entry.question.text for entry in open_ones])
    return [
        (open_ones[max(one.first, one.second)], open_ones[min(one.first, one.second)])
        for one in pairs
    ]


async def _add_votes(session: AsyncSession, heads: dict[str, Entry]) -> None:
    asked = select(QuestionVote.question_id, QuestionVote.person_id)
    votes = await session.execute(asked.where(QuestionVote.question_id.in_(heads)))
    for question_id, person_id in votes:
        heads[question_id].voters.add(person_id)


async def _add_picks(session: AsyncSession, heads: dict[str, Entry]) -> None:
    asked = (
        select(QuestionPick.question_id, QuestionPick.plan_id, LessonPlan.title)
        .outerjoin(LessonPlan, LessonPlan.id == QuestionPick.plan_id)
        .where(QuestionPick.question_id.in_(heads))
        .order_by(QuestionPick.at)
    )
    titles: dict[str, list[str]] = defaultdict(list)
    for question_id, plan_id, title in await session.execute(asked):
        if plan_id is None:
            heads[question_id].seminar = True
        else:
            titles[question_id].append(title or "")
    for question_id, found in titles.items():
        heads[question_id].plans = found
