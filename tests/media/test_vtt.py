"""Captions survive the way out and back, whatever is in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.vtt import from_vtt, to_vtt
from media.words import Segment, Transcript


def test_cues_have_times_voices_and_escaped_text():
    transcript = Transcript((Segment(1.5, 3661.25, "a < b && c --> d", (), "林 <x>"),), "zh")
    assert to_vtt(transcript) == (
        "WEBVTT\n\n00:00:01.500 --> 01:01:01.250\n<v 林 &lt;x&gt;>a &lt; b &amp;&amp; c --&gt; d\n"
    )


@given(st.lists(st.tuples(st.floats(0, 15_000), st.floats(0.01, 30), st.text(), st.text())))
def test_what_was_written_is_read_back(cues: list[tuple[float, float, str, str]]):
    segments = [
        Segment(
            round(start, 3),
            round(start + length, 3),
            " ".join(text.split()),
            (),
            " ".join(who.split()),
        )
        for start, length, text, who in cues
        if text.split()
    ]
    read = from_vtt(to_vtt(Transcript(tuple(segments), "zh")))
    assert [(s.text, s.speaker) for s in read] == [(s.text, s.speaker) for s in segments]
    assert [s.start for s in read] == pytest.approx([s.start for s in segments])
    assert [s.end for s in read] == pytest.approx([s.end for s in segments])


def test_notes_styles_and_foreign_tags_are_passed_over():
    text = (
        "WEBVTT\n\nNOTE 00:01.000 --> 00:02.000\n\n"
        "7\n00:01.000 --> 00:02.000 align:start\n<b>hello</b>\n"
    )
    assert from_vtt(text.replace("\n", "\r\n")) == (Segment(1, 2, "hello", ()),)


@pytest.mark.parametrize("text", ["", "1\n00:00:01,000 --> 00:00:02,000\nhello", "WEBVTTX"])
def test_other_text_is_refused(text: str):
    with pytest.raises(ValueError, match="not WebVTT"):
        from_vtt(text)
