"""The map 学习图谱: the topics of a cohort's lessons, what supports them, and what is next. Pure.

Topics are the lessons by their titles (repeated ones are one topic) and the points they are about:
key points and terms of their plans, else their chapters. A point that several lessons share is one
topic, which ties them together. Nothing is summed up or graded: a topic says in which ways it was
met (WAYS), and which weak spots there are.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

WAYS = ("attended", "watched", "answered", "discussed")
THERE = ("present", "late", "left_early", "recorded")
MISSED = ("absent", "excused")
WEAK = ("missed", "unfinished", "wrong")  # the most pressing first
WHOLE = 0.9  # who saw so much of a recording has seen it
MOST_POINTS = 5  # of one lesson
LONGEST = 40  # characters of a point
APART = 1.0  # seconds not watched that are a gap

Stretch = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Taught:
    """A lesson that is over. Seconds are those of what of its recording is shown.

    points    in the order of their weight
    chapters  (second, title), in order
    duration  seconds there are to watch; 0: nothing
    """

    id: str
    course: str
    title: str
    at: datetime
    points: tuple[str, ...] = ()
    chapters: tuple[tuple[float, str], ...] = ()
    duration: float = 0.0


@dataclass(frozen=True, slots=True)
class Answered:
    """How somebody's last attempt at a question went; `right` None: nobody judges it."""

    question: str
    at: float | None
    right: bool | None


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody asked, answered or wrote something."""

    text: str
    at: float | None = None


@dataclass(slots=True)
class Learner:
    """What is known of one person.

    status   of attendance, by lesson
    watched  by lesson: stretches of what is shown, in order
    share    by lesson: of it all, 0 … 1
    answers, said   by lesson, in any order
    """

    status: dict[str, str] = field(default_factory=dict)
    watched: dict[str, tuple[Stretch, ...]] = field(default_factory=dict)
    share: dict[str, float] = field(default_factory=dict)
    answers: dict[str, list[Answered]] = field(default_factory=dict)
    said: dict[str, list[Said]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Support:
    """One way (of WAYS) in which a topic was met: where, and how often."""

    way: str
    lesson_id: str
    n: int = 1


@dataclass(frozen=True, slots=True)
class Spot:
    """A weak spot of kind WEAK, and where one goes on: second `at` of the lesson's recording, None
    where there is none to watch. `detail`: the question that went wrong, or "excused"."""

    kind: str
    lesson_id: str
    at: float | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A node. `id` is unlike any other of the graph; `kind` is "lesson" or "point"."""

    id: str
    kind: str
    title: str
    course: str
    at: datetime
    lesson_ids: tuple[str, ...]
    supports: tuple[Support, ...]
    weak: tuple[Spot, ...]

    @property
    def ways(self) -> tuple[str, ...]:
        """In which ways it was met, in the order of WAYS."""
        met = {one.way for one in self.supports}
        return tuple(way for way in WAYS if way in met)

    @property
    def next(self) -> Spot | None:
        """What to begin with."""
        return self.weak[0] if self.weak else None


