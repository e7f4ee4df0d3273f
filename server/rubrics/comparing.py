"""What raters of the same form have in common, item by item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.rubrics.agreement import (
    NO_PAIRS,
    Metric,
    Pairs,
    krippendorff_alpha,
    pairs_of,
    weighted_kappa,
)
from server.rubrics.form import Answers, Form, Item

FEWEST = 3  # things two people rated, before a coefficient means anything


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of one item, over `things` that at least two people rated.

    pairs  of raters, of all things together
    kappa  weighted, where the same two people rated all of them
    alpha  Krippendorff's, for points as an interval scale, for levels as an ordinal one
    """

    things: int
    raters: int
    pairs: Pairs
    kappa: float | None
    alpha: float | None
    metric: Metric


def on_one(item: Item, answers: Sequence[Answers]) -> Pairs:
    """How far the raters of one thing agree on an item: exactly, or nearly."""
    found = (_value(item, one) for one in answers)
    return pairs_of(item.place(value) for value in found if value is not None)


def across(form: Form, filed: Mapping[str, Sequence[tuple[str, Answers]]]) -> dict[str, Agreement]:
    """For each item that is scored, over all things: thing → (rater, answers)."""
    return {
        item.id: _of_units([_rated(item, by) for by in filed.values()], [item] * len(filed))
        for item in form.items
        if item.scored
    }


def within(form: Form, filed: Sequence[tuple[str, Answers]]) -> Agreement | None:
    """Over the items of one filled form, where all that are scored have the same scale; else
    None."""
    items = [item for item in form.items if item.scored]
    scales = {
        (item.scale, item.low, item.high, item.step, len(item.grades))
        if item.scale == "points"
        else (item.scale, len(item.grades))
        for item in items
    }
    return _of_units([_rated(item, filed) for item in items], items) if len(scales) == 1 else None


def _of_units(units: Sequence[dict[str, float]], items: Sequence[Item]) -> Agreement:
    shared = [(unit, item) for unit, item in zip(units, items, strict=True) if len(unit) >= 2]
    raters = {rater for unit, _ in shared for rater in unit}
    pairs = NO_PAIRS
    for unit, item in shared:
        pairs += pairs_of(item.place(value) for value in unit.values())
    kappa = alpha = None
    metric: Metric = "interval" if items and items[0].scale == "points" else "ordinal"
    if len(shared) >= FEWEST:
        if len(raters) == 2:
            first, second = sorted(raters)
            both = [(item.place(u[first]), item.place(u[second])) for u, item in shared]
            kappa = weighted_kappa(both)
        alpha = krippendorff_alpha([tuple(unit.values()) for unit, _ in shared], metric)
    return Agreement(len(shared), len(raters), pairs, kappa, alpha, metric)


def _rated(item: Item, filed: Sequence[tuple[str, Answers]]) -> dict[str, float]:
    values = ((rater, _value(item, answers)) for rater, answers in filed)
    return {rater: value for rater, value in values if value is not None}


def _value(item: Item, answers: Answers) -> float | None:
    answer = answers.items.get(item.id)
    return answer.value if answer else None
