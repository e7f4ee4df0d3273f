"""One growing fragmented MP4: encoded packets in, whole fragments on disk out."""

import os
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from media.sound import Line, Resampler, Samples

FRAGMENT_US = 300_000  # with the picture that is held, a kill costs less than half a second
PICTURE_RATE = 90_000
SOUND_RATE = 48_000
VOICE_BITS = 64_000
FILL_S = 2.0
EARLY_S = 0.04  # stamps jitter around the second a span begins
_MP4 = {
    "movflags": "+empty_moov+default_base_moof+delay_moov+skip_trailer",
    "frag_duration": str(FRAGMENT_US),
    "flush_packets": "1",
}
_MATROSKA = {"cluster_time_limit": str(FRAGMENT_US // 1000), "flush_packets": "1", "live": "1"}
_FINE: dict[str, dict[str, object]] = {
    "libx264": {"preset": "veryfast", "crf": "21", "bf": "0"},
    "libvpx-vp9": {
        "deadline": "realtime",
        "cpu-used": "7",
        "crf": "28",
        "b": "0",
        "lag-in-frames": "0",
    },
}
_CODECS = {"H264": "h264", "VP8": "vp8", "opus": "libopus"}


class TrackFile:
    """A file with one track. Packets are on their way to the disk when `write` returns, fragment by
    fragment; a process that is killed loses at most the fragment it was writing.

    Never used after `close`: FFmpeg would end the process.
    """

    def __init__(self, path: Path, picture: bool) -> None:
        self.path = path
        fragmented = path.suffix == ".mp4"
        self._file = path.open("wb", buffering=0)
        cut = "+frag_keyframe" if picture else ""
        self._container = av.open(
            cast(Any, _Pipe(self._file.fileno())),
            "w",
            format="mp4" if fragmented else "matroska",
            options=_MP4 | {"movflags": _MP4["movflags"] + cut} if fragmented else _MATROSKA,
        )
        self._stream: Any = None
        self._tick = Fraction(1, PICTURE_RATE if picture else SOUND_RATE)
        self._last = -1
        self._closed = False

    def open_pictures(self, codec: str, width: int, height: int) -> None:
        """Begin a track of "H264" (Annex B) or "VP8"."""
        self._stream = self._container.add_mux_stream(_CODECS[codec], width=width, height=height)
        self._stream.time_base = self._tick

    def open_sound(self, encoder: Literal["libopus", "aac"], layout: str) -> AudioStream:
        """Begin a track of Opus or AAC; the stream encodes, where one wants it to."""
        stream = self._container.add_stream(encoder, rate=SOUND_RATE, layout=layout)
        self._stream = stream
        return stream

    def open_copy(self, source: VideoStream) -> VideoStream:
        """Begin a track that is a copy of another file's; its packets go to `mux`."""
        return self._container.add_stream_from_template(source)

    def open_encoder(self, width: int, height: int, key_frame_every: int) -> VideoStream:
        """Begin a track of H.264 that is encoded here, a key frame every so many seconds."""
        stream = self._container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        gop = 30 * key_frame_every
        stream.codec_context.gop_size = gop
        stream.options = {"preset": "veryfast", "crf": "26", "bf": "0"}
        return stream

    def open_fine_encoder(self, codec: str, like: VideoStream, key_frame_every: int) -> VideoStream:
        """Begin a track that is encoded here by "libx264" or "libvpx-vp9" to look as `like` does,
        timed in 1/PICTURE_RATE; pictures are shown in the order in which they lie."""
        stream = self._container.add_stream(cast(Literal["libx264"], codec), rate=30)
        stream.width, stream.height = max(2, like.width // 2 * 2), max(2, like.height // 2 * 2)
        stream.pix_fmt = "yuv420p"
        context, source = stream.codec_context, like.codec_context
        context.time_base = Fraction(1, PICTURE_RATE)
        context.gop_size = 30 * key_frame_every
        if source.sample_aspect_ratio:
            context.sample_aspect_ratio = source.sample_aspect_ratio
        for name in ("color_range", "colorspace", "color_primaries", "color_trc"):
            setattr(context, name, getattr(source, name))
        stream.options = dict(_FINE[codec])
        return stream

    def write(self, data: bytes, ticks: int, duration: int, key: bool) -> None:
        """Append a packet at `ticks` of the track's clock; times only grow."""
        packet = av.Packet(data)
        packet.stream = self._stream
        self._last = packet.pts = packet.dts = max(ticks, self._last + 1)
        packet.duration = duration
        packet.time_base = self._tick
        packet.is_keyframe = key
        self.mux([packet])

    def mux(self, packets: Iterable["av.Packet[Any]"]) -> None:
        """Append packets that an encoder of this file made."""
        if not self._closed:
            for packet in packets:
                self._container.mux(packet)

    def sync(self) -> None:
        """Have the disk keep what was written."""
        if not self._closed:
            os.fdatasync(self._file.fileno())

    def close(self) -> None:
        """Write the last fragment and close. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        try:
            self._container.close()
            os.fdatasync(self._file.fileno())
        finally:
            self._file.close()


class PictureTrack:
    """Pictures of one span. Stands still where none came, so that it is as long as the sound.

    The first key frame is shown from the span's beginning; where pictures stop for `after` seconds,
    the last key frame is repeated `every` so many, and they go on at their next key frame.
    """

    def __init__(
        self,
        path: Path,
        codec: str,
        size: tuple[int, int],
        key: bytes,
        after: float = FILL_S,
        every: float = FILL_S,
    ) -> None:
        self.file = TrackFile(path, picture=True)
        self.file.open_pictures(codec, *size)
        self.key = key
        self.moved = 0.0  # second of the newest picture that was sent
        self._after = after
        self._every = every
        self._standing = True
        self._last = 0.0
        self._held = (key, 0.0, True)  # until it is known how long it is shown

    def write(self, data: bytes, time: float, key: bool) -> bool:
        """A picture at second `time` of the span; False when a key frame is needed first."""
        self.stand(time)
        if self._standing and not key:
            return False
        if key:
            self.key = data
        self._standing = False
        self.moved = time
        if time > self._last or data is not self._held[0]:  # the next ones build on this one
            self._write(data, max(time, self._last + 1 / PICTURE_RATE), key)
        return True

    def stand(self, until: float) -> None:
        """Repeat the last key frame where nothing came for long before `until`."""
        while until - self._last > (step := self._every if self._standing else self._after):
            self._standing = True
            self._write(self.key, self._last + step, True)

    def close(self, end: float) -> None:
        """The span is `end` seconds long."""
        try:
            self.stand(end)
            self._release(end)
        finally:
            self.file.close()

    def _write(self, data: bytes, time: float, key: bool) -> None:
        self._release(time)
        self._last = time
        self._held = (data, time, key)

    def _release(self, until: float) -> None:
        data, time, key = self._held
        ticks = round(time * PICTURE_RATE)
        self.file.write(data, ticks, max(1, round(until * PICTURE_RATE) - ticks), key)


class SoundTrack:
    """Sound of one span: as it came (Opus, with its holes), and as AAC without holes (`voice`)."""

    def __init__(self, path: Path, voice: "VoiceTrack | None") -> None:
        self.file = TrackFile(path, picture=False)
        self.file.open_sound("libopus", "stereo")
        self.voice = voice
        self._end = 0.0
        self._decoder = av.CodecContext.create("opus", "r")
        self._resample = Resampler(SOUND_RATE)

    @property
    def seconds(self) -> float:
        """How long it is so far."""
        return self._end if self.voice is None else self.voice.seconds

    @property
    def files(self) -> list[TrackFile]:
        """Where it lies."""
        return [self.file] if self.voice is None else [self.file, self.voice.file]

    def write(self, data: bytes, time: float) -> None:
        """An Opus packet at second `time` of the span; one of before it began is left out."""
        if time < -EARLY_S:
            return
        time = max(0.0, time)
        try:
            decoded = self._decoder.decode(av.Packet(data))
        except av.FFmpegError:
            return
        length = sum(frame.samples for frame in decoded)
        self.file.write(data, round(time * SOUND_RATE), length, True)
        self._end = max(self._end, time + length / SOUND_RATE)
        if self.voice is None:
            return
        for frame in decoded:
            for _, samples in self._resample(frame):
                self.voice.write(samples, time)
                time += len(samples) / SOUND_RATE

    def stand(self, until: float) -> None:
        """Let the voice be silent where nothing came."""
        if self.voice is not None:
            self.voice.stand(until)

    def close(self, end: float) -> None:
        """The span is `end` seconds long."""
        try:
            if self.voice is not None:
                self.voice.close(end)
        finally:
            self.file.close()


class VoiceTrack:
    """AAC without holes from the span's first second on."""

    def __init__(self, path: Path) -> None:
        self.file = TrackFile(path, picture=False)
        self._stream = self.file.open_sound("aac", "mono")
        self._stream.bit_rate = VOICE_BITS
        self._line = Line(SOUND_RATE)
        self._encoded = 0

    @property
    def seconds(self) -> float:
        """How long it is so far."""
        return self._line.seconds

    def write(self, samples: Samples, time: float) -> None:
        """48 kHz mono samples at second `time`."""
        for chunk in self._line.place(time, samples):
            self._encode(chunk)

    def stand(self, until: float) -> None:
        """Be silent where nothing came for longer than a second before `until`."""
        if until - self._line.seconds > 1:
            self._pad(until - 1)

    def close(self, end: float) -> None:
        """The span is `end` seconds long."""
        try:
            self._pad(end)
            self.file.mux(self._stream.encode(None))
        finally:
            self.file.close()

    def _pad(self, until: float) -> None:
        for chunk in self._line.pad(until):
            self._encode(chunk)

    def _encode(self, samples: Samples) -> None:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), "fltp", "mono")
        frame.sample_rate = SOUND_RATE
        frame.pts = self._encoded
        frame.time_base = Fraction(1, SOUND_RATE)
        self._encoded += len(samples)
        self.file.mux(self._stream.encode(frame))


class _Pipe:
    """What PyAV writes to: no seeking, so FFmpeg never goes back to what is on disk."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes) -> int:
        left = memoryview(data)
        while left:
            left = left[os.write(self._descriptor, left) :]
        return len(data)