@dataclass(frozen=True, slots=True)
class Graph:
    """Topics, lessons in order of time, and which belong together: (lesson's id, point's id)."""

    topics: tuple[Topic, ...]
    edges: tuple[tuple[str, str], ...]

    def of_kind(self, kind: str) -> list[Topic]:
        """The lessons, or the points."""
        return [topic for topic in self.topics if topic.kind == kind]


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """What is the same in two spellings."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in plain if char.isalnum())


def graph_of(lessons: Iterable[Taught], learner: Learner) -> Graph:
    """The map of one person over the lessons of their cohort."""
    return Drawing(lessons).graph(learner)


class Drawing:
    """The topics of lessons, on which the map of any learner is drawn."""

    def __init__(self, lessons: Iterable[Taught]) -> None:
        self._groups: dict[tuple[str, str], list[Taught]] = defaultdict(list)
        self._points: dict[str, tuple[str, list[Taught]]] = {}
        for lesson in sorted(lessons, key=lambda one: (one.at, one.id)):
            self._groups[lesson.course, fold(lesson.title)].append(lesson)
            for title in points_of(lesson):
                _, taught = self._points.setdefault(fold(title), (title, []))
                taught.append(lesson)

    def graph(self, learner: Learner) -> Graph:
        """What this person's map is."""
        topics, edges = [], []
        by_lesson: dict[str, str] = {}
        for number, group in enumerate(self._groups.values(), 1):
            topic = self._lesson_topic(f"l{number}", group, learner)
            topics.append(topic)
            by_lesson |= dict.fromkeys(topic.lesson_ids, topic.id)
        for number, (title, taught) in enumerate(self._points.values(), 1):
            topic = self._point_topic(f"p{number}", title, taught, learner)
            topics.append(topic)
            belongs = dict.fromkeys(by_lesson[one.id] for one in taught)
            edges += [(lesson, topic.id) for lesson in belongs]
        return Graph(tuple(topics), tuple(edges))

    def _lesson_topic(self, topic_id: str, group: Sequence[Taught], learner: Learner) -> Topic:
        supports: list[Support] = []
        weak: list[Spot] = []
        for lesson in group:
            supports += _supports(lesson, learner, None)
            weak += _weak(lesson, learner)
        if any(learner.status.get(one.id) in THERE for one in group):
            # who came to one of several sittings missed none of it
            weak = [spot for spot in weak if spot.kind == "wrong"]
        first = group[0]
        return Topic(
            topic_id, "lesson", first.title, first.course, first.at,
            tuple(one.id for one in group), tuple(supports), _in_order(weak),
        )  # fmt: skip

    def _point_topic(
        self, topic_id: str, title: str, taught: Sequence[Taught], learner: Learner
    ) -> Topic:
        supports: list[Support] = []
        weak: list[Spot] = []
        for lesson in taught:
            place = place_of(lesson, title)
            supports += _supports(lesson, learner, _Point(fold(title), place))
            weak += _wrong(lesson, learner, _Point(fold(title), place))
        if not {"attended", "watched"} & {one.way for one in supports}:
            weak += [spot for lesson in taught for spot in _unmet(lesson, learner, title)]
        return Topic(
            topic_id, "point", title, taught[0].course, taught[0].at,
            tuple(one.id for one in taught), tuple(supports), _in_order(weak),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Point:
    """A folded title, and the seconds that are about it where a chapter says so."""

    title: str
    place: Stretch | None

    def is_about(self, text: str, at: float | None) -> bool:
        inside = self.place and at is not None and self.place[0] <= at < self.place[1]
        return bool(inside) or self.title in fold(text)


def points_of(lesson: Taught) -> list[str]:
    """What a lesson is about: of its plan, else its chapters; not its own title again."""
    found: dict[str, str] = {}
    for title in (*lesson.points, *(() if lesson.points else (t for _, t in lesson.chapters))):
        key = fold(title)
        if len(key) > 1 and len(title) <= LONGEST and key != fold(lesson.title):
            found.setdefault(key, title)
    return list(found.values())[:MOST_POINTS]


def place_of(lesson: Taught, title: str) -> Stretch | None:
    """The chapter of the recording that is about a point."""
    wanted = fold(title)
    for number, (start, called) in enumerate(lesson.chapters):
        key = fold(called)
        if len(key) > 1 and (wanted in key or key in wanted):
            later = lesson.chapters[number + 1 :]
            return start, later[0][0] if later else max(lesson.duration, start)
    return None


def steps(graph: Graph) -> list[tuple[Topic, Spot]]:
    """What to do next, one thing a lesson: what was missed before what went wrong, the newest
    first, and of points only what their lessons do not say."""
    found: dict[tuple[str, str], tuple[Topic, Spot]] = {}
    for topic in sorted(graph.topics, key=lambda one: one.kind != "lesson"):
        for spot in topic.weak:
            found.setdefault((spot.lesson_id, spot.detail), (topic, spot))
    lessons_missed = {spot.lesson_id for _, spot in found.values() if spot.kind == "missed"}
    listed = [
        (topic, spot)
        for topic, spot in found.values()
        if topic.kind == "lesson" or spot.lesson_id not in lessons_missed
    ]
    listed.sort(key=lambda one: one[0].at, reverse=True)
    return sorted(listed, key=lambda one: WEAK.index(one[1].kind))


def _supports(lesson: Taught, learner: Learner, point: _Point | None) -> Iterator[Support]:
    if learner.status.get(lesson.id) in THERE:
        yield Support("attended", lesson.id)
    if _saw(lesson, learner, point):
        yield Support("watched", lesson.id)
    right = [
        one
        for one in learner.answers.get(lesson.id, ())
        if one.right and (point is None or point.is_about(one.question, one.at))
    ]
    if right:
        yield Support("answered", lesson.id, len(right))
    said = [
        one
        for one in learner.said.get(lesson.id, ())
        if point is None or point.is_about(one.text, one.at)
    ]
    if said:
        yield Support("discussed", lesson.id, len(said))


def _saw(lesson: Taught, learner: Learner, point: _Point | None) -> bool:
    if learner.share.get(lesson.id, 0.0) >= WHOLE:
        return True
    if point is None or point.place is None:
        return False
    start, end = point.place
    seen = sum(
        max(0.0, min(end, until) - max(start, since))
        for since, until in learner.watched.get(lesson.id, ())
    )
    return end > start and seen >= WHOLE * (end - start)


def _weak(lesson: Taught, learner: Learner) -> Iterator[Spot]:
    yield from _unmet(lesson, learner, "")
    yield from _wrong(lesson, learner, None)


def _unmet(lesson: Taught, learner: Learner, title: str) -> Iterator[Spot]:
    """A lesson that was missed, and not made up for: its recording not seen, or not to its end."""
    status, share = learner.status.get(lesson.id), learner.share.get(lesson.id, 0.0)
    if status in THERE or share >= WHOLE or (status is None and not share):
        return
    place = place_of(lesson, title) if title else None
    at = place[0] if place else first_gap(lesson, learner)
    detail = "excused" if status == "excused" else ""
    yield Spot("unfinished" if share else "missed", lesson.id, at, detail)


def first_gap(lesson: Taught, learner: Learner) -> float | None:
    """The first second of the recording that was not watched; None: there is none to watch."""
    if not lesson.duration:
        return None
    reached = 0.0
    for start, end in learner.watched.get(lesson.id, ()):
        if start > reached + APART:
            break
        reached = max(reached, end)
    return 0.0 if reached >= lesson.duration - APART else round(reached, 1)


def _wrong(lesson: Taught, learner: Learner, point: _Point | None) -> Iterator[Spot]:
    for one in learner.answers.get(lesson.id, ()):
        about = point is None or point.is_about(one.question, one.at)
        if one.right is False and about:
            at = one.at if lesson.duration else None
            yield Spot("wrong", lesson.id, at, one.question)


def _in_order(spots: Iterable[Spot]) -> tuple[Spot, ...]:
    return tuple(sorted(dict.fromkeys(spots), key=lambda spot: WEAK.index(spot.kind)))
