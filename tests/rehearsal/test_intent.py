"""What was meant to be so is neither counted nor asked about."""

from dataclasses import replace

from rehearsal.findings import place_of
from rehearsal.intent import meant
from rehearsal.measures import fillers, pauses, repetition
from rehearsal.report import build_report
from rehearsal.take import Intent
from tests.rehearsal.makers import segment, take

TAKE = take(segment("我们看社区", 0, 1), segment("网格员", 5, 6), segment("结束", 8, 9))


def test_an_intentional_pause_is_left_out_and_the_next_one_counts() -> None:
    before, after = (
        pauses.measure(given)
        for given in (TAKE, replace(TAKE, intentional=(Intent("pauses", 1.0, 5.0),)))
    )
    assert before is not None
    assert after is not None
    assert (before.parts["very_long"], after.parts["very_long"]) == (1, 0)
    assert "intentional" not in before.parts
    assert after.parts["intentional"] == 1
    assert "intentional" in after.excluded
    assert [(round(c.start), round(c.end)) for c in after.clips] == [(6, 8)]


def test_fillers_and_repeats_can_be_meant() -> None:
    said = take(segment("嗯我们学习我们学习网格", 0, 5))
    for measure, kind in ((fillers.measure, "fillers"), (repetition.measure, "repetition")):
        found = measure(said)
        assert found is not None
        clip = found.clips[0]
        without = measure(replace(said, intentional=(Intent(kind, clip.start, clip.end),)))
        assert without is not None
        assert clip not in without.clips
        assert without.parts["intentional"] == 1


def test_a_mark_holds_for_its_kind_and_about_its_place() -> None:
    given = replace(TAKE, intentional=(Intent("pauses", 1.0, 5.0), Intent("finding.x", 0, 0)))
    assert meant(given, "pauses", 1.02, 4.9)
    assert not meant(given, "pauses", 4.0, 8.0)
    assert not meant(given, "fillers", 1.0, 5.0)
    assert meant(given, "finding.x", 0.0, 0.0)


def test_the_next_finding_moves_up() -> None:
    before = build_report(TAKE).findings
    assert len(before) >= 2
    after = build_report(replace(TAKE, intentional=(Intent(*place_of(before[0])),))).findings
    assert after[0] == before[1]
