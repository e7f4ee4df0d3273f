"""`recording.json` maps between the take and the player, and survives a round trip."""

from pathlib import Path

import pytest

from media.layout import Gap, Manifest, Span

MANIFEST = Manifest(
    started=1_700_000_000.0,
    origin=5.0,
    duration=40.0,
    spans=[Span(1, 0.0, 0.5, 9.5), Span(2, 9.5, 30.0, 10.0)],
    gaps=[Gap(10.0, 30.0, "paused")],
    codecs={"camera": "H264", "audio": "opus"},
)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    MANIFEST.save(tmp_path)
    assert Manifest.load(tmp_path) == MANIFEST
    assert [path.name for path in tmp_path.iterdir()] == ["recording.json"]
    assert MANIFEST.kinds == ("audio", "camera")


@pytest.mark.parametrize(("take", "media"), [(0.5, 0.0), (5.0, 4.5), (30.0, 9.5), (35.0, 14.5)])
def test_seconds_map_both_ways(take: float, media: float) -> None:
    assert MANIFEST.to_media(take) == pytest.approx(media)
    assert MANIFEST.to_take(media) == pytest.approx(take)


def test_a_second_in_a_gap_is_where_playing_goes_on() -> None:
    assert MANIFEST.to_media(20.0) == pytest.approx(9.5)
    assert MANIFEST.to_media(0.0) == 0.0
    assert MANIFEST.to_media(99.0) == pytest.approx(19.5)
