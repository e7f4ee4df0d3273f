"""Captions that somebody brings along: WebVTT or SubRip, read strictly, with nothing but text."""

import html
import re
import unicodedata

from media.words import Segment

MOST_CUES = 20_000
LONGEST_S = 12 * 3600.0
LONGEST_TEXT = 2000

_VTT = re.compile(r"WEBVTT(?:[ \t][^\n]*)?(?:\n|$)")
_CLOCK = r"(?:(\d{1,3}):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
_TIMES = re.compile(rf"{_CLOCK}[ \t]+-->[ \t]+{_CLOCK}(?:[ \t][^\n]*)?")
_VOICE = re.compile(r"<v(?:\.[^ \t>]*)?[ \t]+([^>]*)>")
_TAG = re.compile(r"</?[A-Za-z0-9][^<>]*>|\{\\[^{}]*\}")
_LEFT_OUT = ("NOTE", "STYLE", "REGION")


def read_captions(text: str) -> tuple[Segment, ...]:
    """The cues in order of time, as plain text; the voice of WebVTT is the speaker.

    Raises ValueError, with the number of the block, where anything is not as the formats ask: no
    times, an end before its start, no text at all, too many or too long cues.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in plain:
        raise ValueError("not text")
    head = _VTT.match(plain)
    blocks = re.split(r"\n[ \t]*(?:\n[ \t]*)+", plain[head.end() if head else 0 :].strip("\n"))
    blocks = [block for block in blocks if block.strip()]
    if head:
        blocks = [block for block in blocks if not _is_left_out(block)]
    if not blocks:
        raise ValueError("no cues")
    if len(blocks) > MOST_CUES:
        raise ValueError("too many cues")
    found = [_cue(block, number) for number, block in enumerate(blocks, 1)]
    return tuple(sorted((cue for cue in found if cue.text), key=lambda cue: cue.start))


def _is_left_out(block: str) -> bool:
    """Comments and styles; and what follows the signature without an empty line."""
    return "-->" not in block and block.startswith((*_LEFT_OUT, "X-TIMESTAMP-MAP"))


def _cue(block: str, number: int) -> Segment:
    lines = block.strip("\n").split("\n")
    times = _TIMES.fullmatch(lines[0].strip())
    if times is None and len(lines) > 1:  # the first line is its name
        times, lines = _TIMES.fullmatch(lines[1].strip()), lines[1:]
    if times is None:
        raise ValueError(f"cue {number} has no times")
    start, end = _seconds(times.groups()[:4]), _seconds(times.groups()[4:])
    if end <= start or end > LONGEST_S:
        raise ValueError(f"cue {number} ends before it begins, or too late")
    payload = "\n".join(lines[1:])
    if "-->" in payload:
        raise ValueError(f"cue {number} has a second line of times")
    voice = _VOICE.search(payload)
    words, speaker = _plain(_TAG.sub("", payload)), _plain(voice[1]) if voice else ""
    if len(words) > LONGEST_TEXT or len(speaker) > 100:
        raise ValueError(f"cue {number} is too long")
    return Segment(start, end, words, (), speaker)


def _plain(text: str) -> str:
    """One line without markup and without characters that nobody sees."""
    shown = html.unescape(text)
    kept = (c for c in shown if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return " ".join("".join(kept).split())


def _seconds(clock: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, milliseconds = (int(part or 0) for part in clock)
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000
