"""Where the topics of a map stand on paper as wide as a phone: lessons down the middle, the newest
first, their points on both sides, lines between what belongs together. Pure."""

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from server.records.topics import WAYS, Graph, Topic

WIDTH = 360
MOST = 14  # lessons that are drawn
SIDES = (66, WIDTH - 66)
SWAY = 18  # how far lessons stand off the middle
TOP, GAP = 34, 30
ROW = 74  # from one point to the next below it
LINE = 17
RADIUS = {"lesson": 19.0, "point": 12.0}
LABEL = {"lesson": 8.0, "point": 7.0}  # Han characters of a line
LINES = 2
QUARTER_GAP = 0.17  # radians


@dataclass(frozen=True, slots=True)
class Arc:
    """A quarter around a node: the path of one of WAYS, `met` or not."""

    path: str
    met: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """A topic on the paper: its middle, radius, and the lines of its label with their heights."""

    topic: Topic
    x: float
    y: float
    r: float
    label: tuple[tuple[float, str], ...]
    arcs: tuple[Arc, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map on paper: `left_out` lessons did not fit."""

    width: int
    height: float
    spots: tuple[Spot, ...]
    lines: tuple[str, ...]
    left_out: int


def draw(graph: Graph) -> Drawn:
    """Put the graph on paper."""
    lessons = sorted(graph.of_kind("lesson"), key=lambda one: (one.at, one.id), reverse=True)
    shown = lessons[:MOST]
    points = {topic.id: topic for topic in graph.of_kind("point")}
    below: dict[str, list[Topic]] = {lesson.id: [] for lesson in shown}
    placed: set[str] = set()
    for lesson in shown:  # a point stands beside the newest of its lessons
        for start, end in graph.edges:
            if start == lesson.id and end not in placed:
                placed.add(end)
                below[lesson.id].append(points[end])
    spots: dict[str, Spot] = {}
    y = float(TOP)
    for number, lesson in enumerate(shown):
        x = WIDTH / 2 + (SWAY if number % 2 else -SWAY)
        spots[lesson.id] = spot = _spot(lesson, x, y)
        lowest = spot.y + spot.r + LINE * len(spot.label)
        for place, point in enumerate(below[lesson.id]):
            side = SIDES[(place + number) % 2]
            height = y + (place // 2) * ROW + (8 if place % 2 else 22)
            spots[point.id] = beside = _spot(point, side, height)
            lowest = max(lowest, beside.y + beside.r + LINE * len(beside.label))
        y = lowest + GAP
    spine = [spots[lesson.id] for lesson in shown]
    lines = [_line(one, two) for one, two in pairwise(spine)]
    lines += [_line(spots[a], spots[b]) for a, b in graph.edges if a in spots and b in spots]
    return Drawn(WIDTH, round(y), tuple(spots.values()), tuple(lines), len(lessons) - len(shown))


def _spot(topic: Topic, x: float, y: float) -> Spot:
    radius = RADIUS[topic.kind]
    lines = wrapped(topic.title, LABEL[topic.kind], LINES)
    label = tuple((round(y + radius + LINE * (n + 1), 1), text) for n, text in enumerate(lines))
    return Spot(topic, round(x, 1), round(y, 1), radius, label, tuple(arcs(topic, x, y, radius)))


def arcs(topic: Topic, x: float, y: float, radius: float) -> Iterable[Arc]:
    """The ways around a node, clockwise from its top."""
    for number, way in enumerate(WAYS):
        start = -math.pi / 2 + number * math.pi / 2 + QUARTER_GAP
        end = start + math.pi / 2 - 2 * QUARTER_GAP
        (x1, y1), (x2, y2) = (
            (x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in (start, end)
        )
        path = f"M{x1:.1f} {y1:.1f}A{radius:g} {radius:g} 0 0 1 {x2:.1f} {y2:.1f}"
        yield Arc(path, way in topic.ways)


def _line(one: Spot, two: Spot) -> str:
    bend = (two.y - one.y) * 0.55 if one.topic.kind == two.topic.kind else 0.0
    reach = 0.0 if bend else (two.x - one.x) * 0.5
    return (
        f"M{one.x:g} {one.y:g}C{one.x + reach:.1f} {one.y + bend:.1f} "
        f"{two.x - reach:.1f} {two.y - bend:.1f} {two.x:g} {two.y:g}"
    )


def width_of(text: str) -> float:
    """About how wide a text is, in Han characters."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.56 for c in text)


def wrapped(text: str, widest: float, most: int) -> list[str]:
    """The text in at most so many lines, two of which are about equally long; Latin words stay
    whole where they fit."""
    whole = width_of(text)
    if widest < whole <= 2 * widest:
        even = _lines(text, whole / 2 + 0.6)
        if len(even) == 2 and most > 1 and max(map(width_of, even)) <= widest:
            return even
    found = _lines(text, widest)
    if len(found) <= most:
        return found
    last = found[most - 1]
    while width_of(f"{last}…") > widest:
        last = last[:-1]
    return [*found[: most - 1], f"{last}…"]


def _lines(text: str, widest: float) -> list[str]:
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width_of(line + piece.rstrip()) > widest:
            lines.append(line.rstrip())
            line = ""
        while width_of(piece) > widest:
            cut = next(n for n in range(len(piece), 0, -1) if width_of(piece[:n]) <= widest)
            lines.append(piece[:cut])
            piece = piece[cut:]
        line += piece if line else piece.lstrip()
    lines.append(line.rstrip())
    return [one for one in lines if one]


def _pieces(text: str) -> list[str]:
    """Where a line may end: after a Han character, after a space."""
    found, word = [], ""
    for char in text:
        word += char
        if char == " " or unicodedata.east_asian_width(char) in "WF":
            found.append(word)
            word = ""
    return [*found, word] if word else found
