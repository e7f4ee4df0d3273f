"""Reminders of deadlines: in the page and by mail, before a deadline, on its day, and after it.

What was said is a row, so that a restart says nothing twice; where several are due at once only the
most pressing is said.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import active
from server.accounts.person import Person
from server.lessons.lesson import Lesson
from server.notices.looking import Looking
from server.notices.postbox import Postbox
from server.notices.wording import moment as told
from server.publishing.access import outsiders
from server.publishing.review import Review, ReviewReminder, ReviewTask
from server.publishing.rules import rules_of

FURTHEST = timedelta(days=60)
ON_THE_DAY = timedelta(hours=16)  # deadlines are at 23:59: from 8 in the morning
NEXT_MORNING = timedelta(hours=8)


class Reminders(Looking):
    """Looks for deadlines while it runs."""

    async def look(self, moment: datetime) -> None:
        """Remind whom it is time to remind at `moment`."""
        async with self._house.database.session() as session:
            waiting = await session.execute(
                select(Review, Lesson)
                .join(Lesson, Lesson.id == Review.lesson_id)
                .where(
                    Review.stage.in_(("review", "expert")),
                    Review.due_at.is_not(None),
                    Review.due_at < moment + FURTHEST,
                )
            )
            for review, lesson in waiting.all():
                rules = await rules_of(session, lesson.course_id)
                for person, due in await _deciding(session, review, lesson):
                    if what := pressing(moment, due, rules.remind_days):
                        await self._remind(session, review, lesson, person, due, what)

    async def _remind(
        self,
        session: AsyncSession,
        review: Review,
        lesson: Lesson,
        person: Person,
        due: datetime,
        what: str,
    ) -> None:
        if await session.get(ReviewReminder, (review.id, person.id, due, what)):
            return
        session.add(ReviewReminder(review_id=review.id, person_id=person.id, due_at=due, what=what))
        await self._house.part(Postbox).tell(
            session,
            [person],
            f"review.reminder.{what}",
            subject=review.recording_id,
            path=f"/lessons/{lesson.id}/recording/review",
            title=lesson.title,
            due=told(due),
        )


def pressing(moment: datetime, due: datetime, days: int) -> str | None:
    """What there is to say at `moment`: "before", "at" or "after"; None: not yet anything."""
    morning = due - ON_THE_DAY
    if moment >= due + NEXT_MORNING:
        return "after"
    if moment >= morning:
        return "at"
    return "before" if days and moment >= morning - timedelta(days=days) else None


async def _deciding(
    session: AsyncSession, review: Review, lesson: Lesson
) -> list[tuple[Person, datetime]]:
    """Who has to decide, each with their deadline; where nobody is named, every supervisor."""
    rows = await session.execute(
        select(Person, ReviewTask.due_at)
        .join(ReviewTask, ReviewTask.person_id == Person.id)
        .where(
            ReviewTask.review_id == review.id,
            ReviewTask.part == review.stage,
            ReviewTask.done_at.is_(None),
            ReviewTask.ended_at.is_(None),
            active(),
        )
    )
    named = [(person, due) for person, due in rows]
    if named or review.due_at is None:
        return named
    return [(one, review.due_at) for one in await outsiders(session, "supervisor", lesson)]
