"""Which words came up most, and which more than the plan would lead one to expect?"""

from collections import Counter
from math import log

from rehearsal.alike import content_words, sound_of
from rehearsal.cutting import words_of
from rehearsal.lexicon import BY_LANGUAGE, VERSION
from rehearsal.measures import Clip, Measure
from rehearsal.plan import Plan
from rehearsal.spans import left_out
from rehearsal.take import Take
from rehearsal.text import clauses, kept

SHOWN = 20
CLIPS_EACH = 3


def measure(take: Take) -> Measure | None:
    """Value: different content words; the most frequent in parts, with log-odds on the plan."""
    heard = clauses(take)
    language = take.language
    counts: Counter[str] = Counter()
    seen: dict[str, str] = {}
    places: dict[str, list[Clip]] = {}
    for clause in heard:
        for word in _content(clause.text, language):
            key = _key(word, language)
            seen.setdefault(key, word)
            counts[key] += 1
            places.setdefault(key, []).append(Clip(clause.start, clause.end, word, "word"))
    if not counts:
        return None
    planned = Counter(_key(word, language) for word in _plan_words(take.plan, language))
    top = counts.most_common(SHOWN)
    return Measure(
        value=len(counts),
        unit="words",
        parts={
            "total": counts.total(),
            "words": [
                {
                    "word": seen[key],
                    "count": count,
                    "log_odds": _log_odds(key, counts, planned) if planned else None,
                    "in_plan": key in planned if planned else None,
                    "starts": [clip.start for clip in places[key]],
                }
                for key, count in top
            ],
        },
        clips=tuple(clip for key, _ in top for clip in places[key][:CLIPS_EACH]),
        excluded=(*left_out(take), "stop_words"),
        confidence=0.8,
        kept={**kept(take), "lexicon": VERSION},
    )


def _content(text: str, language: str) -> list[str]:
    stop = BY_LANGUAGE[language].STOP_WORDS
    return [word for word in words_of(text, language) if word not in stop and len(word) > 1]


def _key(word: str, language: str) -> str:
    return sound_of(word) if language == "en" else word


def _plan_words(plan: Plan | None, language: str) -> list[str]:
    if plan is None:
        return []
    texts = [plan.title, *plan.aims, *plan.key_points, *plan.difficult_points, *plan.glossary]
    for segment in plan.segments:
        texts += [segment.title, *segment.key_points, *segment.questions]
    return [word for text in texts for word in content_words(text, language)]


def _log_odds(key: str, said: Counter[str], planned: Counter[str]) -> float:
    """log of the odds of the word in speech over those in the plan, half a count added to each."""
    return _odds(key, said) - _odds(key, planned)


def _odds(key: str, counts: Counter[str]) -> float:
    return log((counts[key] + 0.5) / (counts.total() - counts[key] + 0.5))
