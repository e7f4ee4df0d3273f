"""Captions that somebody brings along are read strictly, and are nothing but text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.captions_file import read_captions

VTT = """WEBVTT - a lesson

NOTE nobody reads this

STYLE
::cue { background: url(https://example.org) }

intro
00:01.000 --> 00:02.500 align:start
<v.loud Lin>各位<b>好</b> &amp; welcome

01:00:03.000 --> 01:00:04.000
second
line
"""
SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\nHello <i>you</i>\r\n\r\n"
    "2\r\n00:00:03,000 --> 00:00:04,000\r\n{\\an8}there\r\n"
)


def test_both_formats_become_the_same_plain_cues() -> None:
    first, second = read_captions(VTT)
    assert (first.start, first.end, first.text, first.speaker) == (
        1,
        2.5,
        "各位好 & welcome",
        "Lin",
    )
    assert (second.start, second.text) == (3603, "second line")
    assert [cue.text for cue in read_captions("\ufeff" + SRT)] == ["Hello you", "there"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "WEBVTT",
        "WEBVTT\n\nNOTE only this",
        "just a letter\n\nwith two paragraphs",
        "WEBVTT\n\n00:05.000 --> 00:04.000\nbackwards",
        "WEBVTT\n\n00:05.000 --> 00:05.000\nno length",
        "WEBVTT\n\n99:00:05.000 --> 99:00:06.000\nfour days",
        "WEBVTT\n\n00:05 --> 00:06\nno milliseconds",
        "WEBVTT\n\n00:05.000 -> 00:06.000\na short arrow",
        "WEBVTT\n\n00:61.000 --> 00:62.000\nno such second",
        "WEBVTT\n\n00:05.000 --> 00:06.000\na\n00:07.000 --> 00:08.000\nno empty line",
        "WEBVTT\n\n00:05.000 --> 00:06.000\n" + "x" * 2001,
        "1\n00:00:01,000 --> 00:00:02,000\n\0binary",
        "WEBVTT\n\n" + "00:01.000 --> 00:02.000\nx\n\n" * 20_001,
    ],
)
def test_what_is_not_as_the_formats_ask_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"cue|not text"):
        read_captions(text)


def test_markup_and_hidden_characters_are_gone() -> None:
    hostile = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<script>alert(1)</script>\u202egnp&lt;b&gt;\u200b\n"
    )
    (cue,) = read_captions(hostile)
    assert cue.text == "alert(1)gnp<b>"  # text, which pages escape


@given(st.text(max_size=400))
def test_anything_is_read_or_refused(text: str) -> None:
    for given_text in (text, f"WEBVTT\n\n{text}", f"1\n00:00:01,000 --> 00:00:02,000\n{text}"):
        try:
            cues = read_captions(given_text)
        except ValueError:
            continue
        assert all(cue.text and cue.end > cue.start for cue in cues)
