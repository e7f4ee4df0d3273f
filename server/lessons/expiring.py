"""What is not to be kept any longer: its owner is told some days before, then it is deleted."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.errors import Conflict
from server.events import Event, RecordingDeleted
from server.http.context import House
from server.lessons.attending import staff_of
from server.lessons.lesson import Lesson
from server.lessons.timelines import Timelines
from server.notices.postbox import Postbox
from server.notices.wording import moment
from server.recordings.deleting import Deleting
from server.recordings.forgetting import forget_matter, forget_viewings
from server.recordings.recording import Recording
from server.recordings.release import Release, release_of
from server.recordings.retention import MATTERS, Rules, kept_until, recording_due, rules_of
from server.store.database import now

log = structlog.get_logger()
LOOK_EVERY_S = 3600.0


class Expiring:
    """A house part: looks once an hour. What a legal hold is on stays, whatever is due."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._house.bus.subscribe(RecordingDeleted, self._deleted)
        self._task = asyncio.create_task(self._work(), name="retention")

    async def stop(self) -> None:
        """The next start goes on."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _work(self) -> None:
        while True:
            try:
                await self.sweep(now())
            except Exception:
                log.exception("retention could not be looked after")
            await asyncio.sleep(LOOK_EVERY_S)

    async def sweep(self, at: datetime) -> None:
        """Do what is due at a moment."""
        async with self._house.database.session() as session:
            rules = await rules_of(session)
            complete = (Recording.kind == "lesson", Recording.state == "ready")
            found = await session.execute(
                select(Lesson, Recording.id)
                .join(Recording, Recording.id == Lesson.recording_id)
                .where(*complete)
            )
            rows = [(lesson, str(recording_id)) for lesson, recording_id in found]
        for lesson, recording_id in rows:
            try:
                await self._look_at(lesson, recording_id, rules, at)
            except Exception:
                log.exception("retention of a recording failed", recording=recording_id)
        await self._house.database.scrub()  # also of what others deleted since

    async def _look_at(self, lesson: Lesson, recording_id: str, rules: Rules, at: datetime) -> None:
        began = lesson.ended_at or lesson.starts_at
        async with self._house.database.session() as session:
            release = await release_of(session, recording_id)
            if release.hold_at is not None:
                return
            days = rules[release.label, "viewings"]
            if days is not None:
                await forget_viewings(session, [recording_id], at - timedelta(days=days))
            due = await self._warn(session, lesson, release, rules, at)
        if due:
            with suppress(Conflict):  # a hold was faster
                await self._house.part(Deleting).delete(recording_id, lesson.id, None, "")
            return
        for matter in MATTERS[1:3]:
            until = kept_until(rules, release.label, matter, began)
            if until is not None and until < at and matter not in release.gone:
                await forget_matter(self._house, recording_id, matter)
                self._house.part(Timelines).forget(recording_id)

    def _deleted(self, event: Event) -> None:
        assert isinstance(event, RecordingDeleted)
        self._house.part(Timelines).forget(event.recording_id)

    async def _warn(
        self, session: AsyncSession, lesson: Lesson, release: Release, rules: Rules, at: datetime
    ) -> bool:
        """Is it to be deleted now? Its owner and staff are told in time, and have that time."""
        last = recording_due(rules, release, lesson.ended_at or lesson.starts_at)
        if last is None:
            release.warned_at = None
            return False
        ahead = timedelta(days=self._house.settings.retention_notice_days)
        end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
        if release.warned_at is not None:
            return at >= max(end, release.warned_at + ahead)
        if at < end - ahead:
            return False
        release.warned_at = at
        recording = await session.get_one(Recording, release.recording_id)
        owner = await session.get(Person, recording.owner_id)
        people = {person.id: person for person, _ in await staff_of(session, lesson)}
        if owner is not None and owner.deactivated_at is None:
            people[owner.id] = owner
        await self._house.part(Postbox).tell(
            session,
            people.values(),
            "lesson.recording_due",
            subject=release.recording_id,
            path=f"/lessons/{lesson.id}/recording/settings",
            title=lesson.title,
            at=moment(max(end, at + ahead)),
        )
        return False
