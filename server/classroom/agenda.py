"""What a room needs of a plan and its slides."""

from server.classroom.things import Agenda, AgendaSegment
from server.courses.lesson_plan import PlanVersion
from server.courses.plan import to_plan
from server.courses.slide_deck import SlideDeck


def agenda_of(version: PlanVersion | None, deck: SlideDeck | None) -> Agenda:
    """The agenda of this version, where there is one, with these slides, where there are some."""
    slides = f"/slides/{deck.id}/slides.pdf" if deck else ""
    pages = deck.pages if deck else 0
    if version is None:
        return Agenda(slides=slides, pages=pages)
    plan = to_plan(version.body, version.number)
    return Agenda(
        segments=tuple(AgendaSegment(s.title, s.minutes, s.activity) for s in plan.segments),
        glossary=plan.glossary,
        questions=tuple(question for s in plan.segments for question in s.questions),
        slides=slides,
        pages=pages,
    )
