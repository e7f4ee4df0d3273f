"""The voices of a room: every speaker's Opus, decoded and mixed into one."""

import av

from media.mixing import Mixer
from media.muxer import SOUND_RATE
from media.sound import Resampler, Samples


class Voices:
    """Times are seconds of the take. `begin` first; again after `drain`."""

    def __init__(self) -> None:
        self._mixer = Mixer(SOUND_RATE)
        self._ears: dict[int, _Ear] = {}
        self._began = False

    @property
    def seconds(self) -> float:
        """Where what was given out ends."""
        return self._mixer.seconds

    @property
    def waiting(self) -> bool:
        """Whether somebody was heard beyond that."""
        return self._mixer.waiting

    def begin(self, at: float) -> None:
        """Be at second `at`; what is held for it and after stays where it goes on from there."""
        if not self._began or abs(self.seconds - at) > 1 / SOUND_RATE:
            self._mixer.begin(at)
        self._began = True

    def write(self, source: int, data: bytes, at: float) -> None:
        """An Opus packet of one speaker; a broken one is a hole."""
        ear = self._ears.get(source)
        if ear is None:
            ear = self._ears[source] = _Ear()
        for samples in ear.hear(data):
            self._mixer.add(source, at, samples)
            at += len(samples) / SOUND_RATE

    def ready(self, now: float | None = None) -> Samples:
        """48 kHz mono samples that go on where the last ones ended."""
        return self._mixer.ready(now)

    def drain(self, end: float) -> Samples:
        """The last ones, until second `end`."""
        self._began = False
        return self._mixer.drain(end)

    def forget(self, source: int) -> None:
        """This speaker's connection is gone."""
        self._ears.pop(source, None)


class _Ear:
    def __init__(self) -> None:
        self._decoder = av.CodecContext.create("opus", "r")
        self._resample = Resampler(SOUND_RATE)

    def hear(self, data: bytes) -> list[Samples]:
        try:
            frames = self._decoder.decode(av.Packet(data))
        except av.FFmpegError:
            return []
        return [samples for frame in frames for _, samples in self._resample(frame)]
