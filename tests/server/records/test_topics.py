"""The map: what is one topic, what supports it, what is weak, and where one goes on."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from server.records.topics import (
    Answered,
    Graph,
    Learner,
    Said,
    Taught,
    Topic,
    graph_of,
    place_of,
    points_of,
    steps,
)

DAY = datetime(2026, 11, 2, 14, tzinfo=UTC)


def taught(number: int, title: str, **more: object) -> Taught:
    return Taught(f"lesson{number}", "course", title, DAY + timedelta(days=number), **more)


GRID = taught(
    1, "网格化管理", points=("网格员", "采集信息", "网格化管理"),
    chapters=((0.0, "导入"), (60.0, "网格员是谁"), (200.0, "采集信息")), duration=300.0,
)  # fmt: skip
VISITS = taught(2, "入户走访", points=("网格员", "先听再谈"))


def topic(graph: Graph, title: str) -> Topic:
    (found,) = [one for one in graph.topics if one.title == title]
    return found


def test_a_point_of_two_lessons_is_one_topic_that_ties_them() -> None:
    graph = graph_of([VISITS, GRID], Learner())
    assert [one.title for one in graph.of_kind("lesson")] == ["网格化管理", "入户走访"]
    shared = topic(graph, "网格员")
    assert shared.lesson_ids == ("lesson1", "lesson2")
    assert sorted(edge for edge in graph.edges if edge[1] == shared.id) == [
        ("l1", shared.id),
        ("l2", shared.id),
    ]
    assert "网格化管理" not in [one.title for one in graph.of_kind("point")], "no point of itself"


def test_who_came_and_answered_is_supported_in_these_ways() -> None:
    learner = Learner(
        status={"lesson1": "late"},
        answers={"lesson1": [Answered("网格员采集信息吗？", 210.0, True)]},
        said={"lesson1": [Said("我们街道也这样", 70.0)]},
    )
    graph = graph_of([GRID], learner)
    assert topic(graph, "网格化管理").ways == ("attended", "answered", "discussed")
    assert topic(graph, "采集信息").ways == ("attended", "answered")
    assert topic(graph, "网格员").ways == ("attended", "answered", "discussed"), "by its chapter"
    assert not steps(graph)


def test_a_missed_lesson_is_made_up_for_by_its_recording() -> None:
    missed = graph_of([GRID], Learner(status={"lesson1": "absent"}))
    assert [(spot.kind, spot.at) for _, spot in steps(missed)] == [("missed", 0.0)]
    assert topic(missed, "采集信息").next.at == 200.0, "where its chapter begins"

    begun = Learner(
        status={"lesson1": "absent"},
        watched={"lesson1": ((0.0, 100.0), (150.0, 160.0))},
        share={"lesson1": 0.37},
    )
    assert [(spot.kind, spot.at) for _, spot in steps(graph_of([GRID], begun))] == [
        ("unfinished", 100.0)
    ]

    seen = Learner(
        status={"lesson1": "absent"}, watched={"lesson1": ((0.0, 290.0),)}, share={"lesson1": 0.97}
    )
    graph = graph_of([GRID], seen)
    assert not steps(graph)
    assert topic(graph, "网格化管理").ways == ("watched",)


def test_who_came_to_one_of_two_sittings_missed_nothing() -> None:
    again = taught(9, "网格化管理 ", duration=300.0)
    graph = graph_of([GRID, again], Learner(status={"lesson1": "absent", "lesson9": "present"}))
    assert len(graph.of_kind("lesson")) == 1
    assert not topic(graph, "网格化管理").weak


def test_a_wrong_answer_leads_to_its_second_and_after_what_was_missed() -> None:
    learner = Learner(
        status={"lesson1": "present", "lesson2": "absent"},
        answers={"lesson1": [Answered("网格员是执法人员？", 90.0, False)]},
    )
    found = steps(graph_of([GRID, VISITS], learner))
    assert [(one.title, spot.kind, spot.at) for one, spot in found] == [
        ("入户走访", "missed", None),
        ("网格化管理", "wrong", 90.0),
    ]


def test_nobody_knows_who_was_at_a_lesson_without_evidence() -> None:
    assert not steps(graph_of([GRID, VISITS], Learner()))


def test_chapters_are_points_where_there_is_no_plan() -> None:
    lesson = taught(3, "调解", chapters=((0.0, "调解"), (10.0, "五步法")), duration=60.0)
    assert points_of(lesson) == ["五步法"]
    assert place_of(lesson, "五步法") == (10.0, 60.0)


STATUSES = st.sampled_from(["present", "late", "left_early", "absent", "excused", "recorded"])


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 3), STATUSES | st.none(), st.floats(0, 1)), max_size=8),
    st.randoms(),
)
def test_the_order_of_facts_changes_nothing(
    facts: list[tuple[int, str | None, float]], chance: object
) -> None:
    lessons = [taught(n, f"第{kind}课", points=(f"要点{kind}",)) for n, (kind, _, _) in
               enumerate(facts)]  # fmt: skip
    learner = Learner(
        status={f"lesson{n}": status for n, (_, status, _) in enumerate(facts) if status},
        share={f"lesson{n}": share for n, (_, _, share) in enumerate(facts)},
    )
    shuffled = list(lessons)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    graph = graph_of(lessons, learner)
    assert graph == graph_of(shuffled, learner)
    ids = [one.id for one in graph.topics]
    assert len(set(ids)) == len(ids)
    assert {end for edge in graph.edges for end in edge} <= set(ids)
    for one in graph.topics:
        assert (
            not (one.weak and "watched" in one.ways and one.kind == "lesson")
            or len(one.lesson_ids) > 1
        )
