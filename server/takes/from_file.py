"""`jiangtai rehearse FILE`: a recording to report.html, report.json and transcript.vtt, by itself.

No server, no database; the same pipeline as on the site.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Literal, cast

from tqdm import tqdm

from media.confined import Broken, Refused
from media.engines import installed
from media.files import MediaError, Truncated
from media.layout import replace
from media.models import REPOSITORIES, Model, ModelMissing, fetch, find
from media.slides import inspect
from media.speech_process import SpeechFailed
from rehearsal.plan import MAX_BYTES, PlanError, plan_from_yaml, plan_to_data
from server.i18n import Translator
from server.settings import Settings
from server.takes.pipeline import WEIGHTS, Order, duration_of, run
from server.takes.processing import share_of_whole
from server.takes.report_html import report_html

LANGUAGES = ("zh", "en", "auto")


class Failed(ValueError):
    """The sentence for the person; the command line prints it and ends with status 1."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line. `model` and `engine` None: as the settings say."""

    file: Path
    out: Path
    plan: Path | None = None
    slides: Path | None = None
    language: str = "auto"
    model: str | None = None
    engine: str | None = None


def rehearse(wanted: Wanted, settings: Settings, words: Translator) -> int:
    """Do it. Raises Failed with one sentence; returns 0 when everything is written."""
    try:
        return _rehearse(wanted, settings, words)
    except (MediaError, Refused, PlanError, SpeechFailed, Broken) as error:
        raise Failed(f"{_named(error, wanted)}: {_sentence(error, words)}") from error
    except OSError as error:
        detail = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise Failed(words.t("rehearse.error.file", detail=detail)) from error


def _rehearse(wanted: Wanted, settings: Settings, words: Translator) -> int:
    _check_file(wanted.file, words)
    plan = plan_from_yaml(_text(wanted.plan, words)) if wanted.plan else None
    if wanted.slides:
        _check_file(wanted.slides, words)
        inspect(wanted.slides)
    duration_of(wanted.file)
    model = model_for(wanted, settings, words)
    _check_out(wanted.out, words)
    order = Order(
        media=str(wanted.file.resolve()),
        model=model,
        language=cast(Literal["zh", "en", "auto"], wanted.language),
        plan=plan_to_data(plan) if plan else None,
        slides=str(wanted.slides.resolve()) if wanted.slides else "",
        threads=settings.whisper_threads,
    )
    with _bar(words.t("rehearse.working")) as bar:
        report = run(order, wanted.out, lambda stage, share: _show(bar, stage, share, words))
        bar.update(100 - bar.n)
    page = report_html(report, words, title=plan.title if plan else wanted.file.stem)
    replace(wanted.out / "report.html", page)
    print(words.t("rehearse.done", folder=str(wanted.out)), file=sys.stderr)  # noqa: T201
    return 0


def model_for(wanted: Wanted, settings: Settings, words: Translator) -> Model:
    """The model: found, or fetched by its name. Failed says which files to put where."""
    name = wanted.model or settings.whisper_model
    engine = wanted.engine or settings.whisper_engine
    if not installed(engine):
        raise Failed(words.t("rehearse.error.engine", engine=engine))
    models = settings.data.resolve() / "models"
    try:
        return find(name, models, engine)
    except ModelMissing as missing:
        if name not in REPOSITORIES or engine != "faster-whisper":
            raise Failed(_missing(missing, words)) from missing
    try:
        with tqdm(
            unit="B",
            unit_scale=True,
            file=sys.stderr,
            desc=words.t("rehearse.fetching", model=name),
        ) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            endpoint = settings.hub_endpoint or None
            return fetch(name, models, endpoint=endpoint, progress=show)
    except ModelMissing as missing:
        raise Failed(_missing(missing, words)) from missing


def _missing(missing: ModelMissing, words: Translator) -> str:
    key = "rehearse.error.model_published" if missing.repository else "rehearse.error.model"
    return words.t(
        key,
        files=words.listed(missing.files),
        folder=str(missing.folder),
        repository=missing.repository,
    )


def _check_file(path: Path, words: Translator) -> None:
    if path.is_dir():
        raise Failed(words.t("rehearse.error.folder", file=str(path)))
    if not path.is_file():
        raise Failed(words.t("rehearse.error.no_file", file=str(path)))


def _check_out(folder: Path, words: Translator) -> None:
    """Before the hours of work, not after them: can the results be written there?"""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
    except OSError as error:
        told = words.t("rehearse.error.out", folder=str(folder), detail=error.strerror)
        raise Failed(told) from error


def _text(path: Path, words: Translator) -> str:
    _check_file(path, words)
    if path.stat().st_size > MAX_BYTES:
        raise PlanError("too_large", limit=MAX_BYTES // 1024)
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise Failed(words.t("rehearse.error.no_text", file=str(path))) from None


def _named(error: Exception, wanted: Wanted) -> str:
    """The file that the error is about."""
    if isinstance(error, PlanError) and wanted.plan:
        return str(wanted.plan)
    if isinstance(error, Refused) and error.key.startswith("slides.") and wanted.slides:
        return str(wanted.slides)
    return str(wanted.file)


def _sentence(error: Exception, words: Translator) -> str:
    if isinstance(error, Refused):
        return words.t(error.key, **error.params)
    if isinstance(error, PlanError):
        return words.t(f"plan.error.{error.key}", **error.params)
    if isinstance(error, Truncated):
        return words.t(error.key, seconds=round(error.reached))
    if isinstance(error, MediaError):
        return words.t(error.key)
    return f"{words.t('take.error.speech')} ({error})"


def _bar(label: str) -> "tqdm[None]":
    return tqdm(
        total=100, file=sys.stderr, desc=label, bar_format="{desc} {bar} {n:.0f}% {elapsed}"
    )


def _show(bar: "tqdm[None]", stage: str, share: float, words: Translator) -> None:
    skipped = WEIGHTS["import"]
    whole = (share_of_whole(stage, share) - skipped) / (1 - skipped)
    bar.set_description_str(words.t(f"take.doing.{stage}"), refresh=False)
    bar.update(max(0.0, 100 * whole - bar.n))
