"""Questions without question marks: one by one, and against people's labels."""

import csv
import json
import re
from pathlib import Path

import pytest

from rehearsal.asking import Question, questions
from rehearsal.text import Clause, clauses, split_units
from tests.rehearsal.makers import segment, take


def asked(*texts: str, language: str = "zh", gap: float = 1.0) -> list[Question]:
    told, at = [], 0.0
    for text in texts:
        length = 0.25 * len(split_units(text))
        told.append(segment(text, at, at + length))
        at += length + gap
    return questions(clauses(take(*told, language=language)), language)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("网格员是不是执法人员", "closed"),
        ("大家听明白了吗", "closed"),
        ("你们社区有没有网格员", "closed"),
        ("你会怎么做为什么", "open"),
        ("遇到困难的时候最先找谁", "open"),
        ("什么是网格化管理", "open"),
        ("采光和噪音是他们最担心的对不对", "tag"),
        ("这个很重要是吧", "tag"),
    ],
)
def test_chinese_kinds(text: str, kind: str) -> None:
    assert [question.kind for question in asked(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "今天我们学习网格化管理",
        "下面介绍什么是网格化管理",
        "没什么关系",
        "不管怎么说都要先听",
        "几乎每个社区都有",
        "听听他们到底担心什么",
        "那么我们开始",
        "不是网格员的主要职责有四项",
    ],
)
def test_chinese_statements(text: str) -> None:
    assert asked(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("why do people call the committee first", "open"),
        ("so what would you do", "open"),
        ("is a grid worker a police officer", "closed"),
        ("okay so can you see my arrow", "closed"),
        ("noise is what they worry about right", "tag"),
        ("it is four isn't it", "tag"),
    ],
)
def test_english_kinds(text: str, kind: str) -> None:
    assert [question.kind for question in asked(text, language="en")] == [kind]


@pytest.mark.parametrize("text", ["we look at a case", "have a good day", "this is why"])
def test_english_statements(text: str) -> None:
    assert asked(text, language="en") == []


def test_punctuation_is_no_evidence() -> None:
    assert asked("今天天气很好？") == []
    assert asked("it is raining?", language="en") == []
    assert [question.kind for question in asked("你会怎么做。")] == ["open"]


def test_two_clauses_in_one_breath_are_one_question() -> None:
    found = asked("如果你是网格员", "你会怎么做", "为什么", gap=0.35)
    assert [question.text for question in found] == ["如果你是网格员 你会怎么做 为什么"]
    assert found[0].higher


def test_a_tag_misheard_is_a_tag() -> None:
    assert [question.kind for question in asked("是他们最担心的对部队")] == ["tag"]


def test_an_invitation_and_a_long_wait_make_a_question_of_misheard_words() -> None:
    found = asked("大家先想一想", "群众最先找水", gap=0.35)
    assert found == []  # nobody waited
    told = [segment("大家先想一想", 0, 2), segment("群众最先找水", 2.2, 4), segment("好", 8, 9)]
    found = questions(clauses(take(*told)), "zh")
    assert [(question.kind, question.start, question.end) for question in found] == [("open", 0, 4)]


def test_a_tag_in_the_middle_ends_the_question_there() -> None:
    found = asked("他们最担心的对不对所以方案要调整")
    assert [(question.text, question.kind) for question in found] == [("他们最担心的对不对", "tag")]


def f1(pairs: list[tuple[bool, bool]]) -> float:
    both = sum(found and true for found, true in pairs)
    return 2 * both / (sum(found for found, _ in pairs) + sum(true for _, true in pairs))


def one(text: str) -> list[Clause]:
    return list(clauses(take(segment(text, 0, 5))))


def test_better_than_keywords_on_labelled_chinese(material: Path) -> None:
    with (material / "data/questions_zh_valid.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))[::4]
    pairs = [
        (
            any(questions(one(part), "zh") for part in row["utterance"].split()),
            row["dialogue_act"] == "question",
        )
        for row in rows
    ]
    assert f1(pairs) >= 0.69  # keywords: 0.66


def test_as_good_as_keywords_on_labelled_english(material: Path) -> None:
    said = [
        sentence
        for file in sorted((material / "data/amber").glob("*.json"))
        for turn in json.loads(file.read_text("utf-8"))
        for sentence in re.findall(r"[^.?!]+[.?!]+", turn["dialogue"])
    ]
    pairs = [(bool(questions(one(s), "en")), s.endswith("?")) for s in said if split_units(s)]
    assert f1(pairs) >= 0.67
