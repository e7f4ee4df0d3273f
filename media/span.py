"""One span being recorded: its tracks, all beginning at the same second."""

import contextlib
from pathlib import Path

from media.codecs import dimensions, parameter_sets
from media.layout import Span, file_of, matroska_of
from media.muxer import PictureTrack, SoundTrack, TrackFile, VoiceTrack
from media.track import EncodedFrame

STAND_S = 1.0  # what comes later than this finds silence or a standing picture in its place
SEAM_S = 0.5  # sound and pictures of one moment come no further apart


class OpenSpan:
    """Tracks are made as their first frames come. Times are seconds of the take."""

    def __init__(self, folder: Path, span: Span, voice: bool = True) -> None:
        self.span = span
        self._folder = folder
        self._voice = voice
        self._pictures: dict[str, PictureTrack] = {}
        self._sound: SoundTrack | None = None
        self._setups: dict[str, tuple[str, bytes]] = {}

    def changes(self, frame: EncodedFrame) -> bool:
        """Whether `frame` needs a new init segment, and so a new span."""
        if frame.kind == "audio" or not frame.key or frame.kind not in self._setups:
            return False
        sets = parameter_sets(frame.codec.name, frame.data)
        return bool(sets) and (frame.codec.name, sets) != self._setups[frame.kind]

    def seam(self, at: float) -> float:
        """Where around second `at` to cut so that no sound falls into the cut: at its end."""
        if self._sound is None:
            return at
        heard = self.span.take_start + self._sound.seconds
        return heard if abs(heard - at) < SEAM_S else at

    def write(self, frame: EncodedFrame, at: float, source: int = 0) -> bool:
        """Write a frame of second `at` of the take; False when a key frame is needed first."""
        time = at - self.span.take_start
        if frame.kind == "audio":
            self._hear(frame.data, time)
            return True
        track = self._pictures.get(frame.kind)
        if track is None:
            track = self._open(frame)
        return track is not None and track.write(frame.data, time, frame.key)

    def tick(self, at: float) -> None:
        """It is second `at` now: let pictures stand and the voice be silent where nothing came."""
        until = at - STAND_S - self.span.take_start
        for track in self._pictures.values():
            track.stand(until)
        if self._sound is not None:
            self._sound.stand(until)

    def sync(self) -> None:
        """Have the disk keep what was written."""
        for file in self._files():
            file.sync()

    def close(self, duration: float) -> None:
        """Close every track at `duration` seconds; where one fails, the others still are."""
        with contextlib.ExitStack() as stack:
            for track in self._pictures.values():
                stack.callback(track.close, duration)
            if self._sound is not None:
                stack.callback(self._sound.close, duration)

    def _hear(self, data: bytes, time: float) -> None:
        if self._sound is None:
            voice = file_of(self._folder, "voice", self.span.number)
            path = file_of(self._folder, "audio", self.span.number)
            self._sound = SoundTrack(path, VoiceTrack(voice) if self._voice else None)
        self._sound.write(data, time)

    def _open(self, frame: EncodedFrame) -> PictureTrack | None:
        if not frame.key:
            return None
        codec = frame.codec.name
        try:
            size = dimensions(codec, frame.data)
        except ValueError:
            return None
        self._setups[frame.kind] = (codec, parameter_sets(codec, frame.data))
        lies = file_of if codec == "H264" else matroska_of
        path = lies(self._folder, frame.kind, self.span.number)
        track = self._pictures[frame.kind] = PictureTrack(path, codec, size, frame.data)
        return track

    def _files(self) -> list[TrackFile]:
        files = [track.file for track in self._pictures.values()]
        return files if self._sound is None else files + self._sound.files
