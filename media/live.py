"""Live captions: one speaker's Opus frames to text while it is being said.

Interim text is taken greedily and without the times of words, which cost as much again; glossary
and words are for the final text.

All work is done on a thread of its own and in the speech process; `write` only puts the frame into
a bounded queue. When the machine is too slow, interim text is left out first, then the oldest
utterance.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from fractions import Fraction

import av
import numpy as np

from media.engines import RATE, Heard, Hearing, Samples
from media.heard import plain, segments, written
from media.sound import Resampler
from media.speech_process import SpeechBusy, SpeechFailed, SpeechProcess
from media.track import Codec, EncodedFrame
from media.transcribe import echoes, hotwords_of
from media.windows import Window, Windows
from media.words import Segment

OnSegment = Callable[[Segment, bool], None]  # what was said, and whether that is final

UTTERANCE_GAP = 0.6  # seconds of silence that end an utterance
LONGEST_UTTERANCE = 15.0  # seconds; a longer one is captioned in parts
INTERIM_EVERY = 0.8  # seconds of new sound that are worth another look
QUEUE = 3000  # frames that may wait: 30 s of Chromium's 10 ms frames
WAITING = 4  # utterances that may wait for the recogniser
HOLE = 0.06  # seconds without a frame that are a hole, not jitter
REST = 1.0  # seconds of a hole that are filled with silence; the clock then jumps


class LiveTranscriber:
    """A Sink for one speaker's sound (kind "audio", Opus). Create it on the event loop.

    `on_segment(segment, final)` is called on the loop: interim text while the speaker goes on, then
    the final text of the utterance; times are seconds on the room's clock.
    `failed` is called once, on the loop, when the recogniser cannot be used.
    """

    def __init__(
        self,
        process: SpeechProcess,
        on_segment: OnSegment,
        *,
        language: str = "zh",
        glossary: Sequence[str] = (),
        speaker: str = "",
        failed: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self._process = process
        self._on_segment = on_segment
        self._failed = failed
        self._language = language
        self._hotwords = hotwords_of(glossary)
        self._speaker = speaker
        self._loop = asyncio.get_running_loop()
        self._frames: deque[EncodedFrame] = deque(maxlen=QUEUE)
        self._finals: deque[Window] = deque(maxlen=WAITING)
        self._asked: _Question | None = None
        self._seen = 0.0  # second up to which an interim was asked for
        self._broken = False
        self._closed = False
        self._wake = threading.Event()
        self._done = asyncio.Event()
        self._hearing = _Hearing()
        self._thread = threading.Thread(target=self._run, name="captions", daemon=True)
        self._thread.start()

    def write(self, frame: EncodedFrame) -> None:
        """Accept a frame; never waits. Frames that are not Opus are ignored."""
        if frame.codec.name.lower() == "opus" and frame.data and not self._closed:
            self._frames.append(frame)
            self._wake.set()

    def close(self) -> None:
        """No frame will follow; what is being said is still finished. Safe to call twice."""
        self._closed = True
        self._wake.set()

    async def finished(self) -> None:
        """After `close`: wait until the last final was given out."""
        await self._done.wait()

    def _run(self) -> None:
        try:
            while not (self._closed and self._is_idle()):
                self._wake.wait()
                self._wake.clear()
                self._hear()
                self._take_answer()
                self._ask()
        finally:
            self._tell(self._done.set)

    def _is_idle(self) -> bool:
        return not (self._frames or self._finals or self._asked) and self._hearing.is_over

    def _hear(self) -> None:
        while self._frames:
            self._finals += self._hearing.feed(self._frames.popleft())
        if self._closed:
            self._finals += self._hearing.finish()

    def _take_answer(self) -> None:
        asked = self._asked
        if asked is None or not asked.answer.done():
            return
        self._asked = None
        try:
            heard = asked.answer.result()
        except (SpeechFailed, CancelledError) as error:
            self._give_up(str(error))
            return
        if echoes(heard, asked.hotwords):
            return
        for segment in self._segments(heard, asked):
            self._tell(self._on_segment, segment, asked.final)

    def _segments(self, heard: list[Heard], asked: "_Question") -> list[Segment]:
        spans = asked.window.spans
        if asked.final:
            words = written(heard, spans, asked.window.start, self._language)
            return segments(words, self._language, self._speaker)
        text = plain(heard, self._language)
        return [Segment(spans[0][0], spans[-1][1], text, (), self._speaker)] if text else []

    def _ask(self) -> None:
        """One question at a time: what is final first, interim text where nothing waits."""
        if self._asked is not None:
            return
        if self._broken:
            self._finals.clear()
            return
        if self._finals:
            self._put(self._finals.popleft(), final=True)
            return
        current = self._hearing.current()
        if current is not None and current.end - max(self._seen, current.start) >= INTERIM_EVERY:
            self._seen = current.end
            self._put(current, final=False)

    def _put(self, window: Window, *, final: bool) -> None:
        hotwords = self._hotwords if final else ""
        hearing = Hearing(self._language, hotwords, beam=1, word_times=final)
        try:
            answer = self._process.submit(window.samples, hearing)
        except SpeechBusy:
            return
        except SpeechFailed as error:
            self._give_up(str(error))
            return
        self._asked = _Question(window, final, hotwords, answer)
        answer.add_done_callback(lambda _: self._wake.set())

    def _give_up(self, reason: str) -> None:
        self._finals.clear()
        if not self._broken:
            self._broken = True
            self._tell(self._failed, reason)

    def _tell(self, call: Callable[..., object], *arguments: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is gone, and with it whoever listened
            self._loop.call_soon_threadsafe(call, *arguments)


class _Question:
    def __init__(
        self, window: Window, final: bool, hotwords: str, answer: "Future[list[Heard]]"
    ) -> None:
        self.window = window
        self.final = final
        self.hotwords = hotwords
        self.answer = answer


class _Hearing:
    """Opus frames to windows on the room's clock."""

    def __init__(self) -> None:
        self._windows: Windows | None = None
        self._codec: Codec | None = None
        self._end = 0.0  # second at which the last sample ended
        self.is_over = False

    def feed(self, frame: EncodedFrame) -> list[Window]:
        if frame.codec != self._codec:
            self._codec = frame.codec
            self._decoder = av.CodecContext.create(frame.codec.name.lower(), "r")
            self._resample = Resampler()
        complete: list[Window] = []
        if self._windows is not None and frame.time - self._end > HOLE:
            hole = frame.time - self._end
            silence = np.zeros(round(min(hole, REST) * RATE), np.float32)
            complete += self._windows.feed(silence)
            self._end += len(silence) / RATE
        if self._windows is None or abs(frame.time - self._end) > REST:
            complete += self._windows.finish() if self._windows else []
            self._windows = Windows(gap=UTTERANCE_GAP, longest=LONGEST_UTTERANCE, start=frame.time)
            self._end = frame.time
        samples = self._decode(frame)
        if self._end - frame.time > HOLE:
            return complete  # heard already, or longer than it had time to be
        self._end += len(samples) / RATE
        return complete + self._windows.feed(samples)

    def current(self) -> Window | None:
        return self._windows.current() if self._windows else None

    def finish(self) -> list[Window]:
        self.is_over = True
        windows, self._windows = self._windows, None
        return windows.finish() if windows else []

    def _decode(self, frame: EncodedFrame) -> Samples:
        """The frame's samples; none where it is broken."""
        packet = av.Packet(frame.data)
        packet.pts = frame.timestamp
        packet.time_base = Fraction(1, frame.codec.clock_rate)
        pieces: list[Samples] = []
        with contextlib.suppress(av.FFmpegError, ValueError):
            for decoded in self._decoder.decode(packet):  # type: ignore[attr-defined]
                pieces += [samples for _, samples in self._resample(decoded)]
        return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
