"""Recognisers of speech behind one small interface; only the speech process loads one."""

import importlib
import importlib.util
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]  # mono, 16 kHz, full scale ±1

RATE = 16_000
LONGEST = 30.0  # seconds that Whisper hears at once

MODULES = {
    "faster-whisper": "media.engines.faster_whisper",
    "openai-whisper": "media.engines.openai_whisper",
}


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word as the recogniser gave it: spaces and punctuation may cling to it. Seconds."""

    start: float
    end: float
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Heard:
    """One stretch of text and how far the recogniser trusts it; seconds from the first sample."""

    start: float
    end: float
    text: str
    words: tuple[HeardWord, ...]
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """How to listen: `language` "zh" | "en"; `hotwords` one space apart; `beam` 1 is fast."""

    language: str
    hotwords: str = ""
    beam: int = 5
    word_times: bool = True


class Engine(Protocol):
    """A recogniser with its weights in memory. Computes; never called on an event loop."""

    def transcribe(self, samples: Samples, hearing: Hearing) -> list[Heard]:
        """The text of at most LONGEST seconds, in order of time."""

    def languages(self, samples: Samples) -> dict[str, float]:
        """How likely each language is, by its ISO 639-1 code."""


def open_engine(name: str, model_path: str, cpu_threads: int) -> Engine:
    """Load the recogniser called `name`. Raises KeyError for an unknown one, ImportError where its
    package is not installed, and whatever the package raises for weights it cannot read."""
    engine: Engine = importlib.import_module(MODULES[name]).load(model_path, cpu_threads)
    return engine


def installed(name: str) -> bool:
    """Whether the package that the engine called `name` needs is there."""
    package = {"faster-whisper": "faster_whisper", "openai-whisper": "whisper"}[name]
    return importlib.util.find_spec(package) is not None
