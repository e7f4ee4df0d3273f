"""What follows from a step: the release, the tasks of reviewers, the ledger, and who is told."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import active
from server.accounts.person import Person
from server.http.context import House
from server.lessons.access import ask_to_review, end_review
from server.lessons.attending import members_of, staff_of
from server.notices.postbox import Postbox
from server.notices.wording import moment
from server.publishing import workload
from server.publishing.access import Case, outsiders
from server.publishing.checklist import latest
from server.publishing.review import Review, ReviewTask, ReviewTick
from server.publishing.workflow import PUTTING_OUT, RUNNING, Step
from server.recordings.editing import edition_of
from server.recordings.edition import edits_of
from server.recordings.release import State, move, put_out
from server.recordings.viewings import RecordingViewing
from server.store.database import new_id, now


def deadline(day: date, zone: ZoneInfo) -> datetime:
    """The last minute of a day of the school, UTC."""
    return datetime.combine(day, time(23, 59), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Scene:
    session: AsyncSession
    house: House
    case: Case
    step: Step

    @property
    def review(self) -> Review:
        review = self.case.review
        assert review is not None, "only a submission can be decided"
        return review

    def due(self, days: int) -> datetime:
        zone = ZoneInfo(self.house.settings.timezone)
        return deadline(now().astimezone(zone).date() + timedelta(days=days), zone)

    async def tell(
        self, people: Iterable[Person], kind: str, *, path: str = "", **params: Any
    ) -> None:
        lesson = self.case.lesson
        await self.house.part(Postbox).tell(
            self.session,
            [one for one in people if one.id != self.step.by],
            f"review.{kind}",
            subject=self.case.recording.id,
            path=path or f"/lessons/{lesson.id}/recording/review",
            title=lesson.title,
            **params,
        )

    async def people(self, ids: Iterable[str]) -> list[Person]:
        found = select(Person).where(Person.id.in_(list(ids)), active())
        return list(await self.session.scalars(found))

    async def staff(self) -> list[Person]:
        return [person for person, _ in await staff_of(self.session, self.case.lesson)]

    async def tasks(self, part: str = "") -> list[ReviewTask]:
        if self.case.review is None:
            return []
        found = select(ReviewTask).where(
            ReviewTask.review_id == self.case.review.id, ReviewTask.ended_at.is_(None)
        )
        if part:
            found = found.where(ReviewTask.part == part)
        return list(await self.session.scalars(found))

    async def add_task(self, person_id: str, part: str, due: datetime, how: str) -> None:
        self.session.add(
            ReviewTask(
                review_id=self.review.id,
                person_id=person_id,
                part=part,
                due_at=due,
                how=how,
                made_by=self.step.by,
            )
        )
        await ask_to_review(self.session, self.case.lesson.id, person_id, self.step.by)

    async def end_tasks(self, tasks: Iterable[ReviewTask]) -> None:
        """These need decide no more, and need see it no more."""
        for task in tasks:
            task.ended_at = now()
            await end_review(self.session, self.case.lesson.id, task.person_id)

    async def close(self, stage: str) -> None:
        """The submission is over: nobody has anything to decide about it."""
        self.review.stage, self.review.due_at = stage, None
        await self.end_tasks(await self.tasks())


async def follow(session: AsyncSession, house: House, case: Case, step: Step) -> None:
    """Do what follows from a step that was just taken; `case.at` is already behind it."""
    scene = _Scene(session, house, case, step)
    if handler := _FOLLOWS.get(step.kind):
        await handler(scene)
    if case.review and case.at.stage in RUNNING:
        case.review.stage = case.at.stage
    if step.kind in PUTTING_OUT:
        await put_out(session, case.release, step.facts["edition"], step.by, step.why)
    elif case.release.state != case.at.release:
        state: State = case.at.release
        await move(session, case.release, state, step.by, step.why)
    await session.flush()


async def _submitted(scene: _Scene) -> None:
    case, facts = scene.case, scene.step.facts
    version, _ = await latest(scene.session)
    due = scene.due(case.rules.review_days)
    case.review = Review(
        id=new_id(),
        recording_id=case.recording.id,
        lesson_id=case.lesson.id,
        run=facts["run"],
        edition=facts["edition"],
        checklist=version,
        credited=[list(one) for one in facts["credited"]],
        submitted_by=scene.step.by,
        due_at=due,
    )
    scene.session.add(case.review)
    await scene.session.flush()
    for item in facts["ticked"]:
        tick = ReviewTick(review_id=case.review.id, person_id=scene.step.by, item=item)
        scene.session.add(tick)
    supervisors = await outsiders(scene.session, "supervisor", case.lesson)
    await scene.tell(supervisors, "submitted", due=moment(due))


async def _assigned(scene: _Scene) -> None:
    reviewer = scene.step.facts["reviewer"]
    others = [task for task in await scene.tasks("review") if task.person_id != reviewer]
    await scene.end_tasks(others)
    due = scene.review.due_at or scene.due(scene.case.rules.review_days)
    if reviewer not in {task.person_id for task in await scene.tasks("review")}:
        how = "taken" if reviewer == scene.step.by else "chosen"
        await scene.add_task(reviewer, "review", due, how)
    await scene.tell(await scene.people([reviewer]), "assigned", due=moment(due))


async def _approved(scene: _Scene) -> None:
    for task in await scene.tasks("review"):
        task.done_at = now() if task.person_id == scene.step.by else None
    await scene.end_tasks(await scene.tasks("review"))
    scene.review.due_at = None
    await scene.tell(await scene.staff(), "approved")


async def _asked(scene: _Scene) -> None:
    case, facts = scene.case, scene.step.facts
    wanted, due = list(facts["experts"]), scene.due(case.rules.expert_days)
    tasks = await scene.tasks("expert")
    await scene.end_tasks(task for task in tasks if task.person_id not in wanted)
    fresh = [one for one in wanted if one not in {task.person_id for task in tasks}]
    for person_id in fresh:
        await scene.add_task(person_id, "expert", due, facts["how"])
    scene.review.due_at = due if case.at.stage == "expert" else None
    await scene.tell(await scene.people(fresh), "asked", due=moment(due))
    if not wanted:
        supervisors = await outsiders(scene.session, "supervisor", case.lesson)
        await scene.tell(supervisors, "nobody")


async def _endorsed(scene: _Scene) -> None:
    for task in await scene.tasks("expert"):
        if task.person_id == scene.step.by:
            task.done_at = now()
    if scene.case.at.stage == "approved":
        scene.review.due_at = None
        await scene.tell(await scene.staff(), "approved")


async def _deferred(scene: _Scene) -> None:
    zone = ZoneInfo(scene.house.settings.timezone)
    due = deadline(date.fromisoformat(scene.step.facts["until"]), zone)
    scene.review.due_at = due
    for task in await scene.tasks():
        if task.done_at is None:
            task.due_at = due


async def _sent_back(scene: _Scene) -> None:
    await scene.close("closed")
    await scene.tell(await scene.staff(), "sent_back", why=scene.step.why)


async def _taken_back(scene: _Scene) -> None:
    decided_by = [task.person_id for task in await scene.tasks()]
    await scene.close("closed")
    await scene.tell(await scene.people(decided_by), "taken_back", path="/reviews")


async def _put_out(scene: _Scene) -> None:
    case, facts = scene.case, scene.step.facts
    if case.review and case.review.stage == "approved":
        await scene.close("published")
    seconds = case.recording.duration
    edition = await edition_of(scene.session, case.recording.id, facts["edition"])
    shown = edits_of(edition).duration if edition else seconds
    counted = workload.Counted(
        lesson_id=case.lesson.id,
        recording_id=case.recording.id,
        title=case.lesson.title,
        taught=_minutes(seconds) if case.lesson.room_id else 0,
        shown=_minutes(shown),
        version=facts["version"],
    )
    people = [(person_id, part) for person_id, part in await _credited(scene)]
    again = scene.step.kind == "updated"
    await workload.count(scene.session, counted, people, again=again)
    readers = {one.id: one for one in await members_of(scene.session, case.lesson)}
    readers |= {one.id: one for one in await scene.staff()}
    kind = "updated" if again else "published"
    await scene.tell(readers.values(), kind, path=f"/lessons/{case.lesson.id}/recording")


async def _credited(scene: _Scene) -> list[Any]:
    """Whom the submission names that is published: this one, or the last that was."""
    found = await scene.session.scalar(
        select(Review.credited)
        .where(Review.recording_id == scene.case.recording.id, Review.stage == "published")
        .order_by(Review.run.desc())
        .limit(1)
    )
    return found or []


async def _withdrawn(scene: _Scene) -> None:
    case, why = scene.case, scene.step.why
    await workload.take_back(scene.session, case.recording.id, why)
    viewed = select(RecordingViewing.person_id).where(
        RecordingViewing.recording_id == case.recording.id,
        RecordingViewing.person_id.is_not(None),
    )
    viewers = await scene.people(map(str, await scene.session.scalars(viewed)))
    known = {one.id: one for one in [*await members_of(scene.session, case.lesson), *viewers]}
    for person in await scene.staff():
        known.pop(person.id, None)
    await scene.tell(known.values(), "withdrawn", path=f"/lessons/{case.lesson.id}/recording")
    await scene.tell(await scene.staff(), "withdrawn_why", why=why)


def _minutes(seconds: float) -> int:
    return max(1, round(seconds / 60))


_Follow = Callable[[_Scene], Awaitable[None]]
_FOLLOWS: dict[str, _Follow] = {
    "submitted": _submitted,
    "assigned": _assigned,
    "approved": _approved,
    "asked": _asked,
    "endorsed": _endorsed,
    "deferred": _deferred,
    "sent_back": _sent_back,
    "taken_back": _taken_back,
    "published": _put_out,
    "updated": _put_out,
    "republished": _put_out,
    "withdrawn": _withdrawn,
}
