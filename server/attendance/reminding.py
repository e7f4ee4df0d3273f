"""Reminders of lessons: before one begins, and soon after, who is expected and not there. Each is
said once, whatever restarts; who was excused is left alone. Faces are forgotten when due."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.accounts.person import Person
from server.attendance.check_in import Rules, rules_of
from server.attendance.evidence import Evidence
from server.attendance.face import forget_finished
from server.lessons.attending import members_of
from server.lessons.lesson import Lesson
from server.notices.looking import Looking
from server.notices.postbox import Postbox
from server.notices.wording import moment as told
from server.store.database import Table, now

FURTHEST = timedelta(hours=24)  # the most that somebody is reminded ahead
LATE = timedelta(minutes=30)  # a reminder that the server slept through is not said later
CAME = ("joined", "scanned", "answered")


class CheckInReminder(Table):
    """Somebody was reminded of a lesson; `what` is "before" or "missing"."""

    __tablename__ = "check_in_reminder"

    lesson_id: Mapped[str] = mapped_column(
        ForeignKey("lesson.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    what: Mapped[str] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)  # moved: reminded again
    said_at: Mapped[datetime] = mapped_column(default=now)


def due(lesson: Lesson, rules: Rules, moment: datetime) -> str | None:
    """What there is to say at `moment`: "before", "missing", or None."""
    begins = lesson.starts_at
    first = begins - timedelta(minutes=rules.remind_before)
    again = begins + timedelta(minutes=rules.remind_after)
    if rules.remind_before and first <= moment < begins:
        return "before"
    ended = lesson.ended_at is not None or moment >= lesson.ends_at
    if rules.remind_after and again <= moment < again + LATE and not ended:
        return "missing"
    return None


class LessonReminders(Looking):
    """Looks for lessons to remind of while it runs."""

    every_s = 30.0

    async def look(self, moment: datetime) -> None:
        """Remind whom it is time to remind at `moment`."""
        async with self._house.database.session() as session:
            near = await session.scalars(
                select(Lesson).where(
                    Lesson.cancelled_at.is_(None),
                    Lesson.starts_at > moment - FURTHEST,
                    Lesson.starts_at <= moment + FURTHEST,
                )
            )
            for lesson in near.all():
                if what := due(lesson, await rules_of(session, lesson.course_id), moment):
                    await self._remind(session, lesson, what)
            zone = ZoneInfo(self._house.settings.timezone)
            await forget_finished(session, moment.astimezone(zone).date())

    async def _remind(self, session: AsyncSession, lesson: Lesson, what: str) -> None:
        said = await session.scalars(
            select(CheckInReminder.person_id).where(
                CheckInReminder.lesson_id == lesson.id,
                CheckInReminder.what == what,
                CheckInReminder.starts_at == lesson.starts_at,
            )
        )
        passed_by = {*said, *await excused(session, lesson.id), *await there(session, lesson.id)}
        people = [one for one in await members_of(session, lesson) if one.id not in passed_by]
        if not people:
            return
        session.add_all(
            CheckInReminder(
                lesson_id=lesson.id, person_id=one.id, what=what, starts_at=lesson.starts_at
            )
            for one in people
        )
        await self._tell(session, people, lesson, what)

    async def _tell(
        self, session: AsyncSession, people: list[Person], lesson: Lesson, what: str
    ) -> None:
        await self._house.part(Postbox).tell(
            session,
            people,
            f"check_in.{what}",
            subject=lesson.id,
            path=f"/lessons/{lesson.id}",
            title=lesson.title,
            at=told(lesson.starts_at),
            place=lesson.place or "—",
        )


async def there(session: AsyncSession, lesson_id: str) -> set[str]:
    """Ids of those of whom there is evidence that they came, or whom somebody marked."""
    kinds = (*CAME, "marked", "correction")
    found = await session.scalars(
        select(Evidence.person_id).where(
            Evidence.lesson_id == lesson_id,
            Evidence.kind.in_(kinds),
            Evidence.person_id.is_not(None),
        )
    )
    return {str(person_id) for person_id in found}


async def excused(session: AsyncSession, lesson_id: str) -> set[str]:
    """Ids of those whose leave for the lesson was approved, and not cancelled since."""
    rows = await session.execute(
        select(Evidence.person_id, Evidence.body)
        .where(Evidence.lesson_id == lesson_id, Evidence.kind == "leave")
        .order_by(Evidence.at, Evidence.id)
    )
    last = {str(person_id): body.get("state") for person_id, body in rows}
    return {person_id for person_id, state in last.items() if state == "approved"}
