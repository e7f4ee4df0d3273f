"""One span being recorded: its tracks, all beginning at the same second."""

import contextlib
from pathlib import Path

from media.codecs import dimensions, parameter_sets
from media.layout import Span, file_of, matroska_of
from media.muxer import PictureTrack, SoundTrack, TrackFile, VoiceTrack
from media.track import EncodedFrame

SEAM_S = 0.5  # sound and pictures of one moment come no further apart


class OpenSpan:
    """Tracks are made as their first frames come. Times are seconds of the take."""

    def __init__(self, folder: Path, span: Span) -> None:
        self.span = span
        self._folder = folder
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
        heard = self.span.take_start + self._sound.voice.seconds
        return heard if abs(heard - at) < SEAM_S else at

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
        return files if self._sound is None else [*files, self._sound.file, self._sound.voice.file]
