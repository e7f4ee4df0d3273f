"""What a person may see of what a cohort said and wrote: recordings by the search index, which
holds what everybody who watches may know, and the cohort's brought questions."""

from collections.abc import Iterator
from urllib.parse import urlencode

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.courses.course import CourseCohort
from server.lessons.access import sources
from server.lessons.lesson import Lesson, LessonCohort
from server.questions.question import BroughtQuestion
from server.questions.topics import Said
from server.search.documents import Document
from server.search.reading import documents_in

MOST_RECORDINGS = 40
PARTS = ("said", "chat", "question")


async def said_in(session: AsyncSession, person: Person, cohort_id: str) -> list[Said]:
    """Everything, the newest recordings first, then the questions."""
    documents = await documents_in(session, _scope(person, cohort_id), PARTS, MOST_RECORDINGS)
    recordings = {source_id.partition(".")[0] for source_id in documents}
    asked = select(Lesson).where(Lesson.recording_id.in_(recordings))
    lessons = {str(lesson.recording_id): lesson for lesson in await session.scalars(asked)}
    found = [
        said
        for source_id, some in documents.items()
        if (lesson := lessons.get(source_id.partition(".")[0]))
        for said in _of_recording(lesson, source_id, some)
    ]
    brought = await session.execute(
        select(BroughtQuestion.id, BroughtQuestion.text)
        .where(BroughtQuestion.cohort_id == cohort_id)
        .order_by(BroughtQuestion.at)
    )
    found += [
        Said(text, "brought", question_id, "", f"/questions/{cohort_id}#q-{question_id}")
        for question_id, text in brought
    ]
    return found


def _scope(person: Person, cohort_id: str) -> Select[tuple[str]]:
    """The sources the person may search, of lessons of this cohort."""
    named = exists().where(LessonCohort.lesson_id == Lesson.id)
    chosen = exists().where(
        LessonCohort.lesson_id == Lesson.id, LessonCohort.cohort_id == cohort_id
    )
    taken = Lesson.course_id.in_(
        select(CourseCohort.course_id).where(CourseCohort.cohort_id == cohort_id)
    )
    return sources(person).where(or_(chosen, ~named & taken))


def _of_recording(lesson: Lesson, source_id: str, documents: list[Document]) -> Iterator[Said]:
    _, _, edition = source_id.partition(".")
    for document in documents:
        told = {"t": int(document.at), **({"edition": edition} if edition else {})}
        href = f"/lessons/{lesson.id}/recording?{urlencode(told)}"
        yield Said(document.text, document.part, lesson.id, lesson.title, href, document.at)
