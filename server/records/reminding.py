"""Reminders to trainees of a cohort: at once, at a time, or every week until nobody needs them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.courses.cohort import Cohort
from server.errors import NotFound
from server.i18n import Translator
from server.notices.looking import Looking
from server.notices.postbox import Postbox
from server.records.access import cohort_to_tend
from server.records.board import Board, board_of
from server.records.needs import Word
from server.records.reminder import PlannedReminder
from server.records.standings import REMINDER

log = structlog.get_logger()

AT_ONCE = 20  # planned reminders of one look
MOST = 50  # that are listed


async def remind(
    session: AsyncSession,
    postbox: Postbox,
    by: Person,
    people: Iterable[Person],
    text: str,
    words: Sequence[Word],
    language: str,
) -> int:
    """A notice to each, which says `text`, else their own first reason; to how many. Who has no
    reason is left out where there is no text. `language` is that of who has chosen none."""
    reasons = {word.person_id: word for word in words}
    told = 0
    for person in people:
        word = reasons.get(person.id)
        said = Translator(person.language or language)
        say = text or (because(word, said) if word else "")
        if say:
            told += 1
            await postbox.tell(
                session,
                [person],
                REMINDER,
                subject=person.id,
                path="/record",
                by=by.name,
                text=say,
            )
    return told


def because(word: Word, said: Translator) -> str:
    """What one says to somebody with these reasons: about the first of them."""
    need = word.needs[0]
    return said.t(f"record.remind.{need.about}", **need.params)


async def planned_of(session: AsyncSession, cohort_id: str) -> list[PlannedReminder]:
    """Those that are still to be sent, the next first."""
    found = await session.scalars(
        select(PlannedReminder)
        .where(PlannedReminder.cohort_id == cohort_id, PlannedReminder.due_at.is_not(None))
        .order_by(PlannedReminder.due_at)
        .limit(MOST)
    )
    return list(found)


class RecordReminders(Looking):
    """Sends what is due."""

    every_s = 60.0

    async def look(self, moment: datetime) -> None:
        """Send every reminder whose time has come."""
        async with self._house.database.session() as session:
            due = await session.scalars(
                select(PlannedReminder.id)
                .where(PlannedReminder.due_at <= moment)
                .order_by(PlannedReminder.due_at)
                .limit(AT_ONCE)
            )
            waiting = list(due)
        for reminder_id in waiting:
            try:
                await self._send(reminder_id, moment)
            except Exception:  # the others wait no longer for it
                log.exception("a planned reminder could not be sent", reminder=reminder_id)

    async def _send(self, reminder_id: str, moment: datetime) -> None:
        async with self._house.database.session() as session:
            planned = await session.get_one(PlannedReminder, reminder_id)
            cohort = await session.get_one(Cohort, planned.cohort_id)
        board = await board_of(self._house, cohort)
        async with self._house.database.session() as session:
            planned = await session.get_one(PlannedReminder, reminder_id, with_for_update=True)
            if planned.due_at is None or planned.due_at > moment:
                return  # somebody stopped it meanwhile
            by = await session.get_one(Person, planned.made_by)
            if by.deactivated_at is not None or not await _still_tends(session, by, cohort):
                planned.due_at = None
                return
            people = _addressed(planned, board)
            settings = self._house.settings
            told = await remind(
                session,
                self._house.part(Postbox),
                by,
                people,
                planned.text,
                board.words,
                settings.language,
            )
            planned.sent += bool(told)
            planned.due_at = (
                next_due(planned, moment, ZoneInfo(settings.timezone)) if people else None
            )


def _addressed(planned: PlannedReminder, board: Board) -> list[Person]:
    """Those of the people who are still in the cohort, and still have a reason where it asks."""
    people, needy = board.people, {word.person_id for word in board.words}
    return [
        people[one]
        for one in planned.people
        if one in people and (not planned.about or one in needy)
    ]


def next_due(planned: PlannedReminder, moment: datetime, zone: ZoneInfo) -> datetime | None:
    """When it is sent again: so many days later at the same hour of the school's, past what a
    standstill left out; None: never."""
    if not planned.every_days or planned.due_at is None:
        return None
    step = timedelta(days=planned.every_days)
    due = planned.due_at.astimezone(zone) + step * ((moment - planned.due_at) // step)
    while due <= moment:
        due += step
    return None if planned.until is not None and due > planned.until else due


async def _still_tends(session: AsyncSession, by: Person, cohort: Cohort) -> bool:
    try:
        await cohort_to_tend(session, by, cohort.id)
    except NotFound:
        return False
    return True


async def stop(session: AsyncSession, cohort_id: str, reminder_id: str, by: Person) -> None:
    """Send it no more. NotFound."""
    planned = await session.get(PlannedReminder, reminder_id)
    if planned is None or planned.cohort_id != cohort_id:
        raise NotFound
    if planned.due_at is not None:
        planned.due_at, planned.ended_by = None, by.id
