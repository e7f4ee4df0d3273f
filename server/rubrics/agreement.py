"""How far people who filled the same form agree. Pure.

Values are places on an ordered scale (0, 1, 2 …) or numbers on an interval scale.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

Metric = Literal["ordinal", "interval"]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Of `n` pairs of raters, how many chose the same, and how many the same or the next."""

    n: int
    exact: int
    adjacent: int

    def __add__(self, other: "Pairs") -> "Pairs":
        return Pairs(self.n + other.n, self.exact + other.exact, self.adjacent + other.adjacent)


NO_PAIRS = Pairs(0, 0, 0)


def pairs_of(places: Iterable[int]) -> Pairs:
    """Agreement between every two raters of one thing."""
    apart = [abs(a - b) for a, b in combinations(places, 2)]
    return Pairs(len(apart), sum(d == 0 for d in apart), sum(d <= 1 for d in apart))


def weighted_kappa(pairs: Sequence[tuple[int, int]], power: int = 2) -> float | None:
    """Cohen's weighted kappa of two raters who placed the same things (Cohen 1968):
    1 - Σ w·observed / Σ w·expected with w = |i - j| ** power, so quadratic weights by default
    (Fleiss & Cohen 1973); 1 for linear ones. None where chance alone leaves no disagreement.
    """
    if not pairs:
        return None
    n = len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum(abs(a - b) ** power for a, b in pairs) / n
    expected = sum(
        abs(a - b) ** power * count_a * count_b
        for a, count_a in first.items()
        for b, count_b in second.items()
    ) / (n * n)
    return 1 - observed / expected if expected else None


def krippendorff_alpha(units: Iterable[Sequence[float]], metric: Metric) -> float | None:
    """Krippendorff's alpha for any number of raters, some of whom may be missing (Krippendorff
    2011, "Computing Krippendorff's Alpha-Reliability"): 1 - D_o / D_e from the coincidences of
    values within units. `units`: for each thing the values it was given; those with fewer than two
    count for nothing. Differences: "interval" (c - k)², "ordinal" the squared number of values
    ranked from c to k, half of each end. None where all values are the same, or there are none.
    """
    paired = [tuple(unit) for unit in units if len(unit) >= 2]
    totals = Counter(value for unit in paired for value in unit)
    n = sum(totals.values())
    if n < 2:
        return None
    apart = _ordinal(totals) if metric == "ordinal" else _interval
    observed = sum(
        2 * sum(apart(a, b) for a, b in combinations(unit, 2)) / (len(unit) - 1) for unit in paired
    )
    expected = sum(
        apart(a, b) * count_a * count_b
        for a, count_a in totals.items()
        for b, count_b in totals.items()
    )
    return 1 - (n - 1) * observed / expected if expected else None


def _interval(a: float, b: float) -> float:
    return (a - b) ** 2


def _ordinal(totals: Counter[float]) -> Callable[[float, float], float]:
    below: dict[float, float] = {}
    reached = 0
    for value in sorted(totals):
        below[value] = reached + totals[value] / 2  # the middle of its ranks
        reached += totals[value]
    return lambda a, b: (below[a] - below[b]) ** 2
