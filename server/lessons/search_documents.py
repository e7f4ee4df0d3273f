"""What of a lesson can be found: everything that everybody who watches it may know. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from server.classroom.things import Attendee
from server.lessons.timeline import LessonTimeline
from server.search.documents import Document

ANYBODY = Attendee("", "", "trainee", 0)  # knows what everybody may know


class About(NamedTuple):
    """What a lesson is called, and who gives it."""

    title: str
    course: str
    teachers: tuple[str, ...]


class Text(NamedTuple):
    """Something to read at a second: a chapter's title, words in the picture."""

    at: float
    text: str


class Sources(NamedTuple):
    """What is searched of a recording, all in seconds of the edition it is of.

    timeline  as ANYBODY may know it
    pages     the text of each page of the slides
    pictures  what was to be read in the picture
    """

    about: About
    timeline: LessonTimeline
    pages: Sequence[str] = ()
    chapters: Sequence[Text] = ()
    pictures: Sequence[Text] = ()


def documents_of(found: Sources) -> list[Document]:
    """All of it."""
    laid = found.timeline
    documents = [*_titles(found.about), *_slides(found)]
    documents += [Document("picture", text.at, text.text) for text in found.pictures]
    documents += [Document("chapter", text.at, text.text) for text in found.chapters]
    documents += [
        Document("said", line.start, line.text, person=line.name or None) for line in laid.lines
    ]
    documents += [
        Document("chat", line.at, line.text, person=line.name or None)
        for line in laid.chat
        if not line.private
    ]
    documents += [
        Document("question", asked.at, asked.text, person=asked.name or None)
        for asked in laid.questions
    ]
    documents += [
        Document("poll", poll.at, " · ".join([poll.question, *poll.options])) for poll in laid.polls
    ]
    return documents


def _titles(about: About) -> Iterable[Document]:
    for text in dict.fromkeys((about.title, about.course, *about.teachers)):
        yield Document("title", 0.0, text)


def _slides(found: Sources) -> Iterable[Document]:
    """A page's text at each second it came to be shown."""
    shown = None
    for turn in found.timeline.slides:
        if turn.page != shown and 0 < turn.page <= len(found.pages):
            yield Document("slide", turn.at, found.pages[turn.page - 1], page=turn.page)
        shown = turn.page
