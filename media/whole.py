"""A recording, or an edition of one, as one file that every player opens.

`python -m media.whole PLAYLISTS TARGET` makes it in a process of its own. What players get by HLS
is put together without re-encoding where all its pictures are of one kind; else they are encoded
anew, in the shape of the first.
"""

import asyncio
import heapq
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
from av.filter import Graph

from media.edit_list import PIECES
from media.edited_playlists import EditedPlaylists
from media.finished_playlist import FinishedPlaylists
from media.transcoding import KEY_FRAME_EVERY_S, fitted

Progress = Callable[[float], None]

_MAP = re.compile(r'#EXT-X-MAP:URI="([^"]+)"')
_LENGTH = re.compile(r"#EXTINF:([\d.]+)")
_OPTIONS = {"movflags": "+faststart"}


class WholeError(Exception):
    """There is nothing to put together, or the process that does it gave up."""

    key = "media.whole_failed"


@dataclass(slots=True)
class Run:
    """What belongs to one init segment: addresses of pieces, `seconds` long from `start` on."""

    init: str
    start: float
    seconds: float = 0.0
    pieces: list[str] = field(default_factory=list)


def runs_in(playlist: str) -> list[Run]:
    """The runs of a media playlist, whose addresses name whole pieces."""
    runs: list[Run] = []
    length = reached = 0.0
    for line in playlist.splitlines():
        if found := _MAP.match(line):
            runs.append(Run(found[1], reached))
        elif found := _LENGTH.match(line):
            length = float(found[1])
        elif line and not line.startswith("#") and runs:
            runs[-1].pieces.append(line)
            runs[-1].seconds += length
            reached += length
    return [run for run in runs if run.pieces]


