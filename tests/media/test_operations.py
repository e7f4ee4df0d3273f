"""What people ask for is checked, and put together to what is carried out."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.layout import Manifest, Shown, Span
from media.operations import (
    FRAME_S,
    MOST,
    SLIVER_S,
    BadEdit,
    Captions,
    Cut,
    Hide,
    Mute,
    Operation,
    Reword,
    Trim,
    plan_of,
    without,
)

PEOPLE = {"an": "An", "bo": "Bo"}


def manifest(*spans: tuple[float, float]) -> Manifest:
    """Spans of the take [start, end); by default one of a minute."""
    found, media = [], 0.0
    for number, (start, end) in enumerate(spans or ((0.0, 60.0),), 1):
        found.append(Span(number, media, start, end - start))
        media += end - start
    return Manifest(0.0, ended=True, duration=found[-1].take_end, spans=found)


def test_cuts_that_overlap_are_one_on_the_grid_of_the_voice() -> None:
    plan = plan_of([Cut(10, 20), Cut(15, 25.5), Cut(25.8, 30), Trim(1.0, 50)], manifest())
    assert len(plan.cuts) == 3
    for (start, end), asked in zip(plan.cuts, [(0, 1), (10, 30), (50, 60)], strict=True):
        assert asked[0] - FRAME_S <= start <= asked[0]
        assert asked[1] <= end <= asked[1] + FRAME_S
        for edge in (start, end):
            assert edge == 60 or edge / FRAME_S == pytest.approx(round(edge / FRAME_S), abs=1e-4)


def test_slivers_at_the_edges_of_spans_go_too() -> None:
    plan = plan_of([Cut(20.3, 29.8)], manifest((0, 20), (20, 30), (40, 60)))
    assert plan.cuts == ((20, 30),)
    plan = plan_of([Cut(32, 38)], manifest((0, 30), (40, 60)))
    assert plan.cuts == ((32, 38),)  # where nothing was recorded there is no grid


@pytest.mark.parametrize(
    ("operation", "key"),
    [
        (Cut(5, 5), "edit.bad_stretch"),
        (Cut(7, 5), "edit.bad_stretch"),
        (Cut(-1, 5), "edit.bad_stretch"),
        (Cut(float("nan"), 5), "edit.bad_stretch"),
        (Cut(5, float("inf")), "edit.bad_stretch"),
        (Cut(60, 70), "edit.bad_stretch"),
        (Cut(0, 60), "edit.nothing_left"),
        (Cut(0, 59.5), "edit.nothing_left"),
        (Trim(30, 20), "edit.bad_stretch"),
        (Mute("eve"), "edit.unknown_person"),
        (Hide("eve"), "edit.unknown_person"),
        (Mute("an", 9, 3), "edit.bad_stretch"),
        (Captions("zh", "not captions"), "edit.bad_captions"),
        (Captions("zh", "x" * 400_000), "edit.too_long"),
        (Reword(-3, "x"), "edit.bad_stretch"),
        (Reword(3, "x" * 3000), "edit.too_long"),
    ],
)
def test_what_makes_no_sense_is_refused(operation: Operation, key: str) -> None:
    with pytest.raises(BadEdit) as refused:
        plan_of([Cut(1, 2), operation], manifest(), PEOPLE)
    assert refused.value.key == key
    assert refused.value.index == (None if key == "edit.nothing_left" else 1)


def test_a_thousand_operations_are_taken_and_not_one_more() -> None:
    cuts: Sequence[Operation] = [Cut(n * 3, n * 3 + 1) for n in range(MOST)]
    plan = plan_of(cuts, manifest((0, 3 * MOST)))
    assert len(plan.cuts) == MOST
    with pytest.raises(BadEdit, match="too_many"):
        plan_of([*cuts, Cut(1, 2)], manifest((0, 3 * MOST)))


def test_who_is_hidden_is_hidden_where_they_are_seen_and_a_little_around() -> None:
    whole = manifest()
    whole.shown = [Shown(0.0, "an"), Shown(20.0, "bo"), Shown(30.0, "an")]
    plan = plan_of([Hide("bo"), Hide("an", "slate", 25, 35)], whole, PEOPLE)
    assert [(h.start, h.end, h.how) for h in plan.hidden] == [
        (29, 35, "slate"),
        (19, 29, "blur"),
    ]
    unknown = plan_of([Hide("bo", "blur", 5, 9)], manifest(), PEOPLE)
    assert [(h.start, h.end) for h in unknown.hidden] == [(5, 9)]


def test_silences_say_whom_they_are_about() -> None:
    plan = plan_of([Mute("an", 3, 9), Mute("an", 8, 12), Mute("", 1, 2)], manifest(), PEOPLE)
    assert [(s.start, s.end, s.person, s.name) for s in plan.silences] == [
        (1, 2, "", ""),
        (3, 12, "an", "An"),
    ]


seconds = st.floats(0, 70)
cuts = st.lists(st.builds(Cut, seconds, seconds), max_size=12)


@given(cuts)
def test_whatever_is_asked_for_nothing_of_it_stays(asked: list[Cut]) -> None:
    spans = manifest((0, 21), (21, 34.5), (40, 60))
    try:
        plan = plan_of(asked, spans)
    except BadEdit:
        return
    for cut in asked:
        assert not without([(cut.start + 1e-5, min(cut.end, 60) - 1e-5)], plan.cuts)
    for (_, end), (start, _) in zip(plan.cuts, plan.cuts[1:], strict=False):
        assert start - end > SLIVER_S
