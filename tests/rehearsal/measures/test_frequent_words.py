import pytest

from rehearsal.measures.frequent_words import measure
from rehearsal.plan import Plan, PlanSegment
from tests.rehearsal.makers import segment, take


def test_counts_content_words_only() -> None:
    result = measure(take(segment("社区的居民和社区的电梯还有我们的社区", 0, 9)))
    assert result is not None
    words = {entry["word"]: entry["count"] for entry in result.parts["words"]}
    assert words == {"社区": 3, "居民": 1, "电梯": 1}
    assert result.parts["words"][0]["log_odds"] is None


def test_english_words_of_one_stem_are_one() -> None:
    result = measure(take(segment("teachers teach and a teacher is teaching", 0, 9), language="en"))
    assert result is not None
    words = [(entry["word"], entry["count"]) for entry in result.parts["words"]]
    assert words == [("teachers", 2), ("teach", 2)]


def test_log_odds_tell_what_was_said_beyond_the_plan() -> None:
    plan = Plan("社区治理", (PlanSegment("社区", 5),))
    result = measure(take(segment("社区的电梯和电梯的社区", 0, 9), plan=plan))
    assert result is not None
    odds = {entry["word"]: entry["log_odds"] for entry in result.parts["words"]}
    assert odds["电梯"] > 0 > odds["社区"]
    assert odds["电梯"] == pytest.approx(2.0794, abs=0.6)


def test_nothing_to_count() -> None:
    assert measure(take(duration=9)) is None
    assert measure(take(segment("的了吗", 0, 1))) is None
