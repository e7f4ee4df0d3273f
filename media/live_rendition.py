"""One rendition of a class as low-latency HLS (RFC 8216bis): segments, parts, and their text."""

from dataclasses import dataclass, field

from media.fragments import Fragment
from media.growth import Grown
from media.playlist import iso

TARGET_S = 6  # EXT-X-TARGETDURATION
PART_S = 0.375  # EXT-X-PART-INF
HOLD_BACK_S = 1.2  # players stay so far behind what is newest
SKIP_S = 6.0 * TARGET_S  # what is older than this is left out of delta updates
PARTS_FOR_S = 3.0 * TARGET_S  # older segments are listed without their parts
LONGEST_S = TARGET_S + 0.4  # where no key frame comes, a segment is cut nevertheless


@dataclass(frozen=True, slots=True)
class LivePart:
    """One fragment; `index` is its place in its file."""

    index: int
    offset: int
    size: int
    duration: float
    independent: bool


@dataclass(slots=True)
class LiveSegment:
    """`start` is the second of the span, `began` its Unix time; `head` comes before it."""

    name: str
    span: int
    start: float
    began: float
    head: str
    parts: list[LivePart] = field(default_factory=list)
    duration: float = 0.0
    closed: bool = False

    @property
    def offset(self) -> int:
        """Where in its file it begins."""
        return self.parts[0].offset

    @property
    def size(self) -> int:
        """Its bytes."""
        return sum(part.size for part in self.parts)

    @property
    def address(self) -> str:
        """Where its bytes are, below the playlist."""
        return f"{self.name}/{self.offset}-{self.size}.mp4"

    def text(self, with_parts: bool) -> str:
        """Its lines in the playlist."""
        lines = [self.head, f"#EXT-X-PROGRAM-DATE-TIME:{iso(self.began)}\n"]
        if with_parts:
            for part in self.parts:
                start = ",INDEPENDENT=YES" if part.independent else ""
                uri = f"{self.name}/part-{part.index}.mp4"
                lines.append(f'#EXT-X-PART:DURATION={part.duration:.5f},URI="{uri}"{start}\n')
        if self.closed:
            lines.append(f"#EXTINF:{self.duration:.5f},\n{self.address}\n")
        return "".join(lines)


class LiveRendition:
    """Grows with its files. Its media sequence begins with 0 and nothing ever leaves it."""

    def __init__(self, name: str, least: float) -> None:
        self.name = name
        self.segments: list[LiveSegment] = []  # complete ones
        self.growing: LiveSegment | None = None
        self.hint = ""  # the part that comes next
        self.init = b""  # the newest init segment
        self._least = least
        self._texts: list[str] = []  # of complete segments, without parts
        self._spans: list[int] = []
        self._parts = 0  # of the file that grows

    def grow(self, grown: Grown) -> None:
        """Take up new fragments; a span older than the newest one is ignored."""
        number = grown.span.number
        if self._spans and number < self._spans[-1]:
            return
        if grown.fragments and number not in self._spans[-1:]:
            self._begin(grown)
        for fragment in grown.fragments:
            self._add(fragment, grown)
        self.hint = f"{grown.name}/part-{self._parts}.mp4"
        if grown.span.duration is not None and self._spans[-1:] == [number]:
            self.hint = ""
            if self.growing is not None:
                self._close(max(grown.span.duration, self.growing.start + 0.001))

    def has(self, msn: int, part: int | None) -> bool:
        """Whether that segment, or that part of it, is there."""
        if msn != len(self.segments):
            return msn < len(self.segments)
        return part is not None and self.growing is not None and len(self.growing.parts) > part

    @property
    def last(self) -> tuple[int, int]:
        """Media sequence number and part of what is newest."""
        if self.growing is not None:
            return len(self.segments), len(self.growing.parts) - 1
        newest = self.segments[-1].parts if self.segments else ()
        return len(self.segments) - 1, max(0, len(newest) - 1)

    def text(self, skip: bool, ended: bool, tail: str) -> str:
        """The media playlist; `skip`: as a delta update. `tail` is put at its end.

        One that has ended lists no parts: hls.js waits for the last of them, and never has it where
        it took the segment around it for loaded.
        """
        skipped = self._skippable() if skip else 0
        first = self._spans[0] - 1 if self._spans else 0
        head = [
            "#EXTM3U",
            "#EXT-X-VERSION:9",
            f"#EXT-X-TARGETDURATION:{TARGET_S}",
            f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={HOLD_BACK_S},"
            f"CAN-SKIP-UNTIL={SKIP_S}",
            f"#EXT-X-PART-INF:PART-TARGET={PART_S}",
            "#EXT-X-MEDIA-SEQUENCE:0",
            *([f"#EXT-X-DISCONTINUITY-SEQUENCE:{first}"] if first else []),
            "#EXT-X-PLAYLIST-TYPE:EVENT",
            *([f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}"] if skipped else []),
        ]
        plain = len(self.segments) if ended else max(skipped, self._with_parts_from())
        lines = ["\n".join(head), "\n", *self._texts[skipped:plain]]
        lines += [segment.text(True) for segment in self.segments[plain:]]
        if self.growing is not None:
            lines.append(self.growing.text(True))
        if ended:
            return "".join([*lines, "#EXT-X-ENDLIST\n"])
        if self.hint:
            lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{self.hint}"\n')
        return "".join([*lines, tail])

    def _begin(self, grown: Grown) -> None:
        if self.growing is not None:  # its writer was killed
            self._close(self.growing.start + sum(p.duration for p in self.growing.parts))
        discontinuity = "#EXT-X-DISCONTINUITY\n" if self._spans else ""
        self._spans.append(grown.span.number)
        self._parts = 0
        self.init = grown.init
        address = f"{grown.name}/0-{len(grown.init)}.mp4"
        self._open(grown, 0.0, f'{discontinuity}#EXT-X-MAP:URI="{address}"\n')

    def _open(self, grown: Grown, start: float, head: str = "") -> None:
        number, began = grown.span.number, grown.began + start
        self.growing = LiveSegment(grown.name, number, start, began, head)

    def _add(self, fragment: Fragment, grown: Grown) -> None:
        growing = self.growing
        if growing is not None and growing.parts:
            length = fragment.start - growing.start
            too_long = fragment.end - growing.start > LONGEST_S
            if (fragment.key and length >= self._least) or too_long:
                self._close(fragment.start)
                growing = None
        if growing is None:
            self._open(grown, fragment.start)
        assert self.growing is not None
        length = fragment.end - fragment.start
        part = LivePart(self._parts, fragment.offset, fragment.size, length, fragment.key)
        self.growing.parts.append(part)
        self._parts += 1

    def _close(self, end: float) -> None:
        segment, self.growing = self.growing, None
        if segment is not None and segment.parts:
            segment.duration = end - segment.start
            segment.closed = True
            self.segments.append(segment)
            self._texts.append(segment.text(False))

    def _skippable(self) -> int:
        return self._older_than(SKIP_S)

    def _with_parts_from(self) -> int:
        return self._older_than(PARTS_FOR_S)

    def _older_than(self, seconds: float) -> int:
        """How many segments end more than so many seconds before the newest media."""
        growing = self.growing.parts if self.growing is not None else []
        left = seconds - sum(part.duration for part in growing)
        index = len(self.segments)
        while index and left > 0:
            index -= 1
            left -= self.segments[index].duration
        return index
