"""Punctuation comes from pauses, wording and the recogniser's own marks."""

import pytest

from media.punctuation import Marked, punctuated
from media.words import Word


def said(text: str, language: str = "zh") -> str:
    """`/` is a short pause, `|` a long one; other marks are the recogniser's own."""
    now, words = 0.0, []
    for piece in text if language == "zh" else text.replace(" ", "\n").split("\n"):
        if piece == "/":
            now += 0.3
        elif piece == "|":
            now += 1.0
        elif piece in ",?.，。？":
            words[-1] = Marked(words[-1].word, piece)
        else:
            bare = piece.rstrip(",?.")
            words.append(Marked(Word(now, now + 0.2, bare), piece[len(bare) :]))
            now += 0.2
    return punctuated(words, language)


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("大家好|今天我们学习网格化管理", "大家好。今天我们学习网格化管理。"),
        ("不是/网格员有四项职责", "不是，网格员有四项职责。"),
        ("网格员是不是执法人员", "网格员是不是执法人员？"),
        ("采光和噪音/是他们最担心的/对不对", "采光和噪音，是他们最担心的，对不对？"),
        ("你会怎么做,为什么?", "你会怎么做，为什么？"),
        ("群众遇到困难的时候最先找谁", "群众遇到困难的时候最先找谁？"),
        ("大家听懂了吗|好", "大家听懂了吗？好。"),
        ("先听听他们到底担心什么/再谈", "先听听他们到底担心什么，再谈。"),
        ("不管遇到什么困难/我们都要去", "不管遇到什么困难，我们都要去。"),
        ("这是今天的重点", "这是今天的重点。"),
    ],
)
def test_chinese(heard: str, written: str):
    assert said(heard) == written


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("so my fellow Americans, ask not", "So my fellow Americans, ask not."),
        ("what is a grid", "What is a grid?"),
        ("this is the grid. do you see it.", "This is the grid. Do you see it?"),
        ("that is enough, right", "That is enough, right?"),
        ("when we lose it is a close game", "When we lose it is a close game."),
    ],
)
def test_english(heard: str, written: str):
    assert said(heard, "en") == written


def test_no_words_no_marks():
    assert punctuated([], "zh") == ""


def test_latin_words_stand_apart_and_han_do_not():
    words = [
        Marked(Word(i, i + 1.0, text))
        for i, text in enumerate(["用", "Open", "CV", "看", "8", "月"])
    ]
    assert punctuated(words, "zh") == "用Open CV看8月。"
