"""What is worth a second look: fact → clip → question → option, and what already works.

A finding holds no sentence: `finding.<name>.fact`, `.question` and `.option` in the locale files
do, filled in with `params`; a strength has only a fact. Numbers without a sound reference are
told, not judged: the person judges.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from rehearsal.intent import meant
from rehearsal.measures import Clip, Measure
from rehearsal.take import Take
from rehearsal.text import clauses

SHOWN = 3
OWN_REPLY = 1.2  # s; sooner than this the teacher went on alone
RHETORICAL = 0.5  # s; sooner than this no answer was wanted
WAIT = 3.0  # s, Rowe 1974

Measures = Mapping[str, Measure]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `weight` orders findings: greater comes first."""

    name: str
    weight: float
    params: Mapping[str, Any] = field(default_factory=dict)
    clips: tuple[Clip, ...] = ()


def findings(take: Take, measures: Measures) -> tuple[Finding, ...]:
    """The three findings of greatest weight, each of another kind."""
    return _best(_WORTH_A_LOOK, take, measures)


def strengths(take: Take, measures: Measures) -> tuple[Finding, ...]:
    """Up to three things that went by the teacher's own plan or by a reference that holds."""
    return _best(_STRENGTHS, take, measures)


def _best(rules: tuple["Rule", ...], take: Take, measures: Measures) -> tuple[Finding, ...]:
    every = [finding for rule in rules for finding in rule(take, measures)]
    found = [finding for finding in every if not meant(take, *place_of(finding))]
    return tuple(sorted(found, key=lambda finding: -finding.weight)[:SHOWN])


def place_of(finding: Finding) -> tuple[str, float, float]:
    """Kind, start and end by which a finding is marked as intentional."""
    span = (finding.clips[0].start, finding.clips[0].end) if finding.clips else (0.0, 0.0)
    return f"finding.{finding.name}", *span


def _fastest(take: Take, measures: Measures) -> Iterator[Finding]:
    pace = measures.get("pace")
    known = [v for v in pace.series.values if v is not None] if pace and pace.series else []
    clip = next((clip for clip in pace.clips if clip.kind == "fastest"), None) if pace else None
    if clip is None or len(known) < 3:
        return
    value, middle = max(known), median(known)
    if middle > 0 and value >= 1.15 * middle:
        params = {"pace": round(value), "median": round(middle), **_when(clip)}
        yield Finding("fastest", 2 * value / middle, params, (clip,))


def _own_reply(take: Take, measures: Measures) -> Iterator[Finding]:
    waits = [(wait, clip) for wait, clip in _waits(take, measures) if wait >= RHETORICAL]
    quick = [(wait, clip) for wait, clip in waits if wait < OWN_REPLY]
    if quick:
        params = {"count": len(quick), "total": len(waits), "seconds": OWN_REPLY}
        clips = tuple(clip for _, clip in quick[:3])
        yield Finding("own_reply", 2 + 2 * len(quick) / len(waits), params, clips)


def _off_plan(take: Take, measures: Measures) -> Iterator[Finding]:
    segments = _plan_parts(measures, "segments")
    late = [s for s in segments if s["start"] is not None and s["planned_s"] > 0]
    if not late:
        return
    most = max(late, key=lambda segment: abs(segment["off_s"]))
    off = most["off_s"]
    if abs(off) >= max(15.0, 0.2 * most["planned_s"]):
        params = {
            "segment": most["title"],
            "planned_min": round(most["planned_s"] / 60, 1),
            "actual_min": round(most["actual_s"] / 60, 1),
        }
        clip = Clip(most["start"], most["end"], most["title"], "segment")
        weight = 3 + min(2.0, abs(off) / most["planned_s"])
        yield Finding(
            "longer_than_planned" if off > 0 else "shorter_than_planned", weight, params, (clip,)
        )


def _missing(take: Take, measures: Measures) -> Iterator[Finding]:
    for list_name, name, weight in (
        ("key_points", "point_missing", 4.5),
        ("questions", "question_unasked", 3.8),
    ):
        wanted = _plan_parts(measures, list_name)
        missing = [item for item in wanted if not item["said"]]
        if missing:
            params = {"text": missing[0]["text"], "count": len(missing), "total": len(wanted)}
            yield Finding(name, weight, params, _segment_clip(measures, missing[0]["segment"]))


def _fillers(take: Take, measures: Measures) -> Iterator[Finding]:
    fillers = measures.get("fillers")
    clips = [clip for clip in fillers.clips if clip.kind != "possible"] if fillers else []
    if not clips:
        return
    often: dict[str, list[Clip]] = {}
    for clip in clips:
        often.setdefault(clip.label, []).append(clip)
    word, places = max(often.items(), key=lambda entry: len(entry[1]))
    if len(places) >= 3:
        params = {"word": word, "count": len(places)}
        weight = 1.5 + min(2.0, len(places) / max(1.0, take.duration / 60))
        yield Finding("filler", weight, params, tuple(places[:3]))


def _long_slide(take: Take, measures: Measures) -> Iterator[Finding]:
    slides = measures.get("slides")
    if slides is None or not slides.value or len(slides.parts["pages"]) < 3:
        return
    page = max(slides.parts["pages"], key=lambda entry: entry["seconds"])
    if page["seconds"] >= max(60.0, 3 * slides.value):
        visits = [clip for clip in slides.clips if clip.label == str(page["page"])]
        longest = max(visits, key=lambda clip: clip.end - clip.start)
        params = {
            "page": page["page"],
            "seconds": round(page["seconds"]),
            "median": round(slides.value),
        }
        yield Finding("long_slide", 2.2, params, (longest,))


