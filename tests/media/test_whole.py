"""One file of a whole recording: nothing lost, sound and picture together, at their seconds."""

import os
from pathlib import Path

import av
import pytest

from media.finished_playlist import FinishedPlaylists
from media.importer import import_file
from media.layout import Manifest
from media.whole import WholeError, make_here, make_whole, runs_in
from tests.media.by_hand import Take
from tests.media.making import film
from tests.media.test_programme import sizes


def pictures(path: Path) -> list[tuple[float, int]]:
    """(second, grey) of every picture."""
    with av.open(str(path)) as container:
        return [
            (float(frame.time), int(frame.to_ndarray(format="gray").mean()))
            for frame in container.decode(video=0)
        ]


def sound_seconds(path: Path) -> float:
    with av.open(str(path)) as container:
        return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))


async def test_a_recording_becomes_one_file_without_encoding(tmp_path: Path) -> None:
    source = film(tmp_path / "lesson.mp4", "libx264", 6)
    import_file(source, tmp_path / "recording")
    told: list[float] = []
    await make_whole(tmp_path / "recording", tmp_path / "whole.mp4", progress=told.append)
    before, after = pictures(source), pictures(tmp_path / "whole.mp4")
    assert [grey for _, grey in after] == [grey for _, grey in before]
    assert [at for at, _ in after] == pytest.approx([at for at, _ in before], abs=0.03)
    assert sound_seconds(tmp_path / "whole.mp4") == pytest.approx(6, abs=0.1)
    assert told
    assert told == sorted(told)
    assert not [path for path in os.listdir(tmp_path) if path.endswith(".part")]


async def test_the_sound_alone(tmp_path: Path) -> None:
    import_file(film(tmp_path / "lesson.mp4", "libx264", 4), tmp_path / "recording")
    await make_whole(tmp_path / "recording", tmp_path / "voice.m4a", picture=False)
    with av.open(str(tmp_path / "voice.m4a")) as container:
        assert [stream.type for stream in container.streams] == ["audio"]
    assert sound_seconds(tmp_path / "voice.m4a") == pytest.approx(4, abs=0.1)


async def test_pictures_of_several_shapes_become_one(tmp_path: Path) -> None:
    """A class whose focus changed: two sizes, one film in the size of the first."""
    folder = tmp_path / "recording"
    folder.mkdir()
    take = Take(folder, mixed=True)
    take.play(3, "audio", "camera", speakers=2, person="anna")
    take.play(3, "audio", "camera", speakers=2, person="bo", large_from=0)
    take.finish()
    seen = sizes(folder)
    assert len(set(seen)) == 2
    await make_here(FinishedPlaylists(folder), tmp_path / "whole.mp4", True, lambda share: None)
    with av.open(str(tmp_path / "whole.mp4")) as container:
        shapes = {(frame.width, frame.height) for frame in container.decode(video=0)}
    assert shapes == {seen[0]}
    lasts = Manifest.load(folder).spans[-1]
    end = lasts.media_start + (lasts.duration or 0)
    assert pictures(tmp_path / "whole.mp4")[-1][0] == pytest.approx(end, abs=1.0)
    assert sound_seconds(tmp_path / "whole.mp4") == pytest.approx(end, abs=0.3)


async def test_a_recording_without_media_is_refused(tmp_path: Path) -> None:
    (tmp_path / "recording").mkdir()
    with pytest.raises(WholeError):
        await make_whole(tmp_path / "recording", tmp_path / "whole.mp4")
    assert not (tmp_path / "whole.mp4").exists()


def test_runs_are_read_from_a_playlist() -> None:
    text = (
        '#EXTM3U\n#EXT-X-MAP:URI="camera/0.mp4"\n#EXTINF:2.0,\ncamera/1.mp4\n#EXTINF:1.5,\n'
        'camera/2.mp4\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="camera/3.mp4"\n#EXTINF:4,\ncamera/4.mp4\n'
    )
    first, second = runs_in(text)
    assert (first.init, first.start, first.seconds, first.pieces) == (
        "camera/0.mp4", 0.0, 3.5, ["camera/1.mp4", "camera/2.mp4"],
    )  # fmt: skip
    assert (second.start, second.pieces) == (3.5, ["camera/4.mp4"])
