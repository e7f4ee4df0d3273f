"""What an edition leaves of words and pictures."""

from pathlib import Path

import pytest

from media.edit_rules import Rules, rules_in, save_plan
from media.operations import Hidden, Plan, Reword, Silence
from media.words import Segment

VTT = "WEBVTT\n\n00:05.000 --> 00:08.000\nkept\n\n00:12.000 --> 00:14.000\ncut\n"
PLAN = Plan(
    60.0,
    cuts=((10.0, 20.0),),
    silences=(Silence(30.0, 40.0, "an", "An"),),
    hidden=(Hidden(50.0, 55.0, "blur"),),
    captions={"en": VTT},
    rewords=(Reword(5.0, "put right"), Reword(45.0, "")),
)
RULES = Rules(PLAN)


def test_lines_that_reach_into_a_cut_are_gone_and_others_move() -> None:
    assert RULES.line(5.0, 9.0) == (5.0, 9.0)
    assert RULES.line(20.0, 25.0) == (10.0, 15.0)
    assert RULES.line(9.98, 10.03) == pytest.approx((9.98, 10.0))
    assert [
        RULES.line(*line) for line in ((9.0, 11.0), (12.0, 13.0), (19.0, 21.0), (15.0, 15.01))
    ] == [None] * 4


def test_lines_of_who_is_silenced_are_gone_and_of_nobody_else() -> None:
    assert RULES.line(31.0, 33.0, person="an") is None
    assert RULES.line(31.0, 33.0, name="An") is None
    assert RULES.line(31.0, 33.0) is None  # nobody knows who said it
    assert RULES.line(31.0, 33.0, person="bo", name="Bo") == (21.0, 23.0)
    assert RULES.line(41.0, 43.0, person="an") == (31.0, 33.0)


def test_words_are_put_right_or_taken_away() -> None:
    segments = [
        Segment(5.0, 8.0, "put wrong", (), "An"),
        Segment(12.0, 14.0, "cut", (), "An"),
        Segment(45.0, 47.0, "away", (), "An"),
        Segment(48.0, 49.0, "stays", (), "An"),
    ]
    assert [(s.start, s.text, s.speaker) for s in RULES.said(segments)] == [
        (5.0, "put right", "An"),
        (38.0, "stays", "An"),
    ]
    assert [cue.text for cue in RULES.captions("en") or ()] == ["put right"]
    assert RULES.captions("zh") is None


def test_pictures_of_hidden_stretches_are_not_shown() -> None:
    assert [RULES.pictured(s) for s in (5.0, 15.0, 50.0, 54.9, 55.0)] == [
        True, False, False, False, True
    ]  # fmt: skip


def test_the_rules_are_found_again_in_the_folder(tmp_path: Path) -> None:
    save_plan(PLAN, tmp_path)
    assert rules_in(tmp_path).plan == PLAN