def _unfinished_slides(take: Take, measures: Measures) -> Iterator[Finding]:
    slides = measures.get("slides")
    if slides is not None and not slides.parts["finished"] and slides.clips:
        params = {"page": slides.parts["left_at"], "last": slides.parts["last_page"]}
        yield Finding("slides_left", 2.4, params, (slides.clips[-1],))


def _noise(take: Take, measures: Measures) -> Iterator[Finding]:
    clear = measures.get("speech_to_noise")
    if clear is not None and clear.value is not None and clear.value < 15:
        spoken = take.sound.speech[:1] if take.sound else ()
        clips = tuple(Clip(start, end, kind="speech") for start, end in spoken)
        yield Finding("noisy_recording", 3.5, {"db": round(clear.value)}, clips)


def _longest_pause(take: Take, measures: Measures) -> Iterator[Finding]:
    pauses = measures.get("pauses")
    longest = max(pauses.clips, key=lambda c: c.end - c.start, default=None) if pauses else None
    if longest is not None and longest.end - longest.start >= 1:
        params = {"seconds": round(longest.end - longest.start, 1)}
        yield Finding("longest_pause", 1.2, params, (longest,))


def _repeated(take: Take, measures: Measures) -> Iterator[Finding]:
    repetition = measures.get("repetition")
    clips = [c for c in repetition.clips if c.kind == "repeat"] if repetition else []
    if clips:
        params = {"count": len(clips), "text": clips[0].label}
        yield Finding("repeated", 1.4, params, tuple(clips[:3]))


def _questions_asked(take: Take, measures: Measures) -> Iterator[Finding]:
    asked = measures.get("questions")
    if asked and (real := [clip for clip in asked.clips if clip.kind != "tag"]):
        opened = [clip for clip in real if clip.kind == "open"]
        params = {"count": len(asked.clips), "open": len(opened)}
        yield Finding("questions_asked", 1.0, params, tuple((opened or real)[:3]))


def _frequent(take: Take, measures: Measures) -> Iterator[Finding]:
    words = measures.get("frequent_words")
    if words is not None and words.clips:
        top = words.parts["words"][0]
        params = {"word": top["word"], "count": top["count"]}
        yield Finding("frequent_word", 0.5, params, words.clips[:1])


def _waited(take: Take, measures: Measures) -> Iterator[Finding]:
    long = [(wait, clip) for wait, clip in _waits(take, measures) if wait >= WAIT]
    if long:
        wait, clip = max(long, key=lambda entry: entry[0])
        params = {"count": len(long), "seconds": round(wait, 1), "text": clip.label}
        yield Finding("waited", 3, params, (Clip(clip.end, clip.end + wait, clip.label, "wait"),))


def _all_said(take: Take, measures: Measures) -> Iterator[Finding]:
    for list_name, name in (("key_points", "points_said"), ("questions", "questions_as_planned")):
        wanted = _plan_parts(measures, list_name)
        if wanted and all(item["said"] for item in wanted):
            clips = tuple(Clip(w["start"], w["end"], w["text"], list_name) for w in wanted[:3])
            yield Finding(name, 2.5, {"count": len(wanted)}, clips)


def _on_time(take: Take, measures: Measures) -> Iterator[Finding]:
    segments = _plan_parts(measures, "segments")
    if segments and all(abs(s["off_s"]) <= max(10.0, 0.1 * s["planned_s"]) for s in segments):
        yield Finding("on_time", 2, {"count": len(segments)}, ())


def _clear(take: Take, measures: Measures) -> Iterator[Finding]:
    clear = measures.get("speech_to_noise")
    if clear is not None and clear.value is not None and clear.value >= 15:
        yield Finding("clear_recording", 1, {"db": round(clear.value)}, ())


def _waits(take: Take, measures: Measures) -> Iterator[tuple[float, Clip]]:
    """Seconds from the end of each question (tags aside) to the next words of whoever speaks."""
    asked = measures.get("questions")
    starts = [clause.start for clause in clauses(take)] if asked else []
    for clip in asked.clips if asked else ():
        after = next((start for start in starts if start >= clip.end - 0.05), None)
        lost = any(gap.start < (after or 0) and gap.end > clip.end for gap in take.gaps)
        if clip.kind != "tag" and after is not None and not lost:
            yield after - clip.end, clip


def _plan_parts(measures: Measures, name: str) -> list[dict[str, Any]]:
    fit = measures.get("plan_fit")
    return list(fit.parts[name]) if fit is not None else []


def _segment_clip(measures: Measures, title: str | None) -> tuple[Clip, ...]:
    return tuple(
        Clip(segment["start"], segment["end"], segment["title"], "segment")
        for segment in _plan_parts(measures, "segments")
        if segment["title"] == title and segment["start"] is not None
    )[:1]


def _when(clip: Clip) -> dict[str, str]:
    return {"from": _clock(clip.start), "to": _clock(clip.end)}


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


Rule = Callable[[Take, Measures], Iterator[Finding]]

_WORTH_A_LOOK: tuple[Rule, ...] = (
    _missing, _off_plan, _noise, _own_reply, _fastest, _unfinished_slides, _long_slide, _fillers,
    _repeated, _longest_pause, _questions_asked, _frequent,
)  # fmt: skip
_STRENGTHS: tuple[Rule, ...] = (_waited, _all_said, _on_time, _clear)
