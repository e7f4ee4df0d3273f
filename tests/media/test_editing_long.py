"""Editions of what is long: a real lecture, and a thousand operations."""

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from media.edit_list import ORIGINAL
from media.edit_rules import Rules
from media.editing import make_edition
from media.importer import import_file
from media.layout import Manifest
from media.operations import Cut, Hide, Mute, plan_of
from tests.media.edited import RATE, heard, original_sound, shown, telling_recording
from tests.media.test_editing import assert_heard, assert_no_byte_of_cuts, assert_true

pytestmark = pytest.mark.long

LECTURE = Path(os.environ.get("JIANGTAI_MATERIAL", "")) / "media" / "lecture" / "physicsworks.webm"
CUTS = ((0, 4.4), (30.2, 41.7), (41.9, 50), (90.01, 91.99), (150, 153.3), (199, 203.3))


@pytest.mark.skipif(not LECTURE.is_file(), reason="no lecture to edit")
def test_a_lecture_is_edited_and_most_of_it_stays(tmp_path: Path) -> None:
    original = tmp_path / "lecture"
    import_file(LECTURE, original)
    manifest = Manifest.load(original)
    operations = [*(Cut(*cut) for cut in CUTS), Mute("", 60, 70), Hide("", "blur", 100, 110)]
    rules = Rules(plan_of(operations, manifest))
    made = make_edition(original, tmp_path / "1", rules.plan)
    sound, before = heard(tmp_path / "1", original, made), original_sound(original)
    assert len(sound) / RATE == pytest.approx(rules.edits.duration, abs=0.1)
    for at in np.arange(0.1, rules.edits.duration - 1, 1.37):
        second = rules.edits.to_original(float(at))
        here = sound[round(at * RATE) : round(at * RATE) + 4800]
        there = before[round(second * RATE) : round(second * RATE) + 4800]
        if 59.9 < second < 70:
            assert not 60 < second < 69.8 or np.abs(here).max() < 0.003
        elif all(not start - 0.2 < second < end for start, end in rules.edits.cuts):
            assert np.corrcoef(here, there)[0, 1] > 0.9 or np.abs(there).max() < 0.01, at
    times = [at for at, _ in shown(tmp_path / "1", original, made)]
    assert not [(a, b) for a, b in pairwise(times) if not 0 < b - a < 0.3]
    parts = [p for runs in made.runs.values() for run in runs for x in run.pieces for p in x.parts]
    stays = sum(part.size for part in parts if part.file.startswith(ORIGINAL))
    assert stays > 0.5 * sum(part.size for part in parts)
    assert_no_byte_of_cuts(original, made, rules)


def test_a_thousand_operations_join_as_few_do(tmp_path: Path) -> None:
    original = telling_recording(tmp_path / "one", 160.0, bf="3")
    cuts = [Cut(n * 1.6 + 0.3, n * 1.6 + 0.7) for n in range(98)]
    mutes = [Mute("", 1 + n / 100, 1.005 + n / 100) for n in range(902)]
    rules = Rules(plan_of([*cuts, *mutes], Manifest.load(original)))
    assert len(rules.edits.cuts) == 98
    made = make_edition(original, tmp_path / "1", rules.plan)
    assert_true(rules, shown(tmp_path / "1", original, made))
    later = Rules(plan_of(cuts, Manifest.load(original)))
    again = make_edition(original, tmp_path / "2", later.plan)
    assert_heard(later, heard(tmp_path / "2", original, again), original_sound(original))
