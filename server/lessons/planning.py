"""Making, moving, cancelling and changing lessons; whoever is concerned is told.

The caller has checked who may, and gives the session, which holds the whole change.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.classroom.event_log import rooms_begun
from server.courses.course import Course
from server.errors import Conflict
from server.lessons.attending import concerned, set_cohorts, set_staff
from server.lessons.lesson import Lesson
from server.lessons.repeating import shifted
from server.notices.postbox import Postbox
from server.notices.wording import moment
from server.recordings.recording import Recording
from server.store.database import new_id, now


@dataclass(frozen=True, slots=True)
class About:
    """What a lesson is, apart from when. Empty sets: as the course has it."""

    title: str
    place: str
    language: str = "zh"
    cohort_ids: set[str] = field(default_factory=set)
    staff_ids: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Planner:
    """Changes the timetable on behalf of `person`.

    `closing` fills with rooms in which people waited for a lesson that is moved or called off; the
    caller ends them once the change is kept.
    """

    session: AsyncSession
    person: Person
    postbox: Postbox
    zone: tzinfo
    closing: list[str] = field(default_factory=list)

    async def plan(
        self, course: Course, about: About, starts: list[datetime], minutes: int
    ) -> list[Lesson]:
        """Lessons of the course, one for each beginning; a series where there are several."""
        series = new_id() if len(starts) > 1 else None
        lessons = [
            Lesson(
                id=new_id(),
                course_id=course.id,
                title=about.title,
                place=about.place,
                language=about.language,
                starts_at=start,
                minutes=minutes,
                series_id=series,
                created_by=self.person.id,
            )
            for start in starts
        ]
        self.session.add_all(lessons)
        await self.session.flush()
        for lesson in lessons:
            await set_cohorts(self.session, lesson, about.cohort_ids)
            await set_staff(self.session, lesson, about.staff_ids)
        await self.session.flush()
        await self._tell("planned", lessons, at=moment(lessons[0].starts_at))
        return lessons

    async def change(self, lesson: Lesson, about: About) -> None:
        """What a lesson is. A new place is told."""
        told = about.place if about.place != lesson.place and not _is_past(lesson) else ""
        lesson.title, lesson.place, lesson.language = about.title, about.place, about.language
        await set_cohorts(self.session, lesson, about.cohort_ids)
        await set_staff(self.session, lesson, about.staff_ids)
        await self.session.flush()
        if told:
            at = moment(lesson.starts_at)
            await self._tell("place", [lesson], at=at, place=told)

    async def move(
        self, lesson: Lesson, day: date, at: time, minutes: int, *, following: bool
    ) -> None:
        """To another day and wall time; `following`: those after it in its series as well, which
        keep their distance in days. Conflict where it has begun or is cancelled."""
        await self._clear(lesson)
        if lesson.cancelled_at:
            raise Conflict("error.lesson.cancelled")
        lessons = await self.series_from(lesson) if following else [lesson]
        old = lesson.starts_at
        for one in lessons:
            one.starts_at = shifted(one.starts_at, old, day, at, self.zone)
            one.minutes = minutes
        await self.session.flush()
        before, after = moment(old), moment(lesson.starts_at)
        await self._tell("moved", lessons, **{"from": before, "to": after})

    async def cancel(self, lesson: Lesson, why: str, *, following: bool) -> None:
        """Call it off; `following`: those after it in its series as well. Conflict where it has
        begun."""
        await self._clear(lesson)
        lessons = await self.series_from(lesson) if following else [lesson]
        lessons = [one for one in lessons if one.cancelled_at is None]
        for one in lessons:
            one.cancelled_at, one.cancelled_by, one.cancelled_why = now(), self.person.id, why
        if lessons:
            await self._tell("cancelled", lessons, at=moment(lessons[0].starts_at), why=why)

    async def restore(self, lesson: Lesson, *, following: bool) -> None:
        """Hold it after all; `following`: those after it in its series as well."""
        lessons = await self.series_from(lesson) if following else [lesson]
        lessons = [one for one in lessons if one.cancelled_at is not None]
        for one in lessons:
            one.cancelled_at, one.cancelled_by, one.cancelled_why = None, None, ""
        if lessons:
            await self._tell("restored", lessons, at=moment(lessons[0].starts_at))

    async def series_from(self, lesson: Lesson) -> list[Lesson]:
        """The lesson and those after it in its series that have not been held."""
        if lesson.series_id is None:
            return [lesson]
        found = await self.session.scalars(
            select(Lesson)
            .where(
                Lesson.series_id == lesson.series_id,
                Lesson.starts_at >= lesson.starts_at,
                Lesson.room_id.is_(None),
            )
            .order_by(Lesson.starts_at)
        )
        return list({one.id: one for one in (lesson, *found)}.values())

    async def _clear(self, lesson: Lesson) -> None:
        """Nobody waits in the lesson's room any more. Conflict where it has begun."""
        if lesson.ended_at:
            raise Conflict("error.lesson.held")
        if lesson.room_id is None:
            return
        if await has_begun(self.session, lesson):
            raise Conflict("error.lesson.going_on")
        if recording := await self.session.get(Recording, lesson.recording_id or ""):
            await self.session.delete(recording)
        self.closing.append(lesson.room_id)
        lesson.room_id = lesson.recording_id = None

    async def _tell(self, what: str, lessons: list[Lesson], **params: Any) -> None:
        """One notice a person, however many lessons; none about what is past."""
        first, others = lessons[0], len(lessons) - 1
        if all(_is_past(lesson) for lesson in lessons):
            return
        people = await self._concerned(lessons)
        await self.postbox.tell(
            self.session,
            (person for person in people if person.id != self.person.id),
            f"lesson.{what}.series" if others else f"lesson.{what}",
            subject=first.id,
            path=f"/lessons/{first.id}",
            title=first.title,
            **({"others": others} if others else {}),
            **params,
        )

    async def _concerned(self, lessons: Iterable[Lesson]) -> list[Person]:
        people: dict[str, Person] = {}
        for lesson in lessons:
            people |= {person.id: person for person in await concerned(self.session, lesson)}
        return list(people.values())


async def has_begun(session: AsyncSession, lesson: Lesson) -> bool:
    """Is it being held, or has it been? A room in which people wait is no beginning."""
    rooms = [lesson.room_id] if lesson.room_id else []
    return lesson.ended_at is not None or bool(await rooms_begun(session, rooms))


def _is_past(lesson: Lesson) -> bool:
    return lesson.ends_at < now()
