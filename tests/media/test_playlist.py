"""Playlists say exactly what lies in the files."""

import pytest

from media.fragments import Fragment
from media.playlist import Cutting, Part, Segment, master_playlist, media_playlist


def fragment(start: float, key: bool, offset: int) -> Fragment:
    return Fragment(offset, 100, start, start + 0.5, key)


def grown(seconds: int, keys_every: int) -> list[Fragment]:
    return [fragment(n / 2, n % keys_every == 0, 50 + n * 100) for n in range(seconds * 2)]


def segments(
    fragments: list[Fragment], least: float, duration: float | None = None
) -> list[Segment]:
    """What comes out where every fragment comes by itself."""
    cutting = Cutting(least)
    for fragment in fragments:
        cutting.take([fragment])
    if duration is not None:
        cutting.close(duration)
    return cutting.segments


def test_segments_begin_on_key_frames_and_cover_the_file() -> None:
    fragments = grown(12, keys_every=3)
    cut = segments(fragments, 2.0, duration=12.3)
    assert sum(segment.duration for segment in cut) == pytest.approx(12.3)
    assert sum(segment.size for segment in cut) == 2400
    keys = {f.offset for f in fragments if f.key}
    assert all(segment.offset in keys for segment in cut)
    assert all(segment.duration >= 2 for segment in cut[:-1])


def test_while_a_file_grows_the_last_segment_waits() -> None:
    fragments = grown(5, keys_every=4)
    assert [segment.duration for segment in segments(fragments, 2.0)] == [2.0, 2.0]
    assert segments([], 2.0) == []
    assert segments(fragments[:3], 2.0) == []


def test_the_first_segment_begins_at_zero_even_where_the_first_fragment_does_not() -> None:
    cut = segments([fragment(0.8, True, 50), fragment(3.0, True, 150)], 2.0, duration=5.0)
    assert [segment.duration for segment in cut] == [3.0, 2.0]


def test_a_media_playlist_names_init_segments_ranges_and_times() -> None:
    parts = [
        Part(
            "camera-001.mp4", 700, 1_700_000_000.0, (Segment(700, 50, 4.0), Segment(750, 60, 9.5))
        ),
        Part("camera-002.mp4", 710, 1_700_000_100.5, (Segment(710, 70, 2.0),)),
    ]
    text = media_playlist(parts, ended=True)
    assert text.startswith("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:10\n")
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert '#EXT-X-MAP:URI="camera-002.mp4",BYTERANGE="710@0"' in text
    assert "#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:24.000+00:00" in text
    assert "#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:15:00.500+00:00" in text
    assert "#EXTINF:9.50000,\n#EXT-X-BYTERANGE:60@750\ncamera-001.mp4" in text
    assert text.endswith("#EXT-X-ENDLIST\n")
    live = media_playlist(parts, ended=False)
    assert "PLAYLIST-TYPE:EVENT" in live
    assert "ENDLIST" not in live


def test_the_master_playlist_says_what_there_is() -> None:
    both = master_playlist("camera", "avc1.42e01f", 900_000, voice=True)
    assert 'CODECS="avc1.42e01f,mp4a.40.2",AUDIO="voice"\ncamera.m3u8' in both
    assert 'URI="voice.m3u8"' in both
    voice = master_playlist(None, "", 0, voice=True)
    assert voice.endswith('CODECS="mp4a.40.2"\nvoice.m3u8\n')
    assert master_playlist("screen", "avc1.42e01f", 1, voice=False).endswith("\nscreen.m3u8\n")
