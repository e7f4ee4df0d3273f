"""The maps of people, and what each should do next, as pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool

from server.accounts.person import Person
from server.http.context import House
from server.records.access import cohorts_of_trainee
from server.records.learned import Known, load, reckon
from server.records.topics import Drawing, Graph, Spot, Topic, steps


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: about which topic, why (`record.weak.KIND`), where, and what to call it
    (`record.step.WORD`). `at`: the lesson's day; `second`: of its recording."""

    topic: Topic
    spot: Spot
    title: str
    at: datetime
    href: str
    word: str

    @property
    def second(self) -> float | None:
        """Where in the recording one goes on."""
        return self.spot.at


@dataclass(frozen=True)
class Mapped:
    """A person's map. `moments`: when each lesson was; `titles`, what it is called."""

    known: Known
    graph: Graph
    moments: dict[str, datetime]
    titles: dict[str, str]

    @property
    def steps(self) -> list[Step]:
        """What to do next, the most pressing first."""
        return [self.step(topic, spot) for topic, spot in steps(self.graph)]

    def lessons_of(self, topic: Topic) -> list[str]:
        """What the lessons of a topic are called, each once."""
        return list(dict.fromkeys(self.titles[one] for one in topic.lesson_ids))

    def step(self, topic: Topic, spot: Spot) -> Step:
        """A weak spot as the thing to do about it."""
        lesson = spot.lesson_id
        if spot.at is None:
            href, word = f"/lessons/{lesson}", "look"
        else:
            place = f"?{urlencode({'t': int(spot.at)})}" if spot.at >= 1 else ""
            href = f"/lessons/{lesson}/recording{place}"
            word = {"missed": "watch", "unfinished": "go_on", "wrong": "again"}[spot.kind]
        return Step(topic, spot, self.titles[lesson], self.moments[lesson], href, word)


async def known_of(house: House, cohort_ids: Sequence[str], people: Sequence[Person]) -> Known:
    """What the maps of these people, trainees of these cohorts, are drawn from."""
    async with house.database.session() as session:
        loaded = await load(session, cohort_ids, people)
    return await run_in_threadpool(reckon, house.folder, loaded, [one.id for one in people])


async def map_of(house: House, person: Person) -> Mapped:
    """One person's map over all cohorts they learn in."""
    async with house.database.session() as session:
        cohorts = await cohorts_of_trainee(session, person.id)
    known = await known_of(house, [one.id for one in cohorts], [person])
    return mapped(known, Drawing(known.lessons), person.id)


def mapped(known: Known, drawing: Drawing, person_id: str) -> Mapped:
    """The map of one of them."""
    return Mapped(
        known,
        drawing.graph(known.learners[person_id]),
        {lesson.id: lesson.at for lesson in known.lessons},
        {lesson.id: lesson.title for lesson in known.lessons},
    )
