"""An existing file becomes a recording: copied where players can play it, else transcoded."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from media.confined import Confined, Refused, report_progress
from media.files import (
    LONGEST_S,
    EmptyFile,
    MediaError,
    NoSound,
    TooLong,
    Truncated,
    is_truncated,
    open_media,
    picture_of,
    probe_of,
)
from media.layout import MANIFEST, Manifest, Span, file_of
from media.muxer import SOUND_RATE, TrackFile, VoiceTrack
from media.playlist import Playlists
from media.recording import Recording
from media.sound import Resampler
from media.transcoding import Transcoded

SHORTEST_S = 0.05
COPIED = ("h264", "vp9")  # what browsers play out of MP4 as it is

_MEMORY = 6 << 30  # address space; encoders map more than they use
_LARGEST = 1 << 40  # bytes of one file

Progress = Callable[[float], None]


def importing_process() -> Confined:
    """The process for `import_apart`, which its caller may close to end it early."""
    return Confined(__name__, memory=_MEMORY, file_size=_LARGEST)


def import_apart(process: Confined, path: Path, folder: Path, progress: Progress) -> None:
    """As `import_file`, for a recording that may be silent, in a process of its own. Blocks.

    What an import that was broken off left in `folder` is removed. Refused (key of a sentence),
    Broken.
    """
    arguments = (str(path.resolve()), str(folder.resolve()))
    process.call("import", *arguments, returns=type(None), seconds=2 * LONGEST_S, progress=progress)


def import_file(
    path: Path,
    folder: Path,
    progress: Progress = lambda share: None,
    *,
    silent: bool = False,
) -> Recording:
    """Make a recording of `path` in `folder`, in which there are no media yet.

    `progress` is called with 0 … 1; `silent`: a film without sound is taken, too. Blocks for as
    long as it takes: call it in a process of its own. Raises NotMedia, EmptyFile, NoSound,
    Truncated or TooLong; `folder` is then left as it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with open_media(path) as container:
            manifest = _take_in(container, folder, progress, silent)
        Playlists(folder).write(manifest)
        manifest.save(folder)
    except BaseException:
        for left in _left_in(folder):
            left.unlink()
        raise
    progress(1.0)
    return Recording(folder, manifest)


def _left_in(folder: Path) -> list[Path]:
    """What an import makes."""
    found = [path for end in ("mp4", "m3u8", "part") for path in folder.glob(f"*.{end}")]
    return [*found, *folder.glob(MANIFEST)]


def _take_in(container: InputContainer, folder: Path, progress: Progress, silent: bool) -> Manifest:
    said = probe_of(container)
    if not said.has_audio and not silent:
        raise NoSound("no audio stream")
    origin = (container.start_time or 0) / av.time_base
    audio = container.streams.audio[0] if said.has_audio else None
    with ExitStack() as stack:
        sound = _Sound(VoiceTrack(file_of(folder, "voice", 1)), origin)
        stack.callback(sound.voice.file.close)
        video = picture_of(container)
        picture = None if video is None else _picture(video, folder, origin)
        if picture is not None:
            stack.callback(picture.close)
        reached = told = 0.0
        for packet in container.demux():
            if packet.pts is not None and packet.time_base is not None:
                end = float((packet.pts + (packet.duration or 0)) * packet.time_base) - origin
                reached = max(reached, end)
            if reached > LONGEST_S:
                raise TooLong(f"{reached:.0f} s")
            if packet.stream is audio:
                sound.take(packet)
            elif packet.stream is video and picture is not None:
                picture.take(packet)
            if reached - told > said.duration / 200:
                told = reached
                progress(min(0.99, reached / said.duration) if said.duration else 0.0)
        if is_truncated(said, reached):
            raise Truncated("shorter than it says", reached)
        duration = max(reached, sound.reached)
        if not sound.reached and not (silent and picture is not None):
            raise NoSound("nothing to be heard")
        if duration < SHORTEST_S:
            raise EmptyFile("nothing in it")
        sound.voice.close(duration)  # silence where there is none: players want a voice
    codecs = {"audio": "aac"} if sound.reached else {}
    codecs |= {} if picture is None else {"camera": picture.codec}
    spans = [Span(1, 0.0, 0.0, duration)]
    return Manifest(time.time(), ended=True, duration=duration, spans=spans, codecs=codecs)


class _Sound:
    """Audio packets of any codec → the voice."""

    def __init__(self, voice: VoiceTrack, origin: float) -> None:
        self.voice = voice
        self.reached = 0.0
        self._origin = origin
        self._resample = Resampler(SOUND_RATE)

    def take(self, packet: Any) -> None:
        try:
            frames = packet.decode()
        except av.FFmpegError:
            return
        for frame in frames:
            for at, samples in self._resample(frame):
                self.voice.write(samples, at - self._origin)
                self.reached = at - self._origin + len(samples) / SOUND_RATE


class _Copied:
    """Pictures that stay as they are."""

    def __init__(self, source: VideoStream, file: TrackFile, origin: float) -> None:
        self.codec = source.codec_context.name
        self._file = file
        self._origin = origin
        self._stream = file.open_copy(source)
        self._delay = 2 / (source.average_rate or 25)
        self._before = 0
        self._last: int | None = None

    def take(self, packet: Any) -> None:
        if packet.pts is None:
            return
        if packet.dts is None:  # Matroska keeps none; FFmpeg guesses them from the third on
            first = packet.pts - round(self._delay / packet.time_base)
            packet.dts = first if self._last is None else self._before + 1
        self._before = packet.dts
        shift = round(self._origin / packet.time_base)
        packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
        if self._last is None or packet.dts > self._last:
            self._last = packet.dts
            packet.stream = self._stream
            self._file.mux([packet])

    def close(self) -> None:
        self._file.close()


def _picture(source: VideoStream, folder: Path, origin: float) -> _Copied | Transcoded:
    file = TrackFile(file_of(folder, "camera", 1), picture=True)
    if source.codec_context.name in COPIED:
        return _Copied(source, file, origin)
    return Transcoded(source, file, origin)


# ── in the process of its own ────────────────────────────────────────────────────────────────────


def _import(path: str, folder: str) -> None:
    for left in _left_in(Path(folder)):
        left.unlink()
    try:
        import_file(Path(path), Path(folder), report_progress, silent=True)
    except Truncated as error:
        raise Refused(error.key, seconds=round(error.reached)) from error
    except MediaError as error:
        raise Refused(error.key) from error


JOBS: dict[str, Callable[..., Any]] = {"import": _import}
