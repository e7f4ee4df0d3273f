"""What a room needs of a plan and its slides; and what else a rehearsed class may ask."""

from collections.abc import Awaitable, Callable

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from server.classroom.things import Agenda, AgendaSegment
from server.courses.lesson_plan import PlanVersion
from server.courses.plan import to_plan
from server.courses.slide_deck import SlideDeck

MOST_ASKED = 100
Asker = Callable[[AsyncSession, PlanVersion], Awaitable[list[str]]]


class Askers:
    """Those who know what trainees would ask in a rehearsal of a plan, beside the plan's own
    questions; `build_app` introduces them."""

    def __init__(self) -> None:
        self._askers: list[Asker] = []

    def add(self, asker: Asker) -> None:
        """`asker(session, version)` gives questions, the likeliest first."""
        self._askers.append(asker)

    async def with_theirs(
        self, session: AsyncSession, version: PlanVersion, agenda: Agenda
    ) -> Agenda:
        """The agenda with their questions after its own, each once."""
        found = list(agenda.questions)
        for asker in self._askers:
            found += await asker(session, version)
        return msgspec.structs.replace(agenda, questions=tuple(dict.fromkeys(found))[:MOST_ASKED])


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
