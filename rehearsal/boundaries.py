"""Where each segment of the plan began and ended: by taps, else by slides, else by words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from rehearsal.alike import Heard, coded, content_words
from rehearsal.lexicon import BY_LANGUAGE
from rehearsal.plan import Plan, PlanSegment
from rehearsal.spans import Span, merged
from rehearsal.take import Take
from rehearsal.text import Clause, clauses, split_units, timed_units

# What evidence weighs when words must decide.
_TITLE, _CUE, _ASKED = 2.0, 1.5, 8.0
_RECAP = 0.5  # share of the evidence for what came long before that speaks for a summary, too
_MOST = 3.0  # that the words of one clause can weigh
_TRANSITION, _STILLNESS, _LONGEST_STILLNESS = 1.0, 0.5, 2.0
_LATE = 16.0  # for a boundary that is off by the whole length of the take


@dataclass(frozen=True, slots=True)
class Part:
    """One segment of the plan and the time it was given; no spans where it was left out."""

    index: int
    planned: PlanSegment
    spans: tuple[Span, ...]


def parts_of(take: Take) -> tuple[list[Part], str]:
    """Every segment of the plan, and what told its boundaries: "marks", "slides", "words" or ""."""
    if take.plan is None or not take.plan.segments:
        return [], ""
    plan = take.plan
    for origin, starts in (
        ("marks", _by_marks(take, len(plan.segments))),
        ("slides", _by_slides(take, plan)),
        ("words", _by_words(take, plan)),
    ):
        if starts:
            return _parts(plan, starts, take.duration), origin
    return [], ""


def _parts(plan: Plan, starts: Sequence[tuple[float, int]], duration: float) -> list[Part]:
    spans: list[list[Span]] = [[] for _ in plan.segments]
    ends = [at for at, _ in starts[1:]] + [duration]
    for (at, index), end in zip(starts, ends, strict=True):
        spans[index].append((max(0.0, at), min(end, duration)))
    return [
        Part(index, segment, merged(spans[index])) for index, segment in enumerate(plan.segments)
    ]


def _by_marks(take: Take, count: int) -> list[tuple[float, int]]:
    """Taps in order; before the first of them the lesson is in the segment before it."""
    taps = sorted(
        (mark.at, mark.segment)
        for mark in take.marks
        if 0 <= mark.segment < count and mark.at < take.duration
    )
    if taps and taps[0][1] > 0 and taps[0][0] > 0:
        taps.insert(0, (0.0, taps[0][1] - 1))
    return taps


def _by_slides(take: Take, plan: Plan) -> list[tuple[float, int]]:
    """The segment whose first slide is the last one not after the page shown."""
    firsts = [segment.first_slide for segment in plan.segments]
    if len(firsts) > 1 and firsts[0] is None:
        firsts[0] = 1
    pages = [page for page in firsts if page is not None]
    rising = all(one < two for one, two in pairwise(pages))
    if not take.slides or len(pages) < len(firsts) or not rising:
        return []
    return [
        (turn.at, max([i for i, page in enumerate(pages) if page <= turn.page], default=0))
        for turn in sorted(take.slides, key=lambda turn: turn.at)
        if turn.at < take.duration
    ]


def _by_words(take: Take, plan: Plan) -> list[tuple[float, int]]:
    """The cuts, in the plan's order, that put most evidence into its own segment."""
    heard = clauses(take)
    if not heard:
        return []
    evidence = _evidence(take, plan, heard)
    if not evidence.any() and len(plan.segments) > 1:
        return []
    cuts = _best_cuts(evidence, _cut_scores(take, plan, heard))
    times = [0.0, *(heard[cut].start if cut < len(heard) else take.duration for cut in cuts)]
    return list(zip(times, range(len(plan.segments)), strict=True))


