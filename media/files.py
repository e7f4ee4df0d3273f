"""Files of other people: opened under guard, looked at, and heard."""

import contextlib
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from media.sound import Samples, decoded, laid_out

# Names of FFmpeg demuxers. None of them opens a second file: playlists (hls, concat, dash, sdp, …)
# are left out, whatever the file is called.
FORMATS = "mov,mp4,m4a,matroska,webm,wav,w64,mp3,flac,ogg,aac"
LONGEST_S = 12 * 3600.0

_OPEN_END = 0x7FFF0000  # bytes: recorders that do not know the length write this much or more

_SIGNATURES = (b"ftyp", b"\x1aE\xdf\xa3", b"RIFF", b"fLaC", b"OggS", b"ID3", b"moov", b"moof")


class MediaError(Exception):
    """A file cannot be used. `key` names the sentence for the person (zh and en)."""

    key = "media.unusable"


class NotMedia(MediaError):
    """The bytes are no audio or video we know, whatever the name says."""

    key = "media.not_media"


class EmptyFile(NotMedia):
    """0 bytes."""

    key = "media.empty"


class Truncated(MediaError):
    """Begins as media but ends too early. `reached` is the last second that is there."""

    key = "media.truncated"

    def __init__(self, message: str = "", reached: float = 0.0) -> None:
        super().__init__(message)
        self.reached = reached


class NoSound(MediaError):
    """Has no audio stream, or none that can be decoded."""

    key = "media.no_sound"


class TooLong(MediaError):
    """Longer than 12 hours, or says so."""

    key = "media.too_long"


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file holds. Codecs are FFmpeg's names ("h264", "aac"), "" where there is none."""

    duration: float
    has_audio: bool
    has_video: bool
    audio_codec: str = ""
    video_codec: str = ""
    width: int = 0
    height: int = 0
    format: str = ""


@contextlib.contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """Open a file of unknown origin for reading; it cannot make us open anything else.

    Raises EmptyFile, Truncated or NotMedia. FFmpeg's errors inside the block become Truncated.
    """
    if path.stat().st_size == 0:
        raise EmptyFile(path.name)
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    try:
        container = av.open(
            f"file:{path.resolve()}", "r", options=options, metadata_errors="replace"
        )
    except (av.FFmpegError, ValueError) as error:
        if _looks_like_media(path):
            raise Truncated(path.name) from error
        raise NotMedia(path.name) from error
    with container:
        try:
            yield container
        except av.FFmpegError as error:
            raise Truncated(path.name) from error


def probe(path: Path) -> Probe:
    """Look at a file without decoding it. Raises as `open_media`, NotMedia when nothing plays."""
    with open_media(path) as container:
        return probe_of(container)


def probe_of(container: InputContainer) -> Probe:
    """What an open container holds; pictures on a cover are no video."""
    audio = next(iter(container.streams.audio), None)
    video = picture_of(container)
    if audio is None and video is None:
        raise NotMedia("neither sound nor picture")
    duration = max(_seconds(container.duration), _promised(container))
    if duration > LONGEST_S:
        raise TooLong(f"{duration:.0f} s")
    return Probe(
        duration=duration,
        has_audio=audio is not None,
        has_video=video is not None,
        audio_codec=audio.codec_context.name if audio else "",
        video_codec=video.codec_context.name if video else "",
        width=video.width if video else 0,
        height=video.height if video else 0,
        format=container.format.name,
    )


def picture_of(container: InputContainer) -> VideoStream | None:
    """The stream with the picture; one on a cover is none."""
    streams = container.streams.video
    return next((s for s in streams if "attached_pic" not in str(s.disposition).lower()), None)


def is_truncated(said: Probe, reached: float) -> bool:
    """Whether a file that says what `said` holds ended too early at second `reached`."""
    estimated = said.format in ("mp3", "aac")  # their headers do not know
    return not estimated and reached < 0.98 * said.duration - 1


def sound_of(path: Path) -> Iterator[Samples]:
    """The sound of a file as float32 mono chunks at 16 kHz from its first second on.

    Streams: memory is flat however long the file is. Holes are silence. Raises as `open_media`,
    NoSound when nothing is to be heard, TooLong, and Truncated after the last chunk when the file
    is shorter than its header says.
    """
    with open_media(path) as container:
        said = probe_of(container)
        if not said.has_audio:
            raise NoSound(path.name)
        origin = _seconds(container.start_time)
        heard = 0.0
        reading = _Reading(container, origin)
        pieces = ((time - origin, samples) for time, samples in decoded(reading.audio_packets()))
        for chunk in laid_out(_bounded(pieces)):
            heard += len(chunk)
            yield chunk
        if not heard:
            raise NoSound(path.name)
        if is_truncated(said, reading.reached):
            raise Truncated(path.name, reading.reached)


class _Reading:
    """Demuxes everything, gives the sound, and remembers how far the file went."""

    def __init__(self, container: InputContainer, origin: float) -> None:
        self._container = container
        self._origin = origin
        self.reached = 0.0

    def audio_packets(self) -> Iterator["av.Packet[AudioStream]"]:
        audio = self._container.streams.audio[0]
        for packet in self._container.demux():
            if packet.pts is not None and packet.time_base is not None:
                end = (packet.pts + (packet.duration or 0)) * packet.time_base
                self.reached = max(self.reached, float(end) - self._origin)
            if packet.stream is audio:
                yield cast("av.Packet[AudioStream]", packet)


def _bounded(pieces: Iterator[tuple[float, Samples]]) -> Iterator[tuple[float, Samples]]:
    for time, samples in pieces:
        if not math.isfinite(time) or time > LONGEST_S:
            raise TooLong(f"{time:.0f} s")
        yield time, samples


def _looks_like_media(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(16)
    return any(signature in head for signature in _SIGNATURES)


def _promised(container: InputContainer) -> float:
    """Seconds that a WAV's header tells of, for FFmpeg tells of what is there; 0 elsewhere."""
    if container.format.name != "wav":
        return 0.0
    bytes_a_second = 0
    with open(container.name.removeprefix("file:"), "rb") as file:
        file.seek(12)
        for _ in range(64):
            head = file.read(8)
            if len(head) < 8:
                break
            name, size = struct.unpack("<4sI", head)
            if name == b"data":
                return size / bytes_a_second if bytes_a_second and size < _OPEN_END else 0.0
            body = file.read(16) if name == b"fmt " else b""
            if len(body) == 16:
                bytes_a_second = int.from_bytes(body[8:12], "little")
            file.seek(size + size % 2 - len(body), 1)
    return 0.0


def _seconds(ffmpeg_time: int | None) -> float:
    return ffmpeg_time / 1_000_000 if ffmpeg_time else 0.0
