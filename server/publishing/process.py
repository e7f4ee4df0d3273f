"""Taking steps: what is decided is kept, the release follows, and whoever is concerned is told.

The pure rules are in `workflow.py`. One transaction holds a step and everything that follows from
it; the second of two who decide at once is told what the first decided.
"""

from collections.abc import Awaitable, Callable, Iterator

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import names_of
from server.accounts.person import Person
from server.errors import Conflict
from server.events import Event, RecordingPublished, RecordingWithdrawn
from server.http.context import House
from server.lessons.lesson import Lesson
from server.publishing.access import Case, case_for
from server.publishing.following import follow
from server.publishing.review import ReviewStep
from server.publishing.workflow import PUTTING_OUT, Command, Outdated, Step, after, decide

Maker = Callable[[AsyncSession, Case], Awaitable[Command | None]]  # None: nothing to do


class Publishing:
    """Takes the steps of reviews."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def take(self, person: Person, lesson_id: str, seen: int, *makers: Maker) -> Case:
        """Let the person give commands that rest on step `seen`: all of them, or none. The case as
        it is then.

        NotFound, Forbidden, Invalid; Conflict with what somebody else decided meanwhile.
        """
        steps: list[Step] = []
        try:
            async with self._house.database.session() as session:
                case = await case_for(session, person, lesson_id)
                for maker in makers:
                    command = await maker(session, case)
                    if command is None:
                        continue
                    taken = decide(case.at, command, case.actor, seen)
                    for step in taken:
                        await self._keep(session, case, step)
                    steps += taken
                    seen = case.at.number
        except (Outdated, IntegrityError):
            raise await self._faster(lesson_id) from None
        for event in _events(case, steps):
            self._house.bus.publish(event)
        return case

    async def _keep(self, session: AsyncSession, case: Case, step: Step) -> None:
        case.at = after(case.at, step)
        await follow(session, self._house, case, step)
        session.add(
            ReviewStep(
                review_id=case.review.id if case.review else None,
                recording_id=case.recording.id,
                number=case.at.number,
                kind=step.kind,
                by=step.by,
                why=step.why,
                facts=dict(step.facts),
            )
        )
        await session.flush()

    async def _faster(self, lesson_id: str) -> Conflict:
        """What the one who was faster did."""
        async with self._house.database.session() as session:
            last = await session.scalar(
                select(ReviewStep)
                .join(Lesson, Lesson.recording_id == ReviewStep.recording_id)
                .where(Lesson.id == lesson_id)
                .order_by(ReviewStep.number.desc())
                .limit(1)
            )
            if last is None:
                return Conflict("error.review.faster")
            name = (await names_of(session, [last.by])).get(last.by or "", "?")
        return Conflict(f"error.review.after.{last.kind}", name=name, why=last.why or "—")


def _events(case: Case, steps: list[Step]) -> Iterator[Event]:
    for step in steps:
        if step.kind in PUTTING_OUT:
            version, edition = step.facts["version"], step.facts["edition"]
            yield RecordingPublished(case.lesson.id, case.recording.id, version, edition)
        elif step.kind == "withdrawn":
            yield RecordingWithdrawn(case.lesson.id, case.recording.id, step.facts["version"])
