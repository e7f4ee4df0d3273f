"""An edition shows what was kept, at its second, and not a picture or a sound of what was cut."""

import io
import json
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image

from media.edit_list import ORIGINAL, EditList
from media.edit_rules import Rules
from media.editing import make_edition
from media.layout import Manifest
from media.operations import Cut, Hide, Mute, Operation, Trim, plan_of
from media.samples import Track
from tests.media.edited import (
    FPS,
    RATE,
    heard,
    levels,
    original_sound,
    shown,
    telling_recording,
)

KINDS = {
    "in order": {"bf": "0"},
    "B-frames": {"bf": "3"},
    "open groups": {"bf": "3", "x264-params": "open-gop=1:keyint=50"},
}
JOIN_S = 0.04


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original") / "one"
    return telling_recording(folder, 16.0, **KINDS["B-frames"])


@pytest.fixture(scope="module", params=KINDS)
def each(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original") / "one"
    return telling_recording(folder, 16.0, **KINDS[request.param])


def edited(
    original: Path, target: Path, *operations: Operation
) -> tuple[Rules, EditList, list[tuple[float, int]]]:
    plan = plan_of(operations, Manifest.load(original))
    made = make_edition(original, target, plan)
    return Rules(plan), made, shown(target, original, made)


def assert_true(rules: Rules, pictures: list[tuple[float, int]]) -> None:
    """Every picture is the one that the original shows then; none is missing."""
    edits = rules.edits
    for at, number in pictures:
        wanted = edits.to_original(at + 1e-3) * FPS
        assert -1.2 < wanted - number < 1.2, (at, number, wanted)
        assert edits.pieces(number / FPS, (number + 1) / FPS), (at, number)
    times = [at for at, _ in pictures]
    assert times[0] == pytest.approx(0, abs=1e-3)
    assert all(0 < b - a < JOIN_S + 1e-3 for a, b in pairwise(times))
    assert edits.duration - times[-1] < JOIN_S + 1e-3


def assert_heard(rules: Rules, sound: np.ndarray, original: np.ndarray) -> None:
    """Every 20 ms sound as in the original at the same second: to the sample."""
    for at in np.arange(0.03, rules.edits.duration - 0.05, 0.0173):
        second = rules.edits.to_original(float(at))
        if rules.edits.to_edition(second + 0.01) is None:
            continue
        here = sound[round(at * RATE) : round(at * RATE) + 480]
        there = original[round(second * RATE) : round(second * RATE) + 480]
        likeness = float(np.corrcoef(here, there)[0, 1])
        assert likeness > 0.7, (at, second, likeness)  # beside a join it was encoded twice


def test_cuts_anywhere_join_pictures_and_sound(each: Path, tmp_path: Path) -> None:
    original = each
    rules, made, pictures = edited(
        original, tmp_path / "1", Cut(3.21, 5.67), Cut(7.01, 9.99), Trim(0.77, 15.1)
    )
    assert rules.edits.duration == pytest.approx(16 - 0.77 - 0.9 - 2.46 - 2.98, abs=0.2)
    assert_true(rules, pictures)
    assert_heard(rules, heard(tmp_path / "1", original, made), original_sound(original))
    assert len(made.runs["camera"]) == len(made.runs["voice"])
    for camera, voice in zip(made.runs["camera"], made.runs["voice"], strict=True):
        assert abs(camera.begin - voice.begin) < JOIN_S
        assert abs((camera.begin - camera.since) - (voice.begin - voice.since)) < 0.001
    assert_no_byte_of_cuts(original, made, rules)


def assert_no_byte_of_cuts(original: Path, made: EditList, rules: Rules) -> None:
    """Of the original's files nothing is named that was cut out; and most of it is not new."""
    stays = new = 0
    for runs in made.runs.values():
        for part in (part for run in runs for piece in run.pieces for part in piece.parts):
            if not part.file.startswith(ORIGINAL):
                new += part.size
                continue
            stays += part.size
            track = Track(original / part.file.removeprefix(ORIGINAL))
            for sample in track.samples:
                if part.offset <= sample.offset < part.offset + part.size:
                    start = track.second(sample.shown)
                    end = start + track.second(sample.duration)
                    assert rules.edits.pieces(start, end) or start < 0, (part, start)
    assert stays > new


def test_who_is_silenced_is_not_heard_and_all_else_is(original: Path, tmp_path: Path) -> None:
    rules, made, pictures = edited(original, tmp_path / "1", Mute("", 4.0, 6.5), Cut(9.0, 12.0))
    assert_true(rules, pictures)
    sound, before = heard(tmp_path / "1", original, made), original_sound(original)
    loud = levels(before, [2.0, 4.0, 5.0, 6.47, 6.52, 8.0])
    assert min(loud) > 0.05
    still = levels(sound, [2.0, 4.0, 5.0, 6.47, 6.52, 8.0])
    assert still[0] == pytest.approx(loud[0], rel=0.1)
    assert max(still[1:4]) < 0.002
    assert still[4:] == pytest.approx(loud[4:], rel=0.1)
    assert len(made.runs["voice"]) == len(made.runs["camera"])


@pytest.mark.parametrize("how", ["blur", "slate"])
def test_what_is_hidden_cannot_be_read_and_all_else_can(
    original: Path, tmp_path: Path, how: Literal["blur", "slate"]
) -> None:
    rules, made, pictures = edited(
        original, tmp_path / "1", Hide("", how, 3.3, 6.6), Cut(5.0, 9.3), Hide("", how, 12.0, 12.7)
    )
    hidden = [number for at, number in pictures if not rules.pictured(rules.edits.to_original(at))]
    assert hidden
    assert set(hidden) == {-1 if how == "blur" else 0}
    seen = [(at, number) for at, number in pictures if number > 0]
    assert len(seen) > 0.9 * FPS * (3.3 + 2.7 + 3.3)
    for at, number in seen:
        assert abs(rules.edits.to_original(at + 1e-3) * FPS - number) < 1.2
        assert rules.pictured(number / FPS) or rules.pictured((number + 1.5) / FPS)
    for run in made.runs["camera"]:
        for part in (part for piece in run.pieces for part in piece.parts):
            if part.file.startswith(ORIGINAL):
                track = Track(original / part.file.removeprefix(ORIGINAL))
                inside = [
                    s for s in track.samples if part.offset <= s.offset < part.offset + part.size
                ]
                assert all(rules.pictured(track.second(s.shown) + 0.03) for s in inside)


def test_another_codec_stays_what_it_is(tmp_path: Path) -> None:
    original = telling_recording(tmp_path / "one", 8.0, codec="libvpx-vp9", name="film.webm")
    assert Manifest.load(original).codecs["camera"] == "vp9"
    rules, _, pictures = edited(original, tmp_path / "1", Cut(1.5, 3.3))
    assert_true(rules, pictures)
    assert 'CODECS="vp09.' in (tmp_path / "1" / "index.m3u8").read_text()


def test_small_pictures_show_nothing_that_is_hidden_or_cut(original: Path, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    shutil.copytree(original, folder)
    (folder / "thumbs").mkdir()
    (folder / "thumbs.json").write_text('{"seconds": [0, 3, 4, 7, 8, 14]}')
    for second in (0, 3, 4, 7, 8, 14):
        (folder / "thumbs" / f"{second:05}.jpg").write_bytes(b"the original's")
    rules, _, _ = edited(folder, tmp_path / "1", Cut(3.5, 5.5), Hide("", "slate", 7.5, 9))
    kept = json.loads((tmp_path / "1" / "thumbs.json").read_text())["seconds"]
    assert kept == [int(rules.edits.to_edition(s) or 0) for s in (0, 3, 7, 8, 14)]
    for second in kept:
        data = (tmp_path / "1" / "thumbs" / f"{int(second):05}.jpg").read_bytes()
        if second == kept[-1]:
            assert data == b"the original's"  # nothing after it was touched
        elif second:  # the film begins in the dark
            picture = np.asarray(Image.open(io.BytesIO(data)).convert("L"))
            dark = picture.max() < 60
            assert dark == (second == kept[3]), second
