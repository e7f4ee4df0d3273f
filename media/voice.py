"""Where a voice is: the Silero model inside the faster-whisper wheel, run over a stream."""

import functools
import importlib.util
import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from media.engines import RATE, Samples

FRAME = 512  # samples the model judges at once, 32 ms at 16 kHz
CONTEXT = 64  # samples of the frame before that it wants to see again
BATCH = 1024  # frames per call at most, so that memory stays flat

STARTS = 0.5  # probability from which a voice begins …
LASTS = 0.35  # … and below which it may end (the model's authors' values)
MIN_SILENCE = 0.3  # seconds of no voice that end a span
MIN_SPEECH = 0.1  # seconds; anything shorter is a click or a cough

Span = tuple[float, float]  # seconds [start, end)


class Voice:
    """Voice activity of one stream of 16 kHz mono sound; memory does not grow with its length."""

    def __init__(self, *, min_silence: float = MIN_SILENCE, longest: float = math.inf) -> None:
        """A span that reaches `longest` seconds is cut where a voice was least likely."""
        self._state = np.zeros((1, 1, 128), np.float32)
        self._cell = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(CONTEXT, np.float32)
        self._rest = np.zeros(0, np.float32)
        self._frames = 0
        self._began: int | None = None
        self._quiet_since: int | None = None
        self._patience = round(min_silence * RATE / FRAME)
        self._longest = longest * RATE / FRAME
        self._likely: list[float] = []  # per frame of the open span, where `longest` is finite

    @property
    def time(self) -> float:
        """Seconds judged so far."""
        return self._frames * FRAME / RATE

    @property
    def speaking_since(self) -> float | None:
        """Second at which the span that is still open began; None in silence."""
        return None if self._began is None else self._began * FRAME / RATE

    def feed(self, samples: Samples) -> list[Span]:
        """Take the next samples; returns the spans that ended within them."""
        spans = (self._step(float(p)) for p in self.probabilities(samples))
        return [span for span in spans if span is not None]

    def finish(self) -> list[Span]:
        """No sound follows: judge what is left and end an open span."""
        spans = self.feed(np.zeros(-len(self._rest) % FRAME, np.float32)) if len(self._rest) else []
        if self._began is not None:
            spans += [span for span in [self._end(self._quiet_since or self._frames)] if span]
        return spans

    def probabilities(self, samples: Samples) -> NDArray[np.float32]:
        """Probability of a voice in each whole frame up to the end of `samples`."""
        sound = np.concatenate([self._rest, samples.astype(np.float32, copy=False)])
        whole = len(sound) // FRAME
        self._rest = sound[whole * FRAME :].copy()
        frames = sound[: whole * FRAME].reshape(whole, FRAME)
        found = [self._judge(frames[i : i + BATCH]) for i in range(0, whole, BATCH)]
        return np.concatenate(found) if found else np.zeros(0, np.float32)

    def _judge(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        before = np.vstack([self._context, frames[:-1, -CONTEXT:]])
        self._context = frames[-1, -CONTEXT:].copy()
        output, self._state, self._cell = _model().run(
            None, {"input": np.hstack([before, frames]), "h": self._state, "c": self._cell}
        )
        return np.asarray(output, np.float32).reshape(-1)

    def _step(self, probability: float) -> Span | None:
        here = self._frames
        self._frames += 1
        if probability >= STARTS:
            self._quiet_since = None
            if self._began is None:
                self._began, self._likely = here, []
        elif probability < LASTS and self._began is not None:
            if self._quiet_since is None:
                self._quiet_since = here
            if here - self._quiet_since >= self._patience:
                return self._end(self._quiet_since)
        return self._cut(probability) if math.isfinite(self._longest) else None

    def _cut(self, probability: float) -> Span | None:
        if self._began is None:
            return None
        self._likely.append(probability)
        if len(self._likely) < self._longest:
            return None
        tail = len(self._likely) * 2 // 3
        at = tail + int(np.argmin(self._likely[tail:]))
        rest = self._likely[at:]
        span = self._began * FRAME / RATE, (self._began + at) * FRAME / RATE
        self._began, self._likely = self._began + at, rest
        return span

    def _end(self, frame: int) -> Span | None:
        began, self._began, self._quiet_since = self._began, None, None
        if began is None or (frame - began) * FRAME < MIN_SPEECH * RATE:
            return None
        return began * FRAME / RATE, frame * FRAME / RATE


def speech_spans(chunks: Iterable[Samples]) -> list[Span]:
    """The stretches in which a voice was found: seconds, in order, not overlapping."""
    voice = Voice()
    spans = [span for chunk in chunks for span in voice.feed(chunk)]
    return spans + voice.finish()


@functools.cache
def _model() -> onnxruntime.InferenceSession:
    """Loaded from the wheel's folder without importing it, which would load Whisper's engine."""
    package = importlib.util.find_spec("faster_whisper")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("faster-whisper, whose wheel holds the voice model, is not installed")
    assets = Path(package.submodule_search_locations[0]) / "assets"
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        next(assets.glob("silero_vad*.onnx")), options, providers=["CPUExecutionProvider"]
    )
