"""Many speakers' samples added up to one line: without holes, without clipping, hardly late."""

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from media.sound import TOLERANCE_S, Samples

HOLD_S = 0.3  # so long one waits for a speaker whose sound is late
SHIFT_S = 0.5  # so much lost in a row, and a speaker is heard later rather than never
AHEAD_S = 5.0  # sound from further in the future than this has a wrong time
BLOCK_S = 0.01  # the limiter looks so far ahead
LOUDEST = 0.98
RELEASE = 0.02  # how much louder it gets again from block to block


@dataclass(slots=True)
class _Speaker:
    """Sample numbers: `end` of what was placed; `shift` of a speaker who is always late."""

    end: int
    shift: int = 0
    lost: int = 0


class Mixer:
    """What speakers say, added up. Times are seconds of one clock; samples are mono, -1 … 1.

    `begin`, then `add` as sound comes and `ready` for what nobody can add to any more. It waits for
    speakers who are still heard, `hold` seconds at most; with nobody late, about 20 ms.
    """

    def __init__(self, rate: int = 48_000, hold: float = HOLD_S) -> None:
        self._rate = rate
        self._hold = round(hold * rate)
        self._block = round(BLOCK_S * rate)
        self._at = 0  # the sample where what is given out next begins
        self._sum = np.zeros(0, np.float32)  # from there on
        self._speakers: dict[Hashable, _Speaker] = {}
        self._limiter = _Limiter(self._block)

    @property
    def seconds(self) -> float:
        """Where what was given out ends."""
        return self._at / self._rate

    @property
    def waiting(self) -> bool:
        """Whether somebody was heard beyond that."""
        return any(line.end > self._at for line in self._speakers.values())

    def begin(self, second: float) -> None:
        """The line begins at `second`; what was not given out is gone."""
        self._at = round(second * self._rate)
        self._sum = self._sum[:0]
        self._speakers.clear()
        self._limiter = _Limiter(self._block)

    def add(self, speaker: Hashable, time: float, samples: Samples) -> None:
        """`samples` that `speaker` said at second `time`. Holes are silence, overlaps are cut."""
        index = round(time * self._rate)
        if not len(samples) or index - self._at > AHEAD_S * self._rate:
            return
        line = self._speakers.setdefault(speaker, _Speaker(index))
        start = self._place(line, index)
        samples = samples[max(0, line.end - start) :]
        start = max(start, line.end)
        line.end = start + len(samples)
        cut = min(self._at - start, len(samples))
        if cut > 0:
            self._late(line, cut)
            samples, start = samples[cut:], self._at
        else:
            line.lost = 0
        self._put(start - self._at, samples)

    def ready(self, now: float | None = None) -> Samples:
        """What is complete. `now` says that time has passed even where nobody speaks."""
        newest = max((line.end for line in self._speakers.values()), default=self._at)
        heard = [line.end for line in self._speakers.values() if newest - line.end < self._hold]
        until = min(heard, default=self._at)
        if now is not None:
            until = max(until, round(now * self._rate) - self._hold)
        blocks = (until - self._at) // self._block - 1  # the last one is only looked at
        return self._give(max(0, blocks) * self._block)

    def drain(self, end: float) -> Samples:
        """Everything until second `end`; `begin` before anything is added again."""
        return self._give(max(0, round(end * self._rate) - self._at))

    def forget(self, speaker: Hashable) -> None:
        """Nobody waits for this speaker any more."""
        self._speakers.pop(speaker, None)

    def _place(self, line: _Speaker, index: int) -> int:
        wanted = index + line.shift
        if abs(wanted - line.end) <= TOLERANCE_S * self._rate:
            return line.end
        if wanted > line.end:  # a new beginning
            line.shift = 0
            line.end = min(line.end, index)
            return index
        return wanted

    def _late(self, line: _Speaker, cut: int) -> None:
        line.lost += cut
        if line.lost > SHIFT_S * self._rate:
            late = self._at - line.end
            line.shift += max(0, late)
            line.end += max(0, late)
            line.lost = 0

    def _put(self, offset: int, samples: Samples) -> None:
        end = offset + len(samples)
        if end > len(self._sum):
            self._sum = np.concatenate([self._sum, np.zeros(end - len(self._sum), np.float32)])
        self._sum[offset:end] += samples

    def _give(self, count: int) -> Samples:
        if not count:
            return self._sum[:0]
        lacks = count + self._block - len(self._sum)
        if lacks > 0:
            self._sum = np.concatenate([self._sum, np.zeros(lacks, np.float32)])
        given = self._limiter(self._sum[:count], self._sum[count : count + self._block])
        self._sum = self._sum[count:]
        self._at += count
        return given


class _Limiter:
    """Turns down what is too loud, evenly and before it comes, and up again slowly."""

    def __init__(self, block: int) -> None:
        self._block = block
        self._gain = 1.0

    def __call__(self, samples: Samples, ahead: Samples) -> Samples:
        """`samples` limited; `ahead` is the block that follows them."""
        count = -(-len(samples) // self._block)
        padded = np.zeros((count + 1) * self._block, np.float32)
        padded[: len(samples)] = samples
        padded[len(samples) : len(samples) + len(ahead)] = ahead
        peaks = np.abs(padded.reshape(count + 1, self._block)).max(axis=1)
        if self._gain == 1.0 and peaks.max() <= LOUDEST:
            return samples
        allowed = np.minimum(1.0, LOUDEST / np.maximum(peaks, LOUDEST))
        gains = [min(self._gain, float(allowed[0]))]
        for here, following in pairwise(allowed):
            gains.append(min(float(here), float(following), gains[-1] + RELEASE))
        self._gain = gains[-1]
        moments = np.arange(len(samples)) / self._block
        limited = samples * np.interp(moments, np.arange(count + 1), gains)
        return np.asarray(limited, np.float32)
