"""faster-whisper: Whisper in CTranslate2. The recogniser we ship with."""

import math
import zlib

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer

from media.engines import RATE, Heard, HeardWord, Hearing, Samples

MOST_TOKENS = 448  # of prompt and text together: Whisper's window of text
TOKENS_PER_SECOND = 12.0  # six characters a second, two tokens each
SPARE_TOKENS = 24  # for marks of language, task and time
FRAMES_PER_SECOND = 100
SILENCE_AFTER = 1.0  # seconds: a sound that stops at its last sample makes Whisper go on by itself


class FasterWhisper:
    """One model in memory, 8-bit weights on the processor."""

    def __init__(self, model_path: str, cpu_threads: int) -> None:
        self._model = WhisperModel(
            model_path, device="cpu", compute_type="int8", cpu_threads=cpu_threads
        )

    def transcribe(self, samples: Samples, hearing: Hearing) -> list[Heard]:
        """One greedy or beam search at temperature 0: sampling again only invents more."""
        if not hearing.word_times:
            return self._glance(samples, hearing)
        found, _ = self._model.transcribe(
            samples,
            language=hearing.language,
            hotwords=hearing.hotwords or None,
            beam_size=hearing.beam,
            word_timestamps=hearing.word_times,
            temperature=0.0,
            condition_on_previous_text=False,
            vad_filter=False,
            without_timestamps=not hearing.word_times,
            max_new_tokens=self._most_tokens(samples, hearing.hotwords),
        )
        return [
            Heard(
                float(segment.start),
                float(segment.end),
                segment.text,
                tuple(
                    HeardWord(float(w.start), float(w.end), w.word, float(w.probability))
                    for w in segment.words or ()
                ),
                float(segment.avg_logprob),
                float(segment.no_speech_prob),
                float(segment.compression_ratio),
            )
            for segment in found
        ]

    def _glance(self, samples: Samples, hearing: Hearing) -> list[Heard]:
        """Text alone. The encoder sees the sound and no more, where the library always lays it out
        on 30 s: most of the time of a short utterance goes into that silence."""
        model, seconds = self._model, len(samples) / RATE
        tokenizer = Tokenizer(
            model.hf_tokenizer,
            model.model.is_multilingual,
            task="transcribe",
            language=hearing.language,
        )
        frames = math.ceil((seconds + SILENCE_AFTER) * FRAMES_PER_SECOND)
        features = pad_or_trim(model.feature_extractor(samples), min(frames, 3000))
        prompt = model.get_prompt(tokenizer, [], without_timestamps=True)
        found = model.model.generate(
            model.encode(np.ascontiguousarray(features, np.float32)),
            [prompt],
            beam_size=1,
            max_length=len(prompt) + self._most_tokens(samples, ""),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = found.sequences_ids[0]
        text = tokenizer.decode(tokens).strip()
        packed = len(text.encode()) / len(zlib.compress(text.encode()))
        return [Heard(0.0, seconds, text, (), found.scores[0], found.no_speech_prob, packed)]

    def _most_tokens(self, samples: Samples, hotwords: str) -> int:
        """What may be said in that time: a loop would otherwise go on to the model's limit."""
        given = min(len(self._model.hf_tokenizer.encode(f" {hotwords}").ids), MOST_TOKENS // 2)
        sayable = round(SPARE_TOKENS + TOKENS_PER_SECOND * len(samples) / RATE)
        return min(sayable, MOST_TOKENS - given - SPARE_TOKENS)

    def languages(self, samples: Samples) -> dict[str, float]:
        """Probabilities from one look at the encoder's output."""
        _, _, probabilities = self._model.detect_language(samples)
        return {language: float(probability) for language, probability in probabilities}


def load(model_path: str, cpu_threads: int) -> FasterWhisper:
    """Load the CTranslate2 model in the folder `model_path`."""
    return FasterWhisper(model_path, cpu_threads)
