"""Chapters out of slide turns. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

FLIP_S = 6.0  # a page shown for less was only passed by
SHORTEST_S = 30.0
MOST = 100


@dataclass(frozen=True, slots=True)
class Found:
    """A chapter: it begins at second `at`; `title` may be "", `page` is of the slides."""

    at: float
    title: str
    page: int | None


def chapters_of(
    turns: Iterable[tuple[float, int]],
    duration: float,
    titles: Sequence[str] | None = None,
) -> list[Found]:
    """The chapters of a recording whose slides turned so: (second, page or scene), in order.

    What was only passed by is left out, pages of one title are one chapter, and what would be
    shorter than `shortest` goes with what is beside it. Without
    `titles` the turns tell scenes, which have no page. None at all where it would be only one.
    """
    shown = _stays([(at, page) for at, page in turns if at < duration], duration)
    least = shortest(duration)
    kept: list[tuple[Found, float]] = []  # with the seconds for which it was shown
    for at, page, seconds in shown:
        title = titles[page - 1] if titles and page <= len(titles) else ""
        found = Found(at, title, page if titles is not None else None)
        if not kept:
            kept.append((replace(found, at=0.0), seconds))
        elif _same(kept[-1][0], found):
            kept[-1] = (kept[-1][0], kept[-1][1] + seconds)
        elif at - kept[-1][0].at < least:  # of two short ones the longer gives the name
            before, its = kept[-1]
            named = before if its >= seconds else replace(found, at=before.at)
            kept[-1] = (named, max(its, seconds))
        elif duration - at >= least:
            kept.append((found, seconds))
    chapters = [found for found, _ in kept]
    return _unrepeated(chapters) if len(chapters) > 1 else []


def shortest(duration: float) -> float:
    """Seconds of the shortest chapter: half a minute, less where the whole is only minutes long."""
    return max(min(SHORTEST_S, duration / 8), duration / MOST)


def _stays(
    turns: Sequence[tuple[float, int]], duration: float
) -> Iterable[tuple[float, int, float]]:
    """(second, page, seconds it stayed), without flips; the page before a flip stays on."""
    ends = [*(at for at, _ in turns), duration][1:]
    stays = [
        (at, page, end - at)
        for (at, page), end in zip(turns, ends, strict=bool(turns))
        if end - at >= FLIP_S
    ]
    begun: list[tuple[float, int, float]] = []
    for at, page, seconds in stays:
        if begun and begun[-1][1] == page:
            first, _, before = begun[-1]
            begun[-1] = (first, page, before + seconds)
        else:
            begun.append((at, page, seconds))
    return begun


def _same(one: Found, other: Found) -> bool:
    if one.title or other.title:
        return one.title == other.title
    return one.page == other.page and one.page is not None


def _unrepeated(chapters: list[Found]) -> list[Found]:
    """Merging may have put two of one name side by side."""
    kept = chapters[:1]
    for chapter in chapters[1:]:
        if not _same(kept[-1], chapter):
            kept.append(chapter)
    return kept
