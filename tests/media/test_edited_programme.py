"""A class has a voice of many, and a picture that was somebody's: one person can be taken out."""

from pathlib import Path

import numpy as np
import pytest

from media.edit_rules import Rules
from media.editing import EditingError, make_edition
from media.layout import Manifest
from media.operations import Cut, Hide, Mute, plan_of
from media.sound import Samples
from media.track import EncodedFrame
from media.writing import Writing
from tests.media.by_hand import FPS, OPUS, pictures
from tests.media.edited import RATE, heard, run_bytes
from tests.media.publishing import OPUS_S, encoded_sound

PEOPLE = {"an": 440.0, "bo": 1000.0}
NAMES = {"an": "An", "bo": "Bo"}
BEGAN = {"an": 100.0, "bo": 102.0}
END = 112.0


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds: An from the first on, Bo from the third; Bo is in the picture from 6 to 9."""
    folder = tmp_path_factory.mktemp("lesson") / "one"
    programme = Writing(folder, lambda: None, mixed=True)
    own = {who: Writing(folder / "people" / who, lambda: None, voice=False) for who in PEOPLE}
    for writing, now in [(programme, 100.0), *((own[who], BEGAN[who]) for who in PEOPLE)]:
        writing.open()
        writing.start(now, 1_700_000_000.0 + now)
    for frame, source in sorted(_frames(), key=lambda found: found[0].time):
        programme.write(frame, source)
        programme.tick(frame.time)
        if frame.kind == "audio":
            own[frame.person].write(frame)
    for writing in (programme, *own.values()):
        writing.finish(END)
    return folder


def _frames() -> list[tuple[EncodedFrame, int]]:
    found = []
    for source, (who, hertz) in enumerate(PEOPLE.items()):
        tone = [bytes(packet) for packet in encoded_sound(1.0, hertz)]
        for n in range(round((END - BEGAN[who]) / OPUS_S)):
            at = BEGAN[who] + n * OPUS_S
            found.append((EncodedFrame("audio", OPUS, tone[n % 50], n, at, True, who), source))
    seen = pictures("H264")
    for n in range(round(12 * FPS)):
        at, key = 100.0 + n / FPS, n % FPS == 0
        who = "bo" if 6 <= n / FPS < 9 else "an"
        codec = type(OPUS)("H264", 90_000)
        found.append((EncodedFrame("camera", codec, seen[n % len(seen)], n, at, key, who), 0))
    return found


def loudness(sound: Samples, at: float, hertz: float) -> float:
    """How loud a tone is for 200 ms from second `at` on."""
    piece = sound[round(at * RATE) : round((at + 0.2) * RATE)]
    turning = np.exp(-2j * np.pi * hertz * np.arange(len(piece)) / RATE)
    return float(abs(np.mean(piece * turning)))


def test_one_person_is_taken_out_of_the_voice(lesson: Path, tmp_path: Path) -> None:
    plan = plan_of([Mute("bo", 4.0, 8.0), Cut(9.0, 10.0)], Manifest.load(lesson), NAMES)
    made = make_edition(lesson, tmp_path / "1", plan)
    sound = heard(tmp_path / "1", lesson, made)
    for at in (0.5, 3.0, 4.1, 5.5, 7.7, 8.2, 9.5):
        assert loudness(sound, at, PEOPLE["an"]) > 0.1, at
    for at in (3.0, 8.2, 9.5):
        assert loudness(sound, at, PEOPLE["bo"]) > 0.1, at
    for at in (0.5, 4.0, 5.5, 7.75):
        assert loudness(sound, at, PEOPLE["bo"]) < 0.002, at


def test_who_is_silenced_everywhere_leaves_alone_what_was_before(
    lesson: Path, tmp_path: Path
) -> None:
    plan = plan_of([Mute("bo")], Manifest.load(lesson), NAMES)
    made = make_edition(lesson, tmp_path / "1", plan)
    sound = heard(tmp_path / "1", lesson, made)
    assert max(loudness(sound, at, PEOPLE["bo"]) for at in np.arange(0.2, 11.5, 0.4)) < 0.002
    assert min(loudness(sound, at, PEOPLE["an"]) for at in np.arange(0.2, 11.5, 0.4)) > 0.1


def test_a_person_is_hidden_where_the_picture_is_theirs(lesson: Path, tmp_path: Path) -> None:
    manifest = Manifest.load(lesson)
    assert [shown.person for shown in manifest.shown] == ["an", "bo", "an"]
    assert [shown.at for shown in manifest.shown] == pytest.approx([0, 6, 9], abs=0.1)
    rules = Rules(plan_of([Hide("bo", "slate")], manifest, NAMES))
    (hidden,) = rules.plan.hidden
    assert (hidden.start, hidden.end) == pytest.approx((5, 10), abs=0.1)
    made = make_edition(lesson, tmp_path / "1", rules.plan)
    runs = [(run.begin, bool(run.init.file.startswith("original/"))) for run in made.runs["camera"]]
    assert runs[0] == (0.0, True)
    assert (pytest.approx(5, abs=0.1), False) in runs
    assert all(len(run_bytes(run, tmp_path / "1", lesson)) for run in made.runs["voice"])


def test_pictures_that_wait_to_be_prepared_are_not_edited(lesson: Path, tmp_path: Path) -> None:
    (lesson / "camera-009.mkv").touch()
    try:
        with pytest.raises(EditingError, match="not_prepared"):
            make_edition(lesson, tmp_path / "1", plan_of([Cut(1, 2)], Manifest.load(lesson)))
    finally:
        (lesson / "camera-009.mkv").unlink()
