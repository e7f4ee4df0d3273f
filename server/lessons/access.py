"""Which lessons a person may see, lead and arrange, and which recordings they may watch: loading
is the permission check."""

from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.classroom.things import Role
from server.courses.cohort import CohortMember
from server.courses.course import Course, CourseCohort, CourseStaff
from server.courses.slide_deck import SlideDeck
from server.errors import NotFound
from server.lessons.lesson import Lesson, LessonCohort, LessonGuest, LessonReviewer, LessonStaff
from server.recordings.edition import ORIGINAL, Edition
from server.recordings.release import (
    BEFORE,
    Release,
    in_state,
    labelled,
    release_of,
    source_column,
)

Unseen = Literal["withdrawn", "unpublished", "members"]


def _named_staff(person: Person) -> ColumnElement[bool]:
    return exists().where(LessonStaff.lesson_id == Lesson.id, LessonStaff.person_id == person.id)


def _course_staff(person: Person) -> ColumnElement[bool]:
    return Lesson.course_id.in_(
        select(CourseStaff.course_id).where(CourseStaff.person_id == person.id)
    )


def leads(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person is on the staff of the lesson or of its course."""
    return or_(_course_staff(person), _named_staff(person))


def gives(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person is expected to give it."""
    named = exists().where(LessonStaff.lesson_id == Lesson.id)
    return or_(_named_staff(person), and_(~named, _course_staff(person)))


def arranges(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person may move, change and cancel it."""
    return true() if person.is_a("learning_admin") else _course_staff(person)


def tends(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person looks after what was recorded of it."""
    return or_(leads(person), arranges(person))


def keeps(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person sees how its recording is kept, and who watched it."""
    return true() if person.is_a("learning_admin", "supervisor") else leads(person)


def belongs(person: Person, *parts: str) -> ColumnElement[bool]:
    """Condition on Lesson: for a cohort of which the person is a member in one of these `parts`."""
    memberships = select(CohortMember.cohort_id).where(
        CohortMember.person_id == person.id, CohortMember.part.in_(parts)
    )
    named = exists().where(LessonCohort.lesson_id == Lesson.id)
    chosen = exists().where(
        LessonCohort.lesson_id == Lesson.id, LessonCohort.cohort_id.in_(memberships)
    )
    taken = exists().where(
        CourseCohort.course_id == Lesson.course_id, CourseCohort.cohort_id.in_(memberships)
    )
    return or_(chosen, and_(~named, taken))


def invited(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person came as a guest, and is still welcome."""
    return exists().where(
        LessonGuest.lesson_id == Lesson.id,
        LessonGuest.person_id == person.id,
        LessonGuest.removed_at.is_(None),
    )


def reviews(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person was asked to review its recording."""
    return exists().where(
        LessonReviewer.lesson_id == Lesson.id, LessonReviewer.person_id == person.id
    )


def insider(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person may have the recording in every state and edition."""
    if person.is_a("learning_admin", "supervisor"):
        return true()
    return or_(leads(person), reviews(person))


def watches(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person may watch what was recorded of it, after its end."""
    released = in_state(Lesson.recording_id, "published")
    trusted = Lesson.course_id.in_(select(Course.id).where(Course.class_watches))
    early = and_(in_state(Lesson.recording_id, *BEFORE), trusted)
    public = and_(released, labelled(Lesson.recording_id, "public"))
    return or_(
        insider(person),
        and_(belongs(person, "trainee", "adviser"), or_(released, early)),
        and_(invited(person), public),
    )


def concerns(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: belongs on the person's own timetable."""
    every = true() if person.is_a("supervisor") else false()
    return or_(gives(person), belongs(person, "trainee", "adviser"), invited(person), every)


def sees(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person may know of it."""
    every = true() if person.is_a("learning_admin", "supervisor") else false()
    return or_(
        leads(person),
        reviews(person),
        belongs(person, "trainee", "adviser"),
        invited(person),
        every,
    )


async def lesson_for(session: AsyncSession, person: Person, lesson_id: str) -> Lesson:
    """A lesson the person may see. NotFound."""
    return await _one(session, lesson_id, sees(person))


async def lesson_to_arrange(session: AsyncSession, person: Person, lesson_id: str) -> Lesson:
    """A lesson the person may move, change and cancel. NotFound."""
    return await _one(session, lesson_id, arranges(person))


async def lesson_to_lead(session: AsyncSession, person: Person, lesson_id: str) -> Lesson:
    """A lesson whose guests the person receives. NotFound."""
    return await _one(session, lesson_id, leads(person))


async def lesson_to_tend(session: AsyncSession, person: Person, lesson_id: str) -> Lesson:
    """A lesson whose recording the person looks after. NotFound."""
    return await _one(session, lesson_id, tends(person))


async def lesson_to_keep(session: AsyncSession, person: Person, lesson_id: str) -> Lesson:
    """A lesson of which the person sees how its recording is kept. NotFound."""
    return await _one(session, lesson_id, keeps(person))


async def may_keep(session: AsyncSession, person: Person, lesson: Lesson) -> bool:
    """May the person see how this lesson's recording is kept, and who watched it?"""
    return await _is(session, lesson, keeps(person))


async def may_tend(session: AsyncSession, person: Person, lesson: Lesson) -> bool:
    """Does the person look after what was recorded of this lesson?"""
    return await _is(session, lesson, tends(person))


async def may_arrange(session: AsyncSession, person: Person, lesson: Lesson) -> bool:
    """May the person move, change and cancel this lesson?"""
    return await _is(session, lesson, arranges(person))


async def may_lead(session: AsyncSession, person: Person, lesson: Lesson) -> bool:
    """Is the person on the staff of this lesson or of its course?"""
    return await _is(session, lesson, leads(person))


async def gives_it(session: AsyncSession, person: Person, lesson: Lesson) -> bool:
    """Is the person expected to give this lesson?"""
    return await _is(session, lesson, gives(person))


async def role_in(session: AsyncSession, person: Person, lesson: Lesson) -> Role | None:
    """What the person is in the room of this lesson; None: not let in."""
    part = await session.scalar(
        select(LessonStaff.part).where(
            LessonStaff.lesson_id == lesson.id, LessonStaff.person_id == person.id
        )
    )
    if part is not None:
        return "teacher" if part == "teacher" else "assistant"
    if await _is(session, lesson, _course_staff(person)):
        return "teacher" if person.is_a("teacher") else "assistant"
    if await _is(session, lesson, belongs(person, "trainee")):
        return "trainee"
    if person.is_a("supervisor") or await _is(session, lesson, belongs(person, "adviser")):
        return "supervisor"
    return "guest" if await _is(session, lesson, invited(person)) else None


async def role_in_room(session: AsyncSession, person: Person, room_id: str) -> Role | None:
    """The rule of the doors of rooms of kind "lesson"."""
    lesson = await session.scalar(select(Lesson).where(Lesson.room_id == room_id))
    return await role_in(session, person, lesson) if lesson else None


async def is_insider(session: AsyncSession, person: Person, lesson: Lesson) -> bool:
    """May the person have this lesson's recording in every state and edition?"""
    return await _is(session, lesson, insider(person))


async def may_watch(session: AsyncSession, person: Person, recording_id: str) -> bool:
    """The rule for recordings of kind "lesson": who gets some edition of it, see `edition_for`."""
    found = select(Lesson.id).where(Lesson.recording_id == recording_id, watches(person))
    return await session.scalar(found) is not None


async def lesson_to_watch(session: AsyncSession, person: Person, lesson_id: str) -> Lesson:
    """A lesson whose recording the person may watch, in the edition that `edition_for` says.
    NotFound."""
    return await _one(session, lesson_id, watches(person))


async def edition_for(
    session: AsyncSession, person: Person, lesson: Lesson, asked: int | None = None
) -> int:
    """The number of the edition the person gets; 0 is the original. Insiders may ask for any.
    NotFound where they may not watch at all, or not this one."""
    if lesson.recording_id is None or not await _is(session, lesson, watches(person)):
        raise NotFound("error.lesson.no_recording")
    given = (await release_of(session, lesson.recording_id)).edition
    if asked is None or asked == given:
        return given
    there = asked == ORIGINAL or await session.scalar(
        select(Edition.id).where(
            Edition.recording_id == lesson.recording_id,
            Edition.number == asked,
            Edition.state == "ready",
        )
    )
    if not there or not await is_insider(session, person, lesson):
        raise NotFound("error.lesson.no_recording")
    return asked


async def why_unseen(session: AsyncSession, person: Person, lesson: Lesson) -> Unseen | None:
    """Why somebody who may know of the lesson may not watch what was recorded; None: they may.

    "withdrawn", "unpublished", or "members": it is for the class alone.
    """
    if await _is(session, lesson, watches(person)):
        return None
    release = await session.get(Release, lesson.recording_id or "")
    if release is not None and release.state == "withdrawn":
        return "withdrawn"
    published = release is not None and release.state == "published"
    return "members" if published else "unpublished"


def sources(person: Person) -> Select[tuple[str]]:
    """The source ids a person may search: insiders the original, others the edition they get."""
    recording = Lesson.recording_id
    source = case((insider(person), recording), else_=source_column(recording))
    return select(source).where(recording.is_not(None), watches(person))


async def ask_to_review(
    session: AsyncSession, lesson_id: str, person_id: str, by: str | None
) -> None:
    """Let a person see the recording as its staff does; again changes nothing."""
    if await session.get(LessonReviewer, (lesson_id, person_id)) is None:
        session.add(LessonReviewer(lesson_id=lesson_id, person_id=person_id, by=by))
        await session.flush()


async def end_review(session: AsyncSession, lesson_id: str, person_id: str) -> None:
    """Take that back."""
    found = await session.get(LessonReviewer, (lesson_id, person_id))
    if found is not None:
        await session.delete(found)
        await session.flush()


def may_read_deck(person: Person) -> ColumnElement[bool]:
    """Condition on SlideDeck: slides of a lesson the person may see; after its end, of one they may
    watch."""
    shown = or_(watches(person), and_(Lesson.ended_at.is_(None), sees(person)))
    return SlideDeck.id.in_(select(Lesson.deck_id).where(Lesson.deck_id.is_not(None), shown))


async def _one(session: AsyncSession, lesson_id: str, allowed: ColumnElement[bool]) -> Lesson:
    found = await session.scalar(select(Lesson).where(Lesson.id == lesson_id, allowed))
    if found is None:
        raise NotFound("error.lesson.not_found")
    return found


async def _is(session: AsyncSession, lesson: Lesson, condition: ColumnElement[bool]) -> bool:
    found = select(Lesson.id).where(Lesson.id == lesson.id, condition)
    return await session.scalar(found) is not None
