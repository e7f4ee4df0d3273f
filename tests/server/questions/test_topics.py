"""Frequent words: Chinese words, English stems, and the way back to every place."""

from server.questions.topics import Said, topics


def said(text: str, source: str = "a", at: float | None = None) -> Said:
    return Said(text, "said", source, source, f"/{source}?t={at}", at)


def test_words_are_counted_and_lead_back() -> None:
    texts = [
        said("网格员入户走访", "a", 3.0),
        said("走访的时候，网格员要记录走访", "b", 7.0),
        said("我们的网格员", "b", 9.0),
    ]
    found = {topic.word: topic for topic in topics(texts)}
    visits = found["走访"]
    assert (visits.times, visits.sources) == (3, 2)
    assert [place.at for place in visits.places] == [3.0, 7.0]
    assert "时候" not in found
    assert "我们" not in found


def test_english_is_counted_by_stems_without_stop_words() -> None:
    found = topics([said("The platforms are the platform of 2026, aren't they?"), said("platform")])
    assert [(topic.word, topic.times) for topic in found] == [("platform", 3)]


def test_the_most_frequent_come_first_and_single_words_not_at_all() -> None:
    texts = [said("调解 调解 调解"), said("协商 协商"), said("法庭")]
    assert [topic.word for topic in topics(texts)] == ["调解", "协商"]
    assert topics([]) == []
    assert len(topics(texts, most=1)) == 1
