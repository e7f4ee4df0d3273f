"""A text cut into words."""

import rjieba

from rehearsal.text import split_units


def words_of(text: str, language: str) -> list[str]:
    """`text` cut into words: by jieba for Chinese, at spaces for English."""
    units = split_units(text)
    if language == "en":
        return units
    words: list[str] = []
    for word in rjieba.cut(text):
        words += ["".join(split_units(word))] if split_units(word) else []
    return words