async def make_whole(
    folder: Path, target: Path, *, picture: bool = True, progress: Progress = lambda share: None
) -> None:
    """Write `target`, an MP4 with the camera (unless `picture` is False) and the voice.

    In a process of its own; a file that was there is replaced when the new one is complete.
    `progress` is called with 0 … 1. Raises WholeError.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "media.whole", str(folder), str(target), "1" if picture else "",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    try:
        async for line in child.stdout:
            progress(float(line))
        await child.wait()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise WholeError(f"exit status {child.returncode}")


async def make_here(
    playlists: FinishedPlaylists, target: Path, picture: bool, progress: Progress
) -> None:
    """As `make_whole`, in this process. Raises FileNotFoundError where there is no sound and no
    picture, ValueError where the two do not belong together."""
    camera = await _runs(playlists, "camera") if picture else []
    voice = await _runs(playlists, "voice")
    if not camera and not voice:
        raise FileNotFoundError("nothing to play")
    if camera and voice and len(camera) != len(voice):
        raise ValueError("camera and voice have different runs")
    part = target.with_name(f"{target.name}.part")
    with TemporaryDirectory(dir=target.parent) as spare:
        tracks = [
            [
                (await _fetched(playlists, run, Path(spare) / f"{kind}-{n}.mp4"), run.start)
                for n, run in enumerate(runs)
            ]
            for kind, runs in (("video", camera), ("audio", voice))
        ]
        runs = camera or voice
        _put_together(tracks, part, runs[-1].start + runs[-1].seconds, progress)
    part.replace(target)


def _put_together(
    tracks: list[list[tuple[Path, float]]], target: Path, end: float, progress: Progress
) -> None:
    """`tracks`: (file, second it begins at) of each run, of the pictures and of the sound."""
    with av.open(str(target), "w", format="mp4", options=_OPTIONS) as output:
        sinks: list[_Copied] = []
        for kind, files in zip(("video", "audio"), tracks, strict=True):
            if files:
                paths = [path for path, _ in files]
                same = kind == "audio" or len(set(map(_kind_of, paths))) == 1
                sinks.append((_Copied if same else _Encoded)(paths[0], kind, output))
        for run in zip(*(files for files in tracks if files), strict=True):
            (first, start), *_ = run
            shift = Fraction(start) - _first_second(first)
            moved = [sink.of(path, shift) for sink, (path, _) in zip(sinks, run, strict=True)]
            for at, packets in heapq.merge(*moved, key=lambda one: one[0]):
                for packet in packets:
                    output.mux(packet)
                progress(min(0.99, at / end) if end else 0.0)
        for sink in sinks:
            for packet in sink.rest():
                output.mux(packet)


async def _runs(playlists: FinishedPlaylists, rendition: str) -> list[Run]:
    try:
        text = (await playlists.playlist(f"{rendition}.m3u8")).text
    except FileNotFoundError:
        return []
    return runs_in(text.decode())


async def _fetched(playlists: FinishedPlaylists, run: Run, target: Path) -> Path:
    with target.open("wb") as file:
        for address in (run.init, *run.pieces):
            stem, _, name = address.rpartition("/")
            file.write(await playlists.piece(stem, name))
    return target


def _first_second(path: Path) -> Fraction:
    """Of what plays first, on the clock that all tracks of a run share."""
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams[0]):
            if packet.pts is not None:
                return Fraction(packet.pts) * packet.time_base
    return Fraction(0)


def _kind_of(path: Path) -> tuple[str, int, int, bytes]:
    """What two files must have in common to be copied into one track."""
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        return context.name, context.width, context.height, bytes(context.extradata or b"")


class _Copied:
    """Packets that go on as they are, at their second of the whole."""

    def __init__(self, first: Path, kind: str, output: Any) -> None:
        self._kind = kind
        self._last: int | None = None
        with av.open(str(first)) as container:
            self._open(container.streams.get({kind: 0})[0], output)

    def _open(self, source: Any, output: Any) -> None:
        self._stream = output.add_stream_from_template(source)

    def of(self, path: Path, shift: Fraction) -> Iterator[tuple[float, list[Any]]]:
        """(second of the whole, packets) of one run, whose clock is `shift` seconds behind it."""
        with av.open(str(path)) as container:
            for packet in container.demux(container.streams.get({self._kind: 0})[0]):
                yield from self._move(packet, shift)

    def _move(self, packet: Any, shift: Fraction) -> Iterator[tuple[float, list[Any]]]:
        if packet.pts is None or packet.dts is None:
            return
        ticks = round(shift / packet.time_base)
        packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks
        if packet.pts < 0 or (self._last is not None and packet.dts <= self._last):
            return
        self._last = packet.dts
        packet.stream = self._stream
        yield float(packet.dts * packet.time_base), [packet]

    def rest(self) -> list[Any]:
        """Nothing is held back."""
        return []


class _Encoded(_Copied):
    """Pictures of different kinds, encoded anew in the shape of the first run."""

    def _open(self, source: Any, output: Any) -> None:
        width, height = fitted(source.width, source.height)
        self._encoder = output.add_stream("libx264", rate=30)
        self._encoder.width, self._encoder.height = width, height
        self._encoder.pix_fmt = "yuv420p"
        self._encoder.codec_context.time_base = Fraction(1, 1000)
        self._encoder.codec_context.gop_size = 30 * KEY_FRAME_EVERY_S
        self._encoder.options = {"preset": "veryfast", "crf": "26", "bf": "0"}
        self._fits: dict[tuple[int, int, str], Graph] = {}

    def _move(self, packet: Any, shift: Fraction) -> Iterator[tuple[float, list[Any]]]:
        for frame in packet.decode():
            if frame.time is None:
                continue
            at = Fraction(frame.pts) * frame.time_base + shift
            ticks = round(at * 1000)
            if ticks < 0 or (self._last is not None and ticks <= self._last):
                continue
            self._last = ticks
            fitted_frame = self._fit(frame)
            fitted_frame.pts, fitted_frame.time_base = ticks, Fraction(1, 1000)
            fitted_frame.pict_type = 0
            yield float(at), self._encoder.encode(fitted_frame)

    def _fit(self, frame: Any) -> Any:
        """The frame inside the shape, with black beside it where it is narrower or lower."""
        shape = (frame.width, frame.height, frame.format.name)
        graph = self._fits.get(shape)
        if graph is None:
            width, height = self._encoder.width, self._encoder.height
            graph = self._fits[shape] = Graph()
            graph.link_nodes(
                graph.add_buffer(
                    width=frame.width, height=frame.height, format=frame.format,
                    time_base=Fraction(1, 1000),
                ),
                graph.add(
                    "scale", f"{width}:{height}:force_original_aspect_ratio=decrease"
                ),
                graph.add("pad", f"{width}:{height}:-1:-1"),
                graph.add("setsar", "1"),
                graph.add("buffersink"),
            ).configure()  # fmt: skip
        graph.push(frame)
        shaped: Any = graph.pull()
        return shaped.reformat(format="yuv420p")

    def rest(self) -> list[Any]:
        """What the encoder still holds."""
        return list(self._encoder.encode(None))


def _playlists(folder: Path) -> FinishedPlaylists:
    edited = (folder / PIECES).exists()
    return EditedPlaylists(folder, folder.parent.parent) if edited else FinishedPlaylists(folder)


class _Told:
    """Progress as lines, not too many."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, share: float) -> None:
        if share - self._last > 0.01:
            self._last = share
            sys.stdout.write(f"{share:.3f}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    os.nice(10)
    asyncio.run(
        make_here(_playlists(Path(sys.argv[1])), Path(sys.argv[2]), bool(sys.argv[3]), _Told())
    )
