"""How fast was it spoken? Units (Han characters and Latin words) per minute."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, pstdev

from rehearsal.boundaries import Part, parts_of
from rehearsal.measures import Clip, Measure, Reference, Series
from rehearsal.spans import Span, left_out, recorded, total, without
from rehearsal.take import Take
from rehearsal.text import Unit, kept, timed_units

WINDOW, HOP = 60.0, 15.0  # seconds
NET_GAP = 0.25  # seconds; a longer gap between words is no speaking time
TRAINEES = ("practice", "discussion")  # activities in which the trainees work

_REFERENCES = {
    "en": Reference("Microsoft", low=100, high=165),
    "zh": Reference("university_teachers_zh", typical=217),
}


def measure(take: Take) -> Measure | None:
    """Value: gross units per minute of the recorded take, without segments where trainees work.

    Of the first and the last segment only what lies between the take's first and last word counts:
    finding the button is no teaching.
    """
    units = timed_units(take)
    if not units:
        return None
    parts, origin = parts_of(take)
    working = [span for part in parts if part.planned.activity in TRAINEES for span in part.spans]
    lesson = (units[0].start, units[-1].end)
    spans = without(recorded(take), working)
    minutes = total(spans) / 60
    taught = _inside(units, spans)
    if minutes <= 0:
        return None
    curve = _curve(taught, spans, take.duration)
    known = [value for value in curve.values if value is not None]
    gross = len(taught) / minutes
    return Measure(
        value=gross,
        unit="units/min",
        parts={
            "gross": gross,
            "net": _net(taught),
            "units": len(taught),
            "sd": pstdev(known) if len(known) > 1 else None,
            "slope": _slope(curve),
            "segments": [_segment(part, units, take, lesson) for part in parts],
            "boundaries_from": origin or None,
        },
        reference=_REFERENCES.get(take.language),
        clips=_extremes(curve, take.duration),
        excluded=(*left_out(take), *(("trainees_working",) if working else ())),
        series=curve,
        kept={**kept(take), "window_s": WINDOW, "hop_s": HOP, "net_gap_s": NET_GAP},
    )


def _inside(units: Sequence[Unit], spans: Sequence[Span]) -> list[Unit]:
    """The units whose middles lie in `spans`."""
    starts = [start for start, _ in spans]
    return [
        unit
        for unit in units
        if (place := bisect_right(starts, _middle(unit))) and _middle(unit) < spans[place - 1][1]
    ]


def _middle(unit: Unit) -> float:
    return (unit.start + unit.end) / 2


def _net(units: Sequence[Unit]) -> float | None:
    """Units per minute of the time between the first and the last, less gaps over NET_GAP."""
    if not units:
        return None
    breaks = sum(
        after.start - before.end
        for before, after in pairwise(units)
        if after.start - before.end > NET_GAP
    )
    spoken = units[-1].end - units[0].start - breaks
    return len(units) * 60 / spoken if spoken > 0 else None


def _curve(units: Sequence[Unit], spans: Sequence[Span], duration: float) -> Series:
    """Pace in windows of WINDOW; None where less than half of the window counts."""
    times: list[float] = []
    values: list[float | None] = []
    middles = sorted(map(_middle, units))
    last = max(0.0, duration - WINDOW)
    for index in range(int(last // HOP) + 1):
        start, end = index * HOP, min(index * HOP + WINDOW, duration)
        seconds = total(without(spans, [(-1.0, start), (end, duration + 1)]))
        count = bisect_left(middles, end) - bisect_left(middles, start)
        times.append((start + end) / 2)
        values.append(count * 60 / seconds if seconds >= (end - start) / 2 else None)
    return Series(tuple(times), tuple(values), "units/min")


def _slope(curve: Series) -> float | None:
    """Change of pace per minute, by least squares over the curve."""
    points = [(t / 60, v) for t, v in zip(curve.times, curve.values, strict=True) if v is not None]
    if len(points) < 3:
        return None
    middle, level = fmean(t for t, _ in points), fmean(v for _, v in points)
    spread = sum((t - middle) ** 2 for t, _ in points)
    return sum((t - middle) * (v - level) for t, v in points) / spread


def _extremes(curve: Series, duration: float) -> tuple[Clip, ...]:
    """The three fastest and the three slowest windows that do not overlap."""
    windows = [
        (value, time) for time, value in zip(curve.times, curve.values, strict=True) if value
    ]
    if len(windows) < 2:
        return ()
    clips: list[Clip] = []
    for kind, order in (("fastest", -1), ("slowest", 1)):
        chosen: list[float] = []
        for value, time in sorted(windows, key=lambda window: order * window[0]):
            apart = all(abs(time - other) >= WINDOW for other in chosen)
            taken = any(clip.start <= time < clip.end for clip in clips if clip.kind != kind)
            if len(chosen) < 3 and apart and not taken:
                chosen.append(time)
                start, end = max(0.0, time - WINDOW / 2), min(duration, time + WINDOW / 2)
                clips.append(Clip(start, end, str(round(value)), kind))
    return tuple(clips)


def _segment(part: Part, units: Sequence[Unit], take: Take, lesson: Span) -> dict[str, object]:
    """Pace in one segment of the plan, over every voice."""
    spans = [
        piece
        for start, end in part.spans
        for piece in recorded(take, max(start, lesson[0]), min(end, lesson[1]))
    ]
    count = len(_inside(units, spans))
    seconds = total(spans)
    return {
        "title": part.planned.title,
        "start": spans[0][0] if spans else None,
        "end": spans[-1][1] if spans else None,
        "units": count,
        "value": count * 60 / seconds if seconds > 0 else None,
    }