def _evidence(take: Take, plan: Plan, heard: Sequence[Clause]) -> NDArray[np.float64]:
    """Segments x clauses: how much each clause speaks for each segment."""
    language = take.language
    lexicon = BY_LANGUAGE[language]
    said = Heard(timed_units(take))
    codes = [coded([unit.text for unit in clause.units]) for clause in heard]
    starts = [clause.start for clause in heard]
    terms = [_terms(segment, language) for segment in plan.segments]
    spread: dict[str, int] = {}
    for own in terms:
        for term in own:
            spread[term] = spread.get(term, 0) + 1
    weights = np.zeros((len(plan.segments), len(heard)))
    for index, (segment, own) in enumerate(zip(plan.segments, terms, strict=True)):
        found = {term: sqrt(len(term)) * log((len(terms) + 0.5) / spread[term]) for term in own}
        for cue in lexicon.ACTIVITY_CUES[segment.activity]:
            code = coded(split_units(cue))
            found[code] = found.get(code, 0.0) + _CUE
        title = coded(split_units(segment.title))
        found[title] = found.get(title, 0.0) + _TITLE
        for cue in lexicon.OPENINGS if index == 0 else ():
            found[coded(split_units(cue))] = _TITLE
        for term, weight in found.items():
            if term:
                weights[index] += [weight * (term in code) for code in codes]
    weights = _MOST * np.tanh(weights / _MOST)
    for index, segment in enumerate(plan.segments):
        if segment.activity == "summary" and index > 1:  # it names again what came long before it
            weights[index] += _RECAP * weights[: index - 1].max(axis=0)
    for index, segment in enumerate(plan.segments):
        for hit in filter(None, map(said.phrase, segment.questions)):
            place = max(0, int(np.searchsorted(starts, hit.start + 1e-6)) - 1)
            weights[index, place] += _ASKED * hit.score
    return weights


def _terms(segment: PlanSegment, language: str) -> set[str]:
    """Content words of a segment, as sounds; single Chinese characters say too little."""
    texts = (segment.title, *segment.key_points, *segment.questions)
    words = {word for text in texts for word in content_words(text, language)}
    return {coded(split_units(word)) for word in words if len(word) > 1}


def _cut_scores(take: Take, plan: Plan, heard: Sequence[Clause]) -> NDArray[np.float64]:
    """(Segments - 1) x (clauses + 1): how well a segment could begin with each clause."""
    transitions = BY_LANGUAGE[take.language].TRANSITIONS
    total = max(plan.minutes, 1e-6)
    score = np.zeros(len(heard) + 1)
    for index, clause in enumerate(heard):
        stillness = clause.start - (heard[index - 1].end if index else 0.0)
        score[index] = _STILLNESS * min(max(stillness, 0.0), _LONGEST_STILLNESS)
        score[index] += _TRANSITION * clause.text.startswith(transitions)
    starts = np.array([clause.start for clause in heard] + [take.duration])
    share = starts / max(take.duration, 1e-6)
    expected = np.cumsum([segment.minutes for segment in plan.segments])[:-1] / total
    late: NDArray[np.float64] = np.abs(share[None, :] - expected[:, None])
    return score[None, :] - _LATE * late


def _best_cuts(evidence: NDArray[np.float64], cuts: NDArray[np.float64]) -> list[int]:
    """First clause of segments 1, 2 …, not falling, with the greatest sum of evidence (exact)."""
    count = evidence.shape[0]
    sums = np.hstack([np.zeros((count, 1)), np.cumsum(evidence, axis=1)])
    best = sums[0]
    came: list[NDArray[np.intp]] = []
    for index in range(1, count):
        gain = best + cuts[index - 1] - sums[index]
        top = np.maximum.accumulate(gain)
        places = np.where(gain == top, np.arange(len(gain)), 0)
        came.append(np.maximum.accumulate(places))
        best = top + sums[index]
    chosen: list[int] = []
    at = evidence.shape[1]
    for origin in reversed(came):
        at = int(origin[at])
        chosen.append(at)
    return chosen[::-1]
