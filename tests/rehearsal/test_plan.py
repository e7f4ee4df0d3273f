"""The YAML form of a plan: read back as written, and every mistake named."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.plan import (
    ACTIVITIES,
    MAX_BYTES,
    Plan,
    PlanError,
    PlanSegment,
    plan_from_yaml,
    plan_to_yaml,
)

GOOD = """
title: 网格化管理
aims: [理解网格化管理的含义]
glossary: [网格员, 2024]
segments:
  - title: 导入
    minutes: 2.5
    activity: question
    questions: [最先找谁]
    first_slide: 1
  - {title: 概念, minutes: 10}
"""


def test_reads_every_key() -> None:
    assert plan_from_yaml(GOOD) == Plan(
        "网格化管理",
        (
            PlanSegment("导入", 2.5, "question", (), ("最先找谁",), 1),
            PlanSegment("概念", 10),
        ),
        aims=("理解网格化管理的含义",),
        glossary=("网格员", "2024"),
    )


ONE = "title: A\nsegments:\n  - "
AFTER = "\nsegments: [{title: a, minutes: 1}]"
FIRST = "segments[1]"


@pytest.mark.parametrize(
    ("text", "key", "where"),
    [
        (ONE + "{title: a, minutes: -3}", "minutes_out_of_range", FIRST + ".minutes"),
        (ONE + "{title: a, minutes: 0}", "minutes_out_of_range", FIRST + ".minutes"),
        (ONE + "{title: a, minutes: 601}", "minutes_out_of_range", FIRST + ".minutes"),
        (ONE + "{title: a, minutes: .nan}", "minutes_out_of_range", FIRST + ".minutes"),
        (ONE + "{title: a, minutes: .inf}", "minutes_out_of_range", FIRST + ".minutes"),
        (ONE + "{title: a, minutes: true}", "minutes_not_a_number", FIRST + ".minutes"),
        (ONE + "{title: a, minutes: long}", "minutes_not_a_number", FIRST + ".minutes"),
        (ONE + "{title: a}", "missing", FIRST + ".minutes"),
        (ONE + "{minutes: 1}", "missing", FIRST + ".title"),
        (ONE + "{title: a, minutes: 1, activity: nap}", "activity_unknown", FIRST + ".activity"),
        (ONE + "{title: a, minutes: 1, activity: [x]}", "activity_unknown", FIRST + ".activity"),
        (ONE + "{title: a,minutes: 1,first_slide: 0}", "page_out_of_range", FIRST + ".first_slide"),
        (ONE + "{title: a, minutes: 1, colour: red}", "unknown_key", FIRST + ".colour"),
        (ONE + "{title: '', minutes: 1}", "empty_text", FIRST + ".title"),
        (ONE + "{title: {a: b}, minutes: 1}", "not_a_text", FIRST + ".title"),
        (ONE + "{title: a, minutes: 1, questions: why}", "not_a_list", FIRST + ".questions"),
        (ONE + "{title: a, minutes: 1, questions: [[]]}", "not_a_text", FIRST + ".questions[1]"),
        (ONE + "word", "not_a_mapping", "segments[1]"),
        ("title: A\nsegments: []", "segments_missing", "segments"),
        ("title: A", "segments_missing", "segments"),
        ("segments: [{title: a, minutes: 1}]", "missing", "title"),
        ("", "not_a_mapping", "plan"),
        ("- a", "not_a_mapping", "plan"),
        ("title: A\nlanguage: fr" + AFTER, "language_unknown", "language"),
        (f"title: {'长' * 2001}" + AFTER, "text_too_long", "title"),
        ("title: A\nsegments: [" + "{title: a}," * 101 + "]", "too_many_segments", "segments"),
        ("title: A\naims: [" + "a," * 201 + "]" + AFTER, "list_too_long", "aims"),
    ],
)  # fmt: skip
def test_names_the_mistake_and_its_field(text: str, key: str, where: str) -> None:
    with pytest.raises(PlanError) as caught:
        plan_from_yaml(text)
    assert (caught.value.key, caught.value.params["field"]) == (key, where)


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("title: A\nsegments: [", "not_yaml", 2),
        ("title: A\naims: !!python/object/apply:os.system [true]", "not_yaml", 2),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "alias", 2),
        ("title: \x00", "not_yaml", 1),
        ("? [a]\n: b", "not_yaml", 1),
        ("[" * 5000, "not_yaml", 1),
    ],
)
def test_names_the_line_of_broken_yaml(text: str, key: str, line: int) -> None:
    with pytest.raises(PlanError) as caught:
        plan_from_yaml(text)
    assert (caught.value.key, caught.value.params["line"]) == (key, line)


def test_refuses_a_plan_larger_than_its_limit() -> None:
    with pytest.raises(PlanError) as caught:
        plan_from_yaml("#" * (MAX_BYTES + 1))
    assert caught.value.key == "too_large"


texts = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12)
lists = st.lists(texts, max_size=4).map(tuple)
segments = st.builds(
    PlanSegment,
    title=texts,
    minutes=st.floats(0.01, 600),
    activity=st.sampled_from(ACTIVITIES),
    key_points=lists,
    questions=lists,
    first_slide=st.none() | st.integers(1, 500),
)
plans = st.builds(
    Plan,
    title=texts,
    segments=st.lists(segments, min_size=1, max_size=5).map(tuple),
    aims=lists,
    glossary=lists,
    language=st.sampled_from(["zh", "en"]),
)


@given(plans)
def test_a_plan_written_is_the_plan_read(plan: Plan) -> None:
    assert plan_from_yaml(plan_to_yaml(plan)) == plan


@given(st.text(max_size=200))
def test_any_text_is_a_plan_or_a_plan_error(text: str) -> None:
    with contextlib.suppress(PlanError):
        assert isinstance(plan_from_yaml(text), Plan)
