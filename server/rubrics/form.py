"""A form 量表: items, each with a scale, and what somebody answered. Bounded, and pure."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Literal

import msgspec

from server.errors import Invalid

MOST_ITEMS = 40
MOST_GRADES = 12
LONGEST_TITLE = 200
LONGEST_HINT = 1000
LONGEST_REMARK = 2000
MOST_POINTS = 1000
MOST_STEPS = 200
FORM_LANGUAGES = ("zh", "en")

Scale = Literal["points", "levels", "words"]


class Grade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named part of a scale. Of "points": [low, high]. Of "levels": one of its choices, worth
    `low` points, if any."""

    label: str
    low: float | None = None
    high: float | None = None
    hint: str = ""


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that is looked at.

    scale   "points": a number from `low` to `high` in steps of `step`, perhaps with bands;
            "levels": one of `grades`, the weakest first; "words": words alone
    weight  of its points in the form's sum
    """

    id: str
    title: str = ""
    hint: str = ""
    scale: Scale = "points"
    weight: float = 1.0
    low: float = 0.0
    high: float = 20.0
    step: float = 1.0
    grades: tuple[Grade, ...] = ()

    @property
    def scored(self) -> bool:
        """Is there something to choose?"""
        return self.scale != "words"

    def points(self, value: float) -> float | None:
        """What an answer is worth, without its weight; None: the item gives no points."""
        if self.scale == "points":
            return value
        return self.grades[int(value)].low if self.scale == "levels" else None

    @property
    def most(self) -> float | None:
        """The most points it gives, without its weight."""
        if self.scale == "points":
            return self.high
        found = [grade.low for grade in self.grades if grade.low is not None]
        return max(found, default=None) if self.scale == "levels" else None

    def grade_of(self, value: float) -> int | None:
        """The index of the grade a value falls into; None: into none."""
        if self.scale == "levels":
            return int(value)
        for index, grade in enumerate(self.grades):
            low, high = grade.low, grade.high
            if low is not None and high is not None and low <= value <= high:
                return index
        return None

    def place(self, value: float) -> int:
        """The value's place among the ordered choices: its level; its band, where the bands cover
        the scale; else its step."""
        if self.scale == "levels":
            return int(value)
        step = round((value - self.low) / self.step)
        steps = round((self.high - self.low) / self.step) + 1
        bands = [self.grade_of(self.low + n * self.step) for n in range(steps)]
        if None in bands:
            return step
        return list(dict.fromkeys(bands)).index(bands[step])


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of it. `total` "sum": the form itself says that points are added up."""

    title: str = ""
    hint: str = ""
    language: str = "zh"
    total: Literal["sum", "none"] = "none"
    items: tuple[Item, ...] = ()

    def item(self, item_id: str) -> Item | None:
        """The item with this id."""
        return next((item for item in self.items if item.id == item_id), None)

    @property
    def most(self) -> float:
        """The sum that can be reached."""
        return round(sum((item.most or 0.0) * item.weight for item in self.items), 2)


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To one item. `value`: points, or the index of a level; `at`: a second it is about."""

    value: float | None = None
    remark: str = ""
    at: float | None = None


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A filled form: answers by item, and a word on the whole."""

    items: dict[str, Answer] = {}
    overall: str = ""


def load_form(body: dict[str, Any]) -> Form:
    """A form as it is stored."""
    return msgspec.convert(body, Form)


def checked(form: Form) -> dict[str, Any]:
    """The form as it is stored, with all bounds kept; it may be unfinished. Invalid, with the
    field named as `items.2.title`."""
    _text(form.title, "title", LONGEST_TITLE)
    _text(form.hint, "hint", LONGEST_HINT)
    if form.language not in FORM_LANGUAGES:
        raise Invalid("error.form.choice", field="language")
    if len(form.items) > MOST_ITEMS:
        raise Invalid("error.rubric.items", field="items", n=MOST_ITEMS)
    if len({item.id for item in form.items}) != len(form.items):
        raise Invalid("error.form.choice", field="items")
    for index, item in enumerate(form.items):
        _check_item(item, f"items.{index}")
    stored: dict[str, Any] = msgspec.to_builtins(form)
    return stored


def check_complete(form: Form) -> None:
    """Invalid where the form cannot be filled in yet, with the field named."""
    if not form.title.strip():
        raise Invalid("error.rubric.title", field="title")
    if not form.items:
        raise Invalid("error.rubric.empty", field="items")
    for index, item in enumerate(form.items):
        if not item.title.strip():
            raise Invalid("error.rubric.item_title", field=f"items.{index}.title", n=index + 1)
        if item.scale == "levels" and len(item.grades) < 2:
            raise Invalid("error.rubric.levels", field=f"items.{index}.scale", n=index + 1)
        if any(not grade.label.strip() for grade in item.grades):
            raise Invalid("error.rubric.grade", field=f"items.{index}.scale", n=index + 1)
        adds = form.total == "sum" and item.scale == "levels"
        if adds and any(grade.low is None for grade in item.grades):
            raise Invalid("error.rubric.no_points", field=f"items.{index}.scale", n=index + 1)
    if form.total == "sum" and not form.most:
        raise Invalid("error.rubric.no_sum", field="total")


