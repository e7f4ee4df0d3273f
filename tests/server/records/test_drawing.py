"""The map on paper: nothing outside it, nothing on top of each other."""

from datetime import timedelta
from itertools import combinations

import pytest

from server.records.drawing import MOST, WIDTH, draw, width_of, wrapped
from server.records.topics import Learner, graph_of
from tests.server.records.test_topics import DAY, Taught


def many(lessons: int) -> list[Taught]:
    return [
        Taught(
            f"lesson{n}", "course", f"第{n}课：城市社区治理的理论与实践", DAY + timedelta(days=n),
            points=tuple(f"要点{(n + k) % 9}的名字也不短 {k}" for k in range(n % 6)),
        )
        for n in range(lessons)
    ]  # fmt: skip


@pytest.mark.parametrize("lessons", [0, 1, 5, 40])
def test_topics_stand_apart_and_on_the_paper(lessons: int) -> None:
    drawn = draw(graph_of(many(lessons), Learner()))
    assert drawn.left_out == max(0, lessons - MOST)
    boxes = []
    for spot in drawn.spots:
        half = max([spot.r, *(width_of(text) * 13 / 2 for _, text in spot.label)])
        boxes.append((spot.x - half, spot.x + half, spot.y - spot.r, spot.label[-1][0] + 4))
    for left, right, top, bottom in boxes:
        assert left >= 0
        assert right <= WIDTH
        assert top >= 0
        assert bottom <= drawn.height
    for one, two in combinations(boxes, 2):
        beside = one[1] <= two[0] or two[1] <= one[0]
        assert beside or one[3] <= two[2] or two[3] <= one[2]


def test_labels_are_cut_where_a_line_may_end() -> None:
    assert wrapped("网格化管理", 8.5, 2) == ["网格化管理"]
    assert wrapped("网格员的四项职责与方法", 6, 2) == ["网格员的四项", "职责与方法"]
    assert wrapped("网格化管理的含义", 7, 2) == ["网格化管", "理的含义"], "no lonely last character"
    assert wrapped("Community self governance", 6, 2) == ["Community", "self…"]
    assert wrapped("一二三四五六七八九十一二三", 4, 2) == ["一二三四", "五六七…"]
