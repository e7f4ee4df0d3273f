"""Which lessons a person may see, lead and arrange: loading is the permission check."""

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.classroom.things import Role
from server.courses.cohort import CohortMember
from server.courses.course import CourseCohort, CourseStaff
from server.courses.slide_deck import SlideDeck
from server.errors import NotFound
from server.lessons.lesson import Lesson, LessonCohort, LessonGuest, LessonStaff


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


def concerns(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: belongs on the person's own timetable."""
    every = true() if person.is_a("supervisor") else false()
    return or_(gives(person), belongs(person, "trainee", "adviser"), invited(person), every)


def sees(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person may know of it."""
    every = true() if person.is_a("learning_admin", "supervisor") else false()
    return or_(leads(person), belongs(person, "trainee", "adviser"), invited(person), every)


async def lesson_for(session: AsyncSession, person: Person, lesson_id: str) -> Lesson:
    """A lesson the person may see. NotFound."""
    return await _one(session, lesson_id, sees(person))


async def lesson_to_arrange(session: AsyncSession, person: Person, lesson_id: str) -> Lesson:
    """A lesson the person may move, change and cancel. NotFound."""
    return await _one(session, lesson_id, arranges(person))


async def lesson_to_lead(session: AsyncSession, person: Person, lesson_id: str) -> Lesson:
    """A lesson whose guests the person receives. NotFound."""
    return await _one(session, lesson_id, leads(person))


async def may_arrange(session: AsyncSession, person: Person, lesson: Lesson) -> bool:
    """May the person move, change and cancel this lesson?"""
    return await _is(session, lesson, arranges(person))


async def may_lead(session: AsyncSession, person: Person, lesson: Lesson) -> bool:
    """Is the person on the staff of this lesson or of its course?"""
    return await _is(session, lesson, leads(person))


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


async def may_watch(session: AsyncSession, person: Person, recording_id: str) -> bool:
    """The rule for recordings of kind "lesson": who may see the lesson."""
    found = select(Lesson.id).where(Lesson.recording_id == recording_id, sees(person))
    return await session.scalar(found) is not None


def may_read_deck(person: Person) -> ColumnElement[bool]:
    """Condition on SlideDeck: slides of a lesson the person may see."""
    return SlideDeck.id.in_(select(Lesson.deck_id).where(Lesson.deck_id.is_not(None), sees(person)))


async def _one(session: AsyncSession, lesson_id: str, allowed: ColumnElement[bool]) -> Lesson:
    found = await session.scalar(select(Lesson).where(Lesson.id == lesson_id, allowed))
    if found is None:
        raise NotFound("error.lesson.not_found")
    return found


async def _is(session: AsyncSession, lesson: Lesson, condition: ColumnElement[bool]) -> bool:
    found = select(Lesson.id).where(Lesson.id == lesson.id, condition)
    return await session.scalar(found) is not None
