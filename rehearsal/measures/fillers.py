"""Words that fill: hesitations, habits, softeners; and hesitations only the sound shows."""

from collections.abc import Iterator, Sequence

import numpy as np
import rjieba

from rehearsal.intent import counted, left_out_as_meant, number_meant
from rehearsal.lexicon import BY_LANGUAGE, VERSION, en, zh
from rehearsal.measures import Clip, Measure, Reference
from rehearsal.sound import HOP, Sound
from rehearsal.spans import Span, gaps, left_out, overlap
from rehearsal.take import Take
from rehearsal.text import Clause, Unit, clauses, kept, per_minute

LISTS = ("hesitation", "habit", "softener")
SHORTEST = 0.25  # s of a hesitation in the sound
STEADY_PITCH = 0.6  # semitones, SD
STEADY_SPECTRUM = 0.12  # mean flux
_TYPICAL_ZH = 3.93  # per 100 characters, descriptive


def measure(take: Take) -> Measure | None:
    """Value: fillers in the text per 100 units: a lower bound, for recognisers drop 嗯 and um."""
    heard = clauses(take)
    units = [unit for clause in heard for unit in clause.units]
    if not units:
        return None
    said = [clip for clause in heard for clip in _in_clause(clause, take.language)]
    clips, intended = counted(take, "fillers", said)
    sounds: list[Clip] | None = None
    if take.sound is not None:
        sounds, more = counted(take, "fillers", _hesitations(take.sound, units, gaps(take)))
        intended += more
    counts = {name: sum(clip.kind == name for clip in clips) for name in LISTS}
    return Measure(
        value=100 * len(clips) / len(units),
        unit="per_100_units",
        parts={
            "count": len(clips),
            "per_min": per_minute(len(clips), take),
            **counts,
            "possible_from_sound": len(sounds) if sounds is not None else None,
            "lower_bound": True,
            **number_meant(intended),
        },
        reference=(
            Reference("spoken_zh_fillers", typical=_TYPICAL_ZH) if take.language == "zh" else None
        ),
        clips=tuple(sorted([*clips, *(sounds or [])], key=lambda clip: clip.start)),
        excluded=(*left_out(take), "hesitations_unheard", *left_out_as_meant(intended)),
        confidence=0.5,
        kept={**kept(take), "lexicon": VERSION},
    )


def _in_clause(clause: Clause, language: str) -> Iterator[Clip]:
    lexicon = BY_LANGUAGE[language]
    texts = [unit.text for unit in clause.units]
    lists = (lexicon.HESITATIONS, lexicon.HABITS, lexicon.SOFTENERS)
    wanted = sorted(
        (
            (_cut(phrase, language), kind)
            for kind, of in zip(LISTS, lists, strict=True)
            for phrase in of
        ),
        key=lambda entry: -len(entry[0]),
    )
    at = 0
    while at < len(texts):
        size = 1
        for phrase, kind in wanted:
            if texts[at : at + len(phrase)] == phrase:
                size = len(phrase)
                if _fills(texts, at, size, language):
                    first, last = clause.units[at], clause.units[at + size - 1]
                    label = ("" if language == "zh" else " ").join(phrase)
                    yield Clip(first.start, last.end, label, kind)
                break
        at += size


def _cut(phrase: str, language: str) -> list[str]:
    return list(phrase) if language == "zh" else phrase.split()


def _fills(texts: Sequence[str], at: int, size: int, language: str) -> bool:
    """Does the phrase fill here, or does it mean something?"""
    if language == "en":
        if texts[at : at + size] != [en.LIKE]:
            return True
        return at == 0 or texts[at - 1] not in en.NOT_BEFORE_LIKE
    phrase, rest = "".join(texts[at : at + size]), "".join(texts[at + size :])
    if phrase in zh.PARTICLES:
        return at == 0
    if phrase in zh.HESITATIONS:
        return True
    if phrase in zh.POINTERS and rest:
        tag = str(rjieba.tag(rest)[0][1])
        return not tag.startswith(zh.POINTED_AT)
    return True


def _hesitations(sound: Sound, units: Sequence[Unit], missing: Sequence[Span]) -> list[Clip]:
    """Voiced stretches of SHORTEST and more, steady in pitch and spectrum, where no word is."""
    voiced = np.concatenate([[False], (sound.f0 > 0) & (sound.flux < 2 * STEADY_SPECTRUM), [False]])
    edges = np.flatnonzero(np.diff(voiced.astype(np.int8))).reshape(-1, 2)
    found: list[Clip] = []
    first = 0
    for low, high in edges:
        if (high - low) * HOP < SHORTEST:
            continue
        span = (float(low * HOP), float(high * HOP))
        while first < len(units) and units[first].end <= span[0]:
            first += 1
        covered = 0.0
        for unit in units[first:]:
            if unit.start >= span[1]:
                break
            covered += overlap(span, (unit.start, unit.end))
        if covered > 0.2 * (span[1] - span[0]) or any(overlap(span, gap) > 0 for gap in missing):
            continue
        if _steady(sound, int(low), int(high)):
            found.append(Clip(*span, kind="possible"))
    return found


def _steady(sound: Sound, low: int, high: int) -> bool:
    pitch = 12 * np.log2(sound.f0[low:high])
    return bool(np.std(pitch) <= STEADY_PITCH and np.mean(sound.flux[low:high]) <= STEADY_SPECTRUM)
