"""The body of a plan: bounds that name the field, and the way to the measures and back."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.plan import MAX_ENTRIES, MAX_SEGMENTS, MAX_TEXT, plan_from_yaml, plan_to_yaml
from server.courses.plan import PlanBody, checked, minutes_of, to_body, to_plan
from server.errors import Invalid
from tests.server.courses.making import body


def stored(**changes: Any) -> dict[str, Any]:
    return checked(msgspec.convert(body(**changes), PlanBody))


def segment(**changes: Any) -> list[dict[str, Any]]:
    return [{"title": "导入", "minutes": 5}, {"title": "概念", "minutes": 5, **changes}]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"segments": segment(minutes=-1)}, "segments.1.minutes"),
        ({"segments": segment(minutes=0)}, "segments.1.minutes"),
        ({"segments": segment(minutes=600.5)}, "segments.1.minutes"),
        ({"segments": segment(minutes=float("inf"))}, "segments.1.minutes"),
        ({"segments": segment(minutes=float("nan"))}, "segments.1.minutes"),
        ({"segments": segment(first_slide=0)}, "segments.1.first_slide"),
        ({"segments": segment(questions=["长" * (MAX_TEXT + 1)])}, "segments.1.questions"),
        ({"segments": segment(key_points=["点"] * (MAX_ENTRIES + 1))}, "segments.1.key_points"),
        ({"segments": segment(title="长" * 201)}, "segments.1.title"),
        ({"segments": segment() * MAX_SEGMENTS}, "segments"),
        ({"title": "长" * 201}, "title"),
        ({"aims": ["长" * (MAX_TEXT + 1)]}, "aims"),
        ({"glossary": ["词"] * (MAX_ENTRIES + 1)}, "glossary"),
        ({"language": "fr"}, "language"),
    ],
)
def test_what_is_out_of_bounds_is_named(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(Invalid) as refused:
        stored(**changes)
    assert refused.value.field == place


def test_lines_are_trimmed_and_empty_ones_dropped() -> None:
    kept = stored(title="  网格\n化 ", aims=[" 理解 ", "", "  ", "\u200b", "会用\x00"])
    assert kept["title"] == "网格 化"
    assert kept["aims"] == ["理解", "会用"]


def test_an_unfinished_draft_may_be_kept() -> None:
    assert stored(title="", segments=[])["segments"] == []


def test_a_stored_body_becomes_the_plan_the_measures_read() -> None:
    plan = to_plan(stored(), version=3)
    assert plan.version == 3
    assert plan.minutes == minutes_of(stored()) == 17.5
    assert plan.segments[0].questions == ("最先找谁？",)
    assert plan.segments[1].first_slide == 2


@given(
    st.lists(
        st.tuples(st.text("网格abc 化", min_size=1, max_size=9), st.floats(0.01, 600)),
        min_size=1,
        max_size=5,
    )
)
def test_yaml_and_back_is_the_same_plan(parts: list[tuple[str, float]]) -> None:
    segments = [{"title": f"第 {title}", "minutes": minutes} for title, minutes in parts]
    kept = stored(segments=segments)
    assert to_body(plan_from_yaml(plan_to_yaml(to_plan(kept)))) == kept
