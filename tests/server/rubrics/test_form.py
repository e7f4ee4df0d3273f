"""Forms: what fits, what is refused, what is added up."""

from typing import Any

import msgspec
import pytest

from server.errors import Invalid
from server.rubrics.examples import EXAMPLES
from server.rubrics.form import (
    Answer,
    Answers,
    Form,
    Grade,
    Item,
    check_answered,
    check_complete,
    checked,
    checked_answers,
    load_form,
    sum_of,
)

FIVE = EXAMPLES["zh"]["five"]
TRIAL = EXAMPLES["zh"]["trial"]


def test_the_examples_can_be_filled_in_both_languages() -> None:
    assert EXAMPLES["zh"].keys() == EXAMPLES["en"].keys()
    for forms in EXAMPLES.values():
        for form in forms.values():
            check_complete(form)
            assert load_form(checked(form)) == form
    assert (FIVE.most, [item.title for item in FIVE.items]) == (
        100, ["现实针对性", "理论性", "信息量", "语言表达", "教风教态"],
    )  # fmt: skip
    assert TRIAL.total == "none"


def with_item(**changes: Any) -> Form:
    """A form of one item."""
    return Form("课", items=(msgspec.structs.replace(Item("a", "项"), **changes),))


@pytest.mark.parametrize(
    "form",
    [
        with_item(id="../x"), with_item(title="x" * 201), with_item(hint="bell \a"),
        with_item(low=5, high=5), with_item(high=float("inf")), with_item(step=0),
        with_item(step=0.001), with_item(weight=-1), with_item(weight=float("nan")),
        with_item(grades=(Grade("优", 10, 30),)), with_item(grades=(Grade("优", 10),)),
        with_item(grades=(Grade("优", 10, 20), Grade("良", 5, 10))),
        with_item(grades=tuple(Grade(str(n), n, n) for n in range(13))),
        Form("x" * 201), Form("课", language="xx"), Form("课", items=(Item("a"), Item("a"))),
        Form("课", items=tuple(Item(f"i{n}") for n in range(41))),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(form: Form) -> None:
    with pytest.raises(Invalid):
        checked(form)


@pytest.mark.parametrize(
    "form",
    [
        Form(""), Form("课"), with_item(title=" "), with_item(scale="levels"),
        with_item(grades=(Grade(" ", 1, 2),)),
        Form("课", total="sum", items=(Item("a", "项", scale="words"),)),
        Form("课", total="sum", items=(
            Item("a", "项", scale="levels", grades=(Grade("好"), Grade("差"))),)),
    ],
)  # fmt: skip
def test_an_unfinished_form_is_kept_but_not_published(form: Form) -> None:
    checked(form)
    with pytest.raises(Invalid):
        check_complete(form)


def test_answers_lie_on_the_scale_and_within_the_recording() -> None:
    for item_id, value in (
        ("f1", 21), ("f1", -1), ("f1", 1.5), ("f1", float("nan")), ("absent", 1),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            checked_answers(FIVE, Answers({item_id: Answer(value)}), 60)
    for answer in (Answer(3), Answer(0.5), Answer(-1), Answer(remark="x" * 2001), Answer(at=99)):
        with pytest.raises(Invalid):
            checked_answers(TRIAL, Answers({"t1": answer}), 60)
    half = Answers({"f1": Answer(18, "好", 12.5)})
    checked_answers(FIVE, half, 60)
    with pytest.raises(Invalid):
        check_answered(FIVE, half)
    check_answered(TRIAL, Answers({f"t{n}": Answer(2) for n in range(1, 8)}))


def test_a_sum_is_the_forms_own_with_its_weights() -> None:
    full = Answers({f"f{n}": Answer(15 + n) for n in range(1, 6)})
    assert sum_of(FIVE, full) == 90
    assert sum_of(TRIAL, Answers()) is None
    levels = Item("b", "级", scale="levels", weight=0.5, grades=(Grade("差", 2), Grade("好", 9)))
    form = Form("课", total="sum", items=(Item("a", "项", weight=2), levels))
    assert (form.most, sum_of(form, Answers({"a": Answer(7), "b": Answer(1)}))) == (44.5, 18.5)


def test_a_place_is_a_level_a_band_or_a_step() -> None:
    five = FIVE.items[0]
    assert [five.place(value) for value in (3, 12, 17, 20)] == [0, 1, 2, 3]
    assert msgspec.structs.replace(five, grades=five.grades[:2]).place(17) == 17
    assert TRIAL.items[0].place(2) == 2
