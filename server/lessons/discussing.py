"""Who talks about a lesson's recording, as what, and whom they may call."""

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from media.edits import EditMap
from server.accounts.access import active
from server.accounts.person import Person, RoleGrant
from server.comments.comment import Audience, Comment
from server.comments.threads import Reader
from server.courses.course import CourseStaff
from server.errors import Invalid
from server.lessons.access import role_in, why_unseen
from server.lessons.attending import members_of, staff_of
from server.lessons.lesson import Lesson, LessonReviewer, LessonStaff
from server.recordings.edition import Edition, edits_of
from server.recordings.recording import Recording

INSIDER_PARTS = frozenset({"teacher", "assistant", "supervisor", "reviewer", "learning_admin"})
MOST_OFFERED = 8
LONGEST_S = 86_400.0


async def reader_of(session: AsyncSession, person: Person, lesson: Lesson) -> Reader:
    """As what somebody who may see the lesson reads and writes comments about it.

    Supervisors and learning administrators moderate all comments, the staff those of members.
    """
    part = await part_in(session, person, lesson)
    moderates = ""
    if part in ("supervisor", "learning_admin"):
        moderates = "all"
    elif part in ("teacher", "assistant"):
        moderates = "members"
    return Reader(person, part, part in INSIDER_PARTS, moderates)


async def edits_shown(session: AsyncSession, recording: Recording, number: int) -> EditMap:
    """Where the seconds of the original lie in an edition of it; the caller knows that it is.

    A recording that is still written has no end yet: any second of a day is in it.
    """
    edition = await session.scalar(
        select(Edition).where(Edition.recording_id == recording.id, Edition.number == number)
    )
    if edition:
        return edits_of(edition)
    return EditMap((), recording.duration if recording.state == "ready" else LONGEST_S)


async def part_in(session: AsyncSession, person: Person, lesson: Lesson) -> str:
    """What somebody who may see the lesson is when its recording is talked about."""
    role = await role_in(session, person, lesson)
    if role in ("teacher", "assistant"):
        return role
    for held in ("supervisor", "learning_admin"):
        if person.is_a(held):
            return held
    if await session.get(LessonReviewer, (lesson.id, person.id)):
        return "reviewer"
    return "adviser" if role == "supervisor" else role or "guest"


async def offered(
    session: AsyncSession, lesson: Lesson, audience: Audience, query: str
) -> list[Person]:
    """The people a comment for this audience may call, whose name holds `query`; the first few."""
    wanted = query.strip().casefold()
    readers = await _readers(session, lesson, audience)
    found = [one for one in readers if wanted in one.name.casefold()]
    found.sort(key=lambda one: (not one.name.casefold().startswith(wanted), one.name))
    return found[:MOST_OFFERED]


async def called(
    session: AsyncSession, lesson: Lesson, audience: Audience, ids: Iterable[str]
) -> list[Person]:
    """The people with these ids. Invalid where one of them could not read the comment."""
    wanted = set(ids)
    if not wanted:
        return []
    readers = {one.id: one for one in await _readers(session, lesson, audience)}
    if not wanted <= readers.keys():
        raise Invalid("error.comment.cannot_read", field="mentions")
    return [readers[person_id] for person_id in sorted(wanted)]


async def to_tell(
    session: AsyncSession, lesson: Lesson, comment: Comment, thread: Comment | None
) -> dict[str, list[Person]]:
    """Whom a published comment concerns, by the kind of notice; each person once, never its author.

    Who is called; who began the thread; those who give the lesson, of a question by a member. Of
    them those who may watch now: a notice tells what was written.
    """
    mentioned = await called(session, lesson, _audience(comment), comment.mentions)
    owner = await session.get(Person, thread.author_id) if thread else None
    asked: list[Person] = []
    if comment.kind == "question" and not thread and comment.part not in INSIDER_PARTS:
        asked = [person for person, _ in await staff_of(session, lesson)]
    told: dict[str, list[Person]] = {}
    done = {comment.author_id}
    answered = [owner] if owner and owner.deactivated_at is None else []
    for kind, people in (("mention", mentioned), ("reply", answered), ("question", asked)):
        new = [one for one in people if one.id not in done]
        told[kind] = [one for one in new if await why_unseen(session, one, lesson) is None]
        done |= {one.id for one in told[kind]}
    return told


def _audience(comment: Comment) -> Audience:
    return "insiders" if comment.audience == "insiders" else "everybody"


async def _readers(session: AsyncSession, lesson: Lesson, audience: Audience) -> Sequence[Person]:
    """Everybody who may read a comment for this audience, active, each once."""
    people = {one.id: one for one in await _insiders(session, lesson)}
    if audience == "everybody":
        for part in ("trainee", "adviser"):
            people |= {one.id: one for one in await members_of(session, lesson, part)}
    return list(people.values())


async def _insiders(session: AsyncSession, lesson: Lesson) -> Sequence[Person]:
    course = select(CourseStaff.person_id).where(CourseStaff.course_id == lesson.course_id)
    named = select(LessonStaff.person_id).where(LessonStaff.lesson_id == lesson.id)
    asked = select(LessonReviewer.person_id).where(LessonReviewer.lesson_id == lesson.id)
    every = select(RoleGrant.person_id).where(RoleGrant.role.in_(("supervisor", "learning_admin")))
    condition = or_(*(Person.id.in_(people) for people in (course, named, asked, every)))
    return list(await session.scalars(select(Person).where(condition, active())))
