"""openai-whisper: Whisper by its makers, in PyTorch. An optional extra.

It has no hot words: the glossary goes into its initial prompt.
"""

from typing import Any

import numpy as np
import torch
import whisper

from media.engines import LONGEST, RATE, Heard, HeardWord, Hearing, Samples


class OpenAIWhisper:
    """One model in memory, 32-bit weights on the processor."""

    def __init__(self, model_path: str, cpu_threads: int) -> None:
        torch.set_num_threads(cpu_threads)
        self._model = whisper.load_model(model_path, device="cpu")

    def transcribe(self, samples: Samples, hearing: Hearing) -> list[Heard]:
        """One greedy or beam search at temperature 0."""
        found: dict[str, Any] = self._model.transcribe(
            samples,
            language=hearing.language,
            initial_prompt=hearing.hotwords or None,
            beam_size=hearing.beam if hearing.beam > 1 else None,
            word_timestamps=hearing.word_times,
            temperature=0.0,
            condition_on_previous_text=False,
            fp16=False,
            verbose=None,
        )
        return [
            Heard(
                float(segment["start"]),
                float(segment["end"]),
                segment["text"],
                tuple(
                    HeardWord(
                        float(w["start"]), float(w["end"]), w["word"], float(w["probability"])
                    )
                    for w in segment.get("words", ())
                ),
                float(segment["avg_logprob"]),
                float(segment["no_speech_prob"]),
                float(segment["compression_ratio"]),
            )
            for segment in found["segments"]
        ]

    def languages(self, samples: Samples) -> dict[str, float]:
        """Probabilities from one look at the encoder's output."""
        padded = whisper.pad_or_trim(samples.astype(np.float32), int(LONGEST * RATE))
        mel = whisper.log_mel_spectrogram(padded, n_mels=self._model.dims.n_mels)
        _, probabilities = self._model.detect_language(mel)
        return {language: float(p) for language, p in probabilities.items()}


def load(model_path: str, cpu_threads: int) -> OpenAIWhisper:
    """Load the checkpoint (.pt) at `model_path`."""
    return OpenAIWhisper(model_path, cpu_threads)
