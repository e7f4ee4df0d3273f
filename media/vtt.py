"""WebVTT: a transcript as captions that every player shows, and back again."""

import html
import re
from collections.abc import Iterable

from media.words import Segment, Transcript

_CLOCK = r"(?:(\d{2,6}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMES = re.compile(rf"{_CLOCK}[ \t]+-->[ \t]+{_CLOCK}")
_VOICE = re.compile(r"<v(?:\.[^ \t>]*)?[ \t]+([^>]*)>")


def to_vtt(transcript: Transcript) -> str:
    """The segments as cues, the speaker as voice; text escaped as the format asks."""
    return "\n".join(["WEBVTT", "", *(line for s in transcript.segments for line in cue(s))])


def from_vtt(text: str) -> tuple[Segment, ...]:
    """The cues of a WebVTT file, without words. Raises ValueError where it is none."""
    if not re.match(r"\ufeff?WEBVTT(?=[ \t\r\n]|$)", text):
        raise ValueError("not WebVTT")
    blocks = re.split(r"\n{2,}", text.replace("\r\n", "\n").replace("\r", "\n"))
    return tuple(_segments(blocks[1:]))


def cue(segment: Segment) -> list[str]:
    """The lines of one cue and the empty one after it; none where there is no text."""
    text = " ".join(html.escape(segment.text, quote=False).split())
    if not text:
        return []
    speaker = " ".join(html.escape(segment.speaker, quote=False).split())
    voice = f"<v {speaker}>" if speaker else ""
    end = max(segment.end, segment.start + 0.001)
    return [f"{_clock(segment.start)} --> {_clock(end)}", voice + text, ""]


def _segments(blocks: Iterable[str]) -> Iterable[Segment]:
    for block in blocks:
        times = _TIMES.search(block)
        if times is None or block.startswith(("NOTE", "STYLE", "REGION")):
            continue
        lines = block[times.end() :].split("\n", 1)
        payload = lines[1] if len(lines) > 1 else ""
        voice = _VOICE.search(payload)
        text = html.unescape(re.sub(r"<[^>]*>", "", payload))
        yield Segment(
            _seconds(*times.groups()[:4]),
            _seconds(*times.groups()[4:]),
            " ".join(text.split()),
            (),
            html.unescape(voice[1]) if voice else "",
        )


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _seconds(hours: str | None, minutes: str, seconds: str, milliseconds: str) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int(milliseconds) / 1000
