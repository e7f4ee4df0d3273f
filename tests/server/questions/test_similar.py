"""Questions that may be one."""

from server.questions.similar import similar


def test_the_same_in_other_words_is_found_and_others_are_not() -> None:
    texts = [
        "入户走访时居民不开门怎么办？",
        "共同富裕和平均主义有什么区别？",
        "居民不开门，入户走访怎么办",
        "How do we keep data private?",
        "",
    ]
    assert [(pair.first, pair.second) for pair in similar(texts)] == [(0, 2)]
    assert similar([]) == []
    assert similar(["", ""]) == []
