"""What was said twice in a row, and where was a sentence begun again?"""

from collections.abc import Sequence
from itertools import pairwise

from rehearsal.intent import counted, left_out_as_meant, number_meant
from rehearsal.lexicon import BY_LANGUAGE, VERSION
from rehearsal.lexicon import en as english
from rehearsal.lexicon import zh as chinese
from rehearsal.measures import Clip, Measure
from rehearsal.spans import left_out
from rehearsal.take import Take
from rehearsal.text import Clause, Unit, clauses, joined, kept, per_minute, timed_units

LONGEST = 8  # units in a repeated phrase
LOOP = 4  # the same thing this often is the recogniser turning in circles
NEAR = 2.0  # s within which the second saying must begin


def measure(take: Take) -> Measure | None:
    """Value: immediate repeats and restarts per recorded minute, each with its clip."""
    units = timed_units(take)
    if not units:
        return None
    found, loops = _repeats(units, take.language)
    repeats, meant_repeats = counted(take, "repetition", found)
    begun_again = _restarts(clauses(take), take.language)
    restarts, meant_restarts = counted(take, "repetition", begun_again)
    intended = meant_repeats + meant_restarts
    return Measure(
        value=per_minute(len(repeats) + len(restarts), take),
        unit="1/min",
        parts={
            "repeats": len(repeats),
            "restarts": len(restarts),
            "loops_left_out": loops,
            **number_meant(intended),
        },
        clips=tuple(sorted([*repeats, *restarts], key=lambda clip: clip.start)),
        excluded=(
            *left_out(take),
            *(("recogniser_loops",) if loops else ()),
            *left_out_as_meant(intended),
        ),
        confidence=0.6,
        kept={**kept(take), "lexicon": VERSION},
    )


def _repeats(units: Sequence[Unit], language: str) -> tuple[list[Clip], int]:
    """Repeated phrases, longest first at each place, and the number of loops passed over."""
    found: list[Clip] = []
    loops = at = 0
    texts = [unit.text for unit in units]
    while at < len(units):
        size, times = _repeated(texts, at)
        if size and times >= LOOP:
            loops += 1
        elif size and _counts(texts[at : at + size], language):
            second = units[at + size]
            if second.start - units[at + size - 1].end <= NEAR:
                end = units[at + size * times - 1].end
                found.append(Clip(units[at].start, end, joined(texts[at : at + size]), "repeat"))
        at += size * times if size else 1
    return found, loops


def _repeated(texts: Sequence[str], at: int) -> tuple[int, int]:
    """Length of the phrase at `at` that is said again at once, and how often it is said."""
    for size in range(1, LONGEST + 1):
        phrase, times = texts[at : at + size], 1
        while len(phrase) == size and texts[at + size * times : at + size * (times + 1)] == phrase:
            times += 1
        single = size == 1 and phrase[0:1] and not phrase[0].isascii()
        if times >= LOOP or (times > 1 and not single):
            return size, times
    return 0, 1


def _counts(phrase: Sequence[str], language: str) -> bool:
    """Not a word that is doubled by grammar or on purpose (看看, very very)."""
    text = joined(phrase)
    if language == "en":
        return text not in english.REPEATED_ON_PURPOSE and not text.isdigit()
    if len(set(phrase)) == 1 and not text.isascii():  # 看看看看
        return False
    return text not in chinese.REDUPLICATED and not text.isdigit()


def _restarts(heard: Sequence[Clause], language: str) -> list[Clip]:
    """Clauses that take the one before back: "I mean", 不对 …"""
    cues = BY_LANGUAGE[language].RESTARTS
    return [
        Clip(clause.start, clause.end, clause.text, "restart")
        for before, clause in pairwise(heard)
        if clause.text.startswith(cues)
        and len(clause.text) > max(len(cue) for cue in cues if clause.text.startswith(cue))
        and clause.start - before.end <= NEAR
    ]
