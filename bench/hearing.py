"""How fast and how large each recogniser is: the synthetic lesson through the second pass."""

import json
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from media.engines import MODULES, RATE, Hearing, Samples, installed
from media.files import sound_of
from media.models import Model, ModelMissing, find
from media.speech_process import SpeechProcess
from media.transcribe import transcribe
from tests.words import cer

LESSON = "media/synthetic/lesson_grid_zh"
INTERIM = 5.0  # seconds of sound behind a typical interim caption


RUNS = 3


def run(material: Path | None) -> dict[str, dict[str, Any]]:
    """Figures by "engine model" for every one that is installed and lies in `material`/models:
    real-time factor and peak memory of the second pass, its error rate, and the seconds that an
    interim caption of a 5 s utterance takes; times are medians of RUNS."""
    if material is None:
        print("Skipped: JIANGTAI_MATERIAL names no folder with speech and models.")
        return {}
    sound = np.concatenate(list(sound_of(material / f"{LESSON}.wav")))
    lines = json.loads((material / f"{LESSON}.json").read_text())["lines"]
    truth = "".join(line["text"] for line in lines)
    figures = {
        f"{model.engine} {model.name}": _measured(model, sound, truth)
        for model in models(material / "models")
    }
    print(table(figures))
    return figures


def models(folder: Path) -> Iterator[Model]:
    """Every model in `folder` whose engine is installed, by engine and size of its weights."""
    for engine in filter(installed, MODULES):
        found = []
        for place in sorted(p for p in folder.iterdir() if p.is_dir() or p.suffix == ".pt"):
            try:
                found.append(find(str(place), folder, engine))
            except ModelMissing:
                continue
        yield from sorted(found, key=_weight)


def table(figures: dict[str, dict[str, Any]]) -> str:
    """The figures as text."""
    head = (
        f"{'engine and model':28} {'× real time':>12} {'CER':>7} {'peak MB':>8} {'interim s':>10}"
    )
    rows = (
        f"{name:28} {f['real_time_factor']:12.3f} {f['cer']:7.3f} "
        f"{f['peak_memory_mb']:8.0f} {f['interim_s']:10.2f}"
        for name, f in figures.items()
    )
    return "\n".join(["Hearing: 100 s of Chinese, 2 threads", head, *rows])


def _measured(model: Model, sound: Samples, truth: str) -> dict[str, Any]:
    with SpeechProcess(model) as process:
        process.transcribe(sound[:RATE], Hearing("zh", beam=1))  # loads the weights
        took = []
        for _ in range(RUNS):
            began = time.perf_counter()
            found = transcribe([sound], process)
            took.append(time.perf_counter() - began)
        interims = [_seconds_for(process, sound[: round(INTERIM * RATE)]) for _ in range(RUNS)]
        assert process.pid is not None
        peak = _peak_memory_mb(process.pid)
    return {
        "real_time_factor": statistics.median(took) / (len(sound) / RATE),
        "cer": cer("".join(segment.text for segment in found.segments), truth),
        "peak_memory_mb": peak,
        "interim_s": statistics.median(interims),
        "threads": 2,
    }


def _seconds_for(process: SpeechProcess, sound: Samples) -> float:
    began = time.perf_counter()
    process.transcribe(sound, Hearing("zh", beam=1))
    return time.perf_counter() - began


def _peak_memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _weight(model: Model) -> int:
    path = model.path if model.path.is_file() else model.path / "model.bin"
    return path.stat().st_size
