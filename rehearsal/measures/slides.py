"""How long was each slide shown?"""

from itertools import groupby

from rehearsal.measures import Clip, Measure
from rehearsal.spans import left_out, recorded, total
from rehearsal.take import Take


def measure(take: Take) -> Measure | None:
    """Value: median recorded seconds of a page shown; visits, skipped pages, the end in parts."""
    turns = sorted(take.slides, key=lambda turn: turn.at)
    turns = [turn for turn in turns if turn.at < take.duration]
    if not turns:
        return None
    shown = [next(group) for _, group in groupby(turns, key=lambda turn: turn.page)]
    ends = [turn.at for turn in shown[1:]] + [take.duration]
    visits = [(turn.page, max(0.0, turn.at), end) for turn, end in zip(shown, ends, strict=True)]
    seconds: dict[int, float] = {}
    count: dict[int, int] = {}
    for page, start, end in visits:
        seconds[page] = seconds.get(page, 0.0) + total(recorded(take, start, end))
        count[page] = count.get(page, 0) + 1
    last = len(take.slide_texts) or max(seconds)
    ordered = sorted(seconds.values())
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return Measure(
        value=median,
        unit="s",
        parts={
            "pages": [
                {"page": page, "seconds": seconds[page], "visits": count[page]}
                for page in sorted(seconds)
            ],
            "revisited": [page for page in sorted(count) if count[page] > 1],
            "skipped": [page for page in range(1, last + 1) if page not in seconds],
            "last_page": last,
            "left_at": shown[-1].page,
            "finished": shown[-1].page == last,
            "from": take.slides_from,
        },
        clips=tuple(Clip(start, end, str(page), "visit") for page, start, end in visits),
        excluded=left_out(take),
        confidence=min(turn.confidence for turn in shown),
        kept={"from": take.slides_from},
    )
