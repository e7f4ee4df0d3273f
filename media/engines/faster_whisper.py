"""faster-whisper: Whisper in CTranslate2. The recogniser we ship with."""

from faster_whisper import WhisperModel

from media.engines import Heard, HeardWord, Hearing, Samples


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

    def languages(self, samples: Samples) -> dict[str, float]:
        """Probabilities from one look at the encoder's output."""
        _, _, probabilities = self._model.detect_language(samples)
        return {language: float(probability) for language, probability in probabilities}


def load(model_path: str, cpu_threads: int) -> FasterWhisper:
    """Load the CTranslate2 model in the folder `model_path`."""
    return FasterWhisper(model_path, cpu_threads)
