"""faster-whisper: Whisper in CTranslate2. The recogniser we ship with."""

from faster_whisper import WhisperModel

from media.engines import RATE, Heard, HeardWord, Hearing, Samples

MOST_TOKENS = 448  # of prompt and text together: Whisper's window of text
TOKENS_PER_SECOND = 12.0  # six characters a second, two tokens each
SPARE_TOKENS = 24  # for marks of language, task and time


class FasterWhisper:
    """One model in memory, 8-bit weights on the processor."""

    def __init__(self, model_path: str, cpu_threads: int) -> None:
        self._model = WhisperModel(
            model_path, device="cpu", compute_type="int8", cpu_threads=cpu_threads
        )

    def transcribe(self, samples: Samples, hearing: Hearing) -> list[Heard]:
        """One greedy or beam search at temperature 0: sampling again only invents more."""
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
