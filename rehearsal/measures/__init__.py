"""The measures: one file each, registered by being there.

Each module has `def measure(take: Take) -> Measure | None`, and `None` says that the take does not
hold what the measure needs (no sound, no plan …). The module's name is the measure's name, in
`report.json` and in the locale files (`measure.<name>.title`, `.unit`, `.definition`).
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.take import Take


@dataclass(frozen=True, slots=True)
class Clip:
    """The thing itself, unpadded: seconds [start, end) of the take; `label` is quoted evidence."""

    start: float
    end: float
    label: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A band with its source (●). `low`/`high` in the measure's unit; None where open or absent."""

    source: str  # as printed beside the band, e.g. "Rowe 1974"
    low: float | None = None
    high: float | None = None
    typical: float | None = None
    descriptive: bool = True  # a band that describes, not one that demands


@dataclass(frozen=True, slots=True)
class Series:
    """A curve over the take: `times` in seconds (window centres), `values` in `unit`."""

    times: tuple[float, ...]
    values: tuple[float | None, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What one measure found. `value` is the headline figure, `parts` the others.

    excluded    what was left out and why, as locale keys without the prefix `excluded.`
    confidence  0 … 1, how far the machine trusts its own finding
    kept        what a comparison needs to agree on: language, recogniser, model, lexicon, settings
    """

    value: float | None
    unit: str
    parts: Mapping[str, Any] = field(default_factory=dict)
    reference: Reference | None = None
    clips: tuple[Clip, ...] = ()
    excluded: tuple[str, ...] = ()
    confidence: float = 1.0
    series: Series | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)


def registered() -> dict[str, Callable[[Take], Measure | None]]:
    """Every measure by its file name, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"rehearsal.measures.{name}").measure for name in names}
