"""One span of what the audience sees: the picture in focus, and everybody's sound as one voice."""

import contextlib
from pathlib import Path

from media.codecs import dimensions, parameter_sets, picture_sets
from media.filling import Still
from media.layout import Span, file_of, matroska_of
from media.mixing import HOLD_S
from media.muxer import SOUND_RATE, PictureTrack, TrackFile, VoiceTrack
from media.slate import slate
from media.sound import Samples
from media.span import SEAM_S, STAND_S, OpenSpan
from media.track import EncodedFrame, Kind
from media.voices import Voices

GRACE_S = 0.7  # a kind that comes later than this begins a span of its own
DARK_S = 30.0  # after so long without pictures the programme is dark
AFTER_S = {"camera": 1.0, "screen": 2.0}  # pictures stand when nothing came for so long,
EVERY_S = {"camera": 0.36, "screen": 2.0}  # repeated so often: players follow the camera closely


class ProgrammeSpan(OpenSpan):
    """The voice begins at once. Every span has a camera: where none sends, what it showed last
    (`stills`, by kind) or the slate. Pictures no browser plays out of MP4 are kept beside it.
    """

    def __init__(self, folder: Path, span: Span, voices: Voices, stills: dict[Kind, Still]) -> None:
        super().__init__(folder, span)
        self._voices = voices
        self._stills = stills
        self._line = VoiceTrack(file_of(folder, "voice", span.number))
        self._beside: dict[str, PictureTrack] = {}
        self._sizes: dict[Kind, tuple[int, int]] = {}
        self._senders: dict[str, tuple[str, bytes]] = {}  # person and PPS of each kind
        self._reached = 0.0
        voices.begin(span.take_start)

    def changes(self, frame: EncodedFrame) -> bool:
        """Whether `frame` needs a new init segment, and so a new span."""
        if frame.kind == "audio" or not frame.key:
            return False
        sets = parameter_sets(frame.codec.name, frame.data)
        if not sets:
            return False
        if frame.kind not in self._setups:
            return self._reached > GRACE_S
        if (frame.codec.name, sets) != self._setups[frame.kind]:
            return True
        person, pps = self._senders[frame.kind]
        return frame.person != person and picture_sets(frame.codec.name, frame.data) != pps

    def seam(self, at: float) -> float:
        """Where around second `at` to cut so that no sound falls into the cut: at its end."""
        if not self._voices.waiting:
            self._speak(self._voices.ready(at + HOLD_S))
        heard = self._voices.seconds
        return heard if abs(heard - at) < SEAM_S else at

    def write(self, frame: EncodedFrame, at: float, source: int = 0) -> bool:
        """Write a frame of second `at` of the take; False when a key frame is needed first."""
        time = at - self.span.take_start
        self._reached = max(self._reached, time)
        if frame.kind == "audio":
            self._voices.write(source, frame.data, at)
            self._speak(self._voices.ready())
            return True
        tracks = self._pictures if frame.codec.name == "H264" else self._beside
        track = tracks.get(frame.kind) or self._open(frame)
        if track is None or not track.write(frame.data, time, frame.key):
            return False
        if frame.key:
            pps = picture_sets(frame.codec.name, frame.data)
            self._senders[frame.kind] = (frame.person, pps)
        return True

    def tick(self, at: float) -> None:
        """It is second `at` now: what nobody sent until a moment ago stands or is silent."""
        time = at - self.span.take_start
        self._reached = max(self._reached, time - HOLD_S)
        if self._reached > GRACE_S:
            self._stand_in()
        for track in self._pictures.values():
            track.stand(time - HOLD_S)
        for track in self._beside.values():
            track.stand(time - STAND_S)
        self._speak(self._voices.ready(at))

    def stills(self) -> dict[Kind, Still]:
        """The pictures with which the next span may begin."""
        return {
            kind: Still("H264", size, self._pictures[kind].key)
            for kind, size in self._sizes.items()
            if self._reached - self._pictures[kind].moved < DARK_S
        }

    def is_stale(self) -> bool:
        """Whether the camera has stood still for too long."""
        camera = self._pictures.get("camera")
        return (
            camera is not None
            and camera.key != slate().data
            and self._reached - camera.moved > DARK_S
        )

    def close(self, duration: float) -> None:
        """Close every track at `duration` seconds; where one fails, the others still are."""
        end = self.span.take_start + duration
        with contextlib.ExitStack() as stack:
            stack.callback(self._close_pictures, duration)
            stack.callback(self._line.close, duration)
            if self._voices.seconds < end:  # else what is held belongs to the next span
                self._speak(self._voices.drain(end))

    def _close_pictures(self, duration: float) -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(super().close, duration)
            for track in self._beside.values():
                stack.callback(track.close, duration)
            if "camera" not in self._pictures:
                self._stand_in()

    def _speak(self, samples: Samples) -> None:
        if len(samples):
            start = self._voices.seconds - len(samples) / SOUND_RATE
            self._line.write(samples, start - self.span.take_start)

    def _stand_in(self) -> None:
        """Let a still begin what nobody has sent yet."""
        for kind, still in {"camera": slate(), **self._stills}.items():
            if kind not in self._pictures:
                sets = parameter_sets(still.codec, still.data)
                self._setups.setdefault(kind, (still.codec, sets))
                self._senders.setdefault(kind, ("", picture_sets(still.codec, still.data)))
                self._begin(kind, still.size, still.data)

    def _begin(self, kind: Kind, size: tuple[int, int], key: bytes) -> PictureTrack:
        path = file_of(self._folder, kind, self.span.number)
        track = PictureTrack(path, "H264", size, key, AFTER_S[kind], EVERY_S[kind])
        self._pictures[kind], self._sizes[kind] = track, size
        return track

    def _open(self, frame: EncodedFrame) -> PictureTrack | None:
        if not frame.key:
            return None
        codec = frame.codec.name
        try:
            size = dimensions(codec, frame.data)
        except ValueError:
            return None
        self._setups[frame.kind] = (codec, parameter_sets(codec, frame.data))
        if codec == "H264":
            return self._begin(frame.kind, size, frame.data)
        path = matroska_of(self._folder, frame.kind, self.span.number)
        track = self._beside[frame.kind] = PictureTrack(path, codec, size, frame.data)
        return track

    def _files(self) -> list[TrackFile]:
        beside = [track.file for track in self._beside.values()]
        return [*super()._files(), *beside, self._line.file]
