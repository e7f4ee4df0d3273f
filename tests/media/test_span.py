"""When a span must end, and where."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from media.layout import Span
from media.span import OpenSpan
from media.track import Codec, EncodedFrame, Kind
from tests.media.by_hand import LARGE, OPUS, pictures, sounds


@pytest.fixture
def span(tmp_path: Path) -> Iterator[OpenSpan]:
    opened = OpenSpan(tmp_path, Span(1, 0.0, 10.0, None))
    yield opened
    opened.close(1.0)


def picture(
    data: bytes, codec: str = "H264", key: bool = True, kind: Kind = "camera"
) -> EncodedFrame:
    return EncodedFrame(kind, Codec(codec, 90_000), data, 0, 0.0, key)


def test_only_another_parameter_set_or_codec_ends_a_span(span: OpenSpan) -> None:
    first = picture(pictures()[0])
    assert not span.changes(first)
    assert span.write(first, 10.0)
    assert not span.changes(picture(pictures()[30]))
    assert not span.changes(picture(b"\x00\x00\x01\x65 no parameter sets"))
    assert not span.changes(picture(pictures("H264", LARGE)[1], key=False))
    assert not span.changes(picture(pictures("H264", LARGE)[0], kind="screen"))
    assert span.changes(picture(pictures("H264", LARGE)[0]))
    assert span.changes(picture(pictures("VP8")[0], codec="VP8"))


def test_a_track_begins_with_a_key_frame_that_names_its_size(span: OpenSpan) -> None:
    assert not span.write(picture(pictures()[1], key=False), 10.0)
    assert not span.write(picture(b"\x00\x00\x01\x65 no parameter sets"), 10.0)
    assert span.write(picture(pictures()[0]), 10.0)
    assert span.write(picture(pictures()[1], key=False), 10.1)


def test_the_seam_is_where_sound_ends_unless_that_is_long_ago(span: OpenSpan) -> None:
    assert span.seam(10.1) == 10.1
    span.write(EncodedFrame("audio", OPUS, sounds()[0], 0, 0.0), 10.0)
    assert span.seam(10.1) == pytest.approx(10.02)
    assert span.seam(12.0) == 12.0
