"""Who needs a word from their adviser, and why. Pure. No scores: reasons, each a fact one can look
up; people stand in the order of what presses most, then by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from server.records.topics import MISSED, THERE, WHOLE, Graph, Learner, Taught

ABOUT = ("absent", "often", "away", "unfinished", "hours")  # the most pressing first
IN_A_ROW = 2  # lessons missed one after another
RECENT, OFTEN = 8, 3  # of the last lessons, so many missed without leave
AWAY = timedelta(days=14)
UNFINISHED = 2  # missed lessons whose recording was not seen to its end
BEHIND = 0.1  # of the goal, before somebody is told to be behind


@dataclass(frozen=True, slots=True)
class Need:
    """A reason of ABOUT; the sentence is `record.need.<about>`."""

    about: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """One trainee. `hours`, `goal`: of the year; `seen_at`: last sign of life, None: not known."""

    person_id: str
    name: str
    learner: Learner
    hours: float
    goal: float
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Word:
    """Somebody who needs a word, and the reasons, the most pressing first."""

    person_id: str
    needs: tuple[Need, ...]

    @property
    def only_hours(self) -> bool:
        """Is there nothing but hours that are behind?"""
        return all(need.about == "hours" for need in self.needs)


def who(
    people: Iterable[Known], lessons: Iterable[Taught], moment: datetime, due: float
) -> list[Word]:
    """Who needs a word. `due`: the share of the year's goal that should be reached by now."""
    ordered = sorted(lessons, key=lambda one: (one.at, one.id))
    found = [(one, Word(one.person_id, tuple(_needs(one, ordered, moment, due)))) for one in people]
    needy = [(one, word) for one, word in found if word.needs]
    needy.sort(key=lambda pair: ([ABOUT.index(n.about) for n in pair[1].needs], pair[0].name))
    return [word for _, word in needy]


def _needs(
    person: Known, lessons: Sequence[Taught], moment: datetime, due: float
) -> Iterable[Need]:
    missed = missed_in_a_row(person.learner, lessons)
    if len(missed) >= IN_A_ROW:
        yield Need("absent", {"n": len(missed), "title": missed[-1].title})
    elif (often := _recently_missed(person.learner, lessons)) >= OFTEN:
        yield Need("often", {"n": often, "of": RECENT})
    if person.seen_at is not None and moment - person.seen_at >= AWAY:
        yield Need("away", {"n": (moment - person.seen_at).days})
    open_ones = [one for one in lessons if _unfinished(person.learner, one)]
    if len(open_ones) >= UNFINISHED:
        yield Need("unfinished", {"n": len(open_ones), "title": open_ones[-1].title})
    expected = round(person.goal * due, 1)
    if person.hours < expected - BEHIND * person.goal:
        yield Need("hours", {"hours": float(person.hours), "due": float(expected)})


def missed_in_a_row(learner: Learner, lessons: Sequence[Taught]) -> list[Taught]:
    """The lessons missed without leave since the last one somebody came to."""
    found: list[Taught] = []
    for lesson in reversed(lessons):
        status = learner.status.get(lesson.id)
        if status in THERE:
            break
        if status == "absent":
            found.append(lesson)
    return found[::-1]


def _recently_missed(learner: Learner, lessons: Sequence[Taught]) -> int:
    """How many of the last lessons with a result somebody missed without leave."""
    known = [one for lesson in lessons if (one := learner.status.get(lesson.id))]
    return known[-RECENT:].count("absent")


def _unfinished(learner: Learner, lesson: Taught) -> bool:
    """A lesson that was missed and can be made up for, and is not."""
    missed = learner.status.get(lesson.id) in MISSED
    return bool(missed and lesson.duration and learner.share.get(lesson.id, 0.0) < WHOLE)


def due_share(today: date, first: date | None, last: date | None) -> float:
    """Which share of the year's goal should be reached: even over the year, or over that part of it
    in which the cohort learns."""
    start = max(date(today.year, 1, 1), first or date.min)
    end = min(date(today.year, 12, 31), last or date.max)
    if end <= start:
        return 0.0
    return min(1.0, max(0.0, (today - start).days / (end - start).days))


@dataclass(slots=True)
class WeakTopic:
    """A topic, and how many people it is weak for, by kind of weak spot."""

    title: str
    kind: str
    counts: dict[str, int] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)  # ids


def weak_topics(graphs: Mapping[str, Graph]) -> list[WeakTopic]:
    """What many have not met yet, the most people first. All graphs are of the same lessons."""
    found: dict[str, WeakTopic] = {}
    for person_id, graph in graphs.items():
        for topic in graph.topics:
            if topic.weak:
                weak = found.setdefault(topic.id, WeakTopic(topic.title, topic.kind))
                weak.people.append(person_id)
                for kind in {spot.kind for spot in topic.weak}:
                    weak.counts[kind] = weak.counts.get(kind, 0) + 1
    return sorted(found.values(), key=lambda one: (-len(one.people), one.kind, one.title))
