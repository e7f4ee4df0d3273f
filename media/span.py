"""One span being recorded: its tracks, all beginning at the same second."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from media.codecs import dimensions, parameter_sets
from media.fragments import Fragments
from media.layout import PICTURES, Span, file_of
from media.muxer import PictureTrack, SoundTrack, TrackFile, VoiceTrack
from media.track import EncodedFrame


@dataclass(frozen=True, slots=True)
class Still:
    """A key frame that can stand for a kind wherever nothing of it came."""

    codec: str
    size: tuple[int, int]
    data: bytes

    def track(self, folder: Path, kind: str, number: int) -> PictureTrack:
        """A track of span `number` that begins with this picture."""
        path = file_of(folder, kind, number)
        if self.codec != "H264":
            path = path.with_suffix(".mkv")
        return PictureTrack(path, self.codec, self.size, self.data)


class OpenSpan:
    """Tracks are made as their first frames come. Times are seconds of the take."""

    def __init__(self, folder: Path, span: Span) -> None:
        self.span = span
        self._folder = folder
        self._pictures: dict[str, PictureTrack] = {}
        self._sound: SoundTrack | None = None
        self._setups: dict[str, tuple[str, bytes]] = {}
        self.stills: dict[str, Still] = {}

    def changes(self, frame: EncodedFrame) -> bool:
        """Whether `frame` needs a new init segment, and so a new span."""
        if frame.kind == "audio" or not frame.key or frame.kind not in self._setups:
            return False
        sets = parameter_sets(frame.codec.name, frame.data)
        return bool(sets) and (frame.codec.name, sets) != self._setups[frame.kind]

    def write(self, frame: EncodedFrame, at: float) -> bool:
        """Write a frame of second `at` of the take; False when a key frame is needed first."""
        time = at - self.span.take_start
        if frame.kind == "audio":
            if self._sound is None:
                voice = VoiceTrack(file_of(self._folder, "voice", self.span.number))
                path = file_of(self._folder, "audio", self.span.number)
                self._sound = SoundTrack(path, voice)
            self._sound.write(frame.data, time)
            return True
        track = self._pictures.get(frame.kind)
        if track is None:
            track = self._open(frame)
        return track is not None and track.write(frame.data, time, frame.key)

    def stand(self, until: float) -> None:
        """Let pictures stand and the voice be silent where nothing came."""
        for track in self._pictures.values():
            track.stand(until - self.span.take_start)
        if self._sound is not None:
            self._sound.voice.stand(until - self.span.take_start)

    def growing(self) -> Mapping[str, Fragments]:
        """What is on disk of each rendition that players play."""
        return {kind: track.file.fragments for kind, track in self._tracks().items()}

    def sync(self) -> None:
        """Have the disk keep what was written."""
        for file in self._files():
            file.sync()

    def close(self, duration: float) -> None:
        """Close every track at `duration` seconds; where one fails, the others still are."""
        with contextlib.ExitStack() as stack:
            for kind, track in self._pictures.items():
                self.stills[kind] = replace(self.stills[kind], data=track.key)
                stack.callback(track.close, duration)
            if self._sound is not None:
                stack.callback(self._sound.close, duration)

    def _open(self, frame: EncodedFrame) -> PictureTrack | None:
        if not frame.key:
            return None
        codec = frame.codec.name
        try:
            size = dimensions(codec, frame.data)
        except ValueError:
            return None
        still = self.stills[frame.kind] = Still(codec, size, frame.data)
        self._setups[frame.kind] = (codec, parameter_sets(codec, frame.data))
        track = still.track(self._folder, frame.kind, self.span.number)
        self._pictures[frame.kind] = track
        return track

    def _tracks(self) -> dict[str, PictureTrack | VoiceTrack]:
        tracks: dict[str, PictureTrack | VoiceTrack] = dict(self._pictures)
        if self._sound is not None:
            tracks["voice"] = self._sound.voice
        return tracks

    def _files(self) -> list[TrackFile]:
        files = [track.file for track in self._tracks().values()]
        return files if self._sound is None else [*files, self._sound.file]


def fill(folder: Path, span: Span, codecs: Mapping[str, str], stills: Mapping[str, Still]) -> None:
    """Make what a closed span lacks of kinds the take has: silence, or a standing picture."""
    duration = span.duration or 0.0
    voice = file_of(folder, "voice", span.number)
    if "audio" in codecs and not voice.exists():
        VoiceTrack(voice).close(duration)
    for kind in PICTURES:
        path = file_of(folder, kind, span.number)
        missing = not path.exists() and not path.with_suffix(".mkv").exists()
        if kind in stills and missing:
            stills[kind].track(folder, kind, span.number).close(duration)