def checked_answers(form: Form, answers: Answers, duration: float) -> dict[str, Any]:
    """Answers as they are stored, perhaps unfinished; seconds within `duration`. Invalid."""
    _text(answers.overall, "overall", LONGEST_REMARK)
    for item_id, answer in answers.items.items():
        item, field = form.item(item_id), f"items.{item_id}"
        if item is None:
            raise Invalid("error.form.choice", field=field)
        _text(answer.remark, field, LONGEST_REMARK)
        at = answer.at
        if at is not None and not (math.isfinite(at) and 0 <= at <= duration + 1):
            raise Invalid("error.comment.second", field=field)
        if answer.value is not None and not _is_choice(item, answer.value):
            raise Invalid("error.rubric.value", field=field, title=item.title)
    stored: dict[str, Any] = msgspec.to_builtins(answers)
    return stored


def check_answered(form: Form, answers: Answers) -> None:
    """Invalid where an item that is to be scored was not."""
    for item in form.items:
        answer = answers.items.get(item.id, Answer())
        if item.scored and answer.value is None:
            raise Invalid("error.rubric.unanswered", field=f"items.{item.id}", title=item.title)


def sum_of(form: Form, answers: Answers) -> float | None:
    """The form's own sum; None where it defines none."""
    if form.total != "sum":
        return None
    found = 0.0
    for item in form.items:
        answer = answers.items.get(item.id)
        if answer and answer.value is not None:
            found += (item.points(answer.value) or 0.0) * item.weight
    return round(found, 2)


def _is_choice(item: Item, value: float) -> bool:
    if not math.isfinite(value):
        return False
    if item.scale == "levels":
        return value == int(value) and 0 <= value < len(item.grades)
    if item.scale == "words" or not item.low <= value <= item.high:
        return False
    steps = (value - item.low) / item.step
    return abs(steps - round(steps)) < 1e-6


def _check_item(item: Item, field: str) -> None:
    if not (item.id.isascii() and item.id.isalnum() and len(item.id) <= 24):
        raise Invalid("error.form.choice", field=field)
    _text(item.title, f"{field}.title", LONGEST_TITLE)
    _text(item.hint, f"{field}.hint", LONGEST_HINT)
    if not _within([item.weight], 0, 100):
        raise Invalid("error.form.number", field=f"{field}.weight", low=0, high=100)
    if not _within([item.low, item.high], 0, MOST_POINTS) or item.low >= item.high:
        raise Invalid("error.rubric.range", field=f"{field}.high", n=MOST_POINTS)
    fine = math.isfinite(item.step) and item.step > 0
    if not fine or (item.high - item.low) / item.step > MOST_STEPS:
        raise Invalid("error.rubric.step", field=f"{field}.step", n=MOST_STEPS)
    if len(item.grades) > MOST_GRADES:
        raise Invalid("error.rubric.grades", field=f"{field}.scale", n=MOST_GRADES)
    for grade in item.grades:
        _text(grade.label, f"{field}.scale", LONGEST_TITLE)
        _text(grade.hint, f"{field}.scale", LONGEST_HINT)
    if item.scale == "points":
        _check_bands(item, field)
    elif not _within((g.low for g in item.grades if g.low is not None), 0, MOST_POINTS):
        raise Invalid("error.rubric.range", field=f"{field}.scale", n=MOST_POINTS)


def _check_bands(item: Item, field: str) -> None:
    """Bands lie inside the scale and do not overlap."""
    bands = []
    for grade in item.grades:
        low, high = grade.low, grade.high
        if low is None or high is None or not _within([low, high], item.low, item.high):
            raise Invalid("error.rubric.band", field=f"{field}.scale")
        if low > high:
            raise Invalid("error.rubric.band", field=f"{field}.scale")
        bands.append((low, high))
    bands.sort()
    if any(after[0] <= before[1] for before, after in pairwise(bands)):
        raise Invalid("error.rubric.band", field=f"{field}.scale")


def _within(numbers: Iterable[float], low: float, high: float) -> bool:
    return all(math.isfinite(number) and low <= number <= high for number in numbers)


def _text(text: str, field: str, limit: int) -> None:
    if len(text) > limit:
        raise Invalid("error.form.too_long", field=field, limit=limit)
    if any(ord(char) < 32 and char not in "\n\t" for char in text):
        raise Invalid("error.form.text", field=field)
