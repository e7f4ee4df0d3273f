"""The installation's speech model: found, or fetched beside the running site."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from media.models import Model, ModelMissing, fetch, find
from server.events import Bus, ModelChanged
from server.settings import Settings
from server.store.folder import DataFolder

log = structlog.get_logger()

LOOK_EVERY_S = 5.0  # somebody may have put the files there
TRY_AGAIN_S = 600.0
TELL_EVERY_S = 0.5

State = Literal["ready", "fetching", "missing"]


class _Stopped(Exception):
    """The site goes down: the download is broken off, and resumed at the next start."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What would make a model: `files` put into `folder`. `repository` publishes them ("" unknown),
    `reason` is what the hub answered."""

    folder: str
    files: tuple[str, ...]
    repository: str
    reason: str


class Ear:
    """Which model hears, as everybody may ask at any moment. Publishes ModelChanged."""

    def __init__(self, settings: Settings, folder: DataFolder, bus: Bus) -> None:
        self._settings = settings
        self._folder = folder
        self._bus = bus
        self._stopping = threading.Event()
        self._watching: asyncio.Task[None] | None = None
        self.model: Model | None = None
        self.state: State = "missing"
        self.progress = 0.0
        self.missing: Missing | None = None

    @property
    def models(self) -> Path:
        """The folder of named models."""
        return self._folder.sub("models")

    @property
    def live(self) -> Model | None:
        """The model for live captions: the one named for them, where it is there, else `model`."""
        settings = self._settings
        if settings.live_model:
            with suppress(ModelMissing):
                return find(settings.live_model, self.models, settings.whisper_engine)
        return self.model

    async def start(self) -> None:
        """Look once; what is not there is fetched and looked for beside the site."""
        self._stopping.clear()
        if not self._look():
            self._watching = asyncio.create_task(self._watch(), name="speech model")

    async def stop(self) -> None:
        """Break off a download; a later start goes on with it."""
        self._stopping.set()
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    def _look(self) -> bool:
        settings = self._settings
        try:
            self.model = find(settings.whisper_model, self.models, settings.whisper_engine)
        except ModelMissing as missing:
            reason = self.missing.reason if self.missing else missing.reason
            self._lack(missing, reason)
            return False
        self.state, self.progress, self.missing = "ready", 1.0, None
        log.info("speech model ready", model=self.model.name, engine=self.model.engine)
        self._bus.publish(ModelChanged())
        return True

    def _lack(self, missing: ModelMissing, reason: str) -> None:
        self.missing = Missing(str(missing.folder), missing.files, missing.repository, reason)

    async def _watch(self) -> None:
        next_try = 0.0
        while not self._look():
            if self.missing and self.missing.repository and time.monotonic() >= next_try:
                await self._fetch()
                next_try = time.monotonic() + TRY_AGAIN_S
            else:
                await asyncio.sleep(LOOK_EVERY_S)

    async def _fetch(self) -> None:
        """One attempt, in a daemon thread: a hub that hangs must not keep the site from ending."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[ModelMissing | None] = loop.create_future()

        def tell(outcome: ModelMissing | None) -> None:
            if not done.done():
                done.set_result(outcome)

        def run() -> None:
            outcome = self._fetch_once(lambda share: _on(loop, self._on_its_way, share))
            _on(loop, tell, outcome)

        self.state = "fetching"
        threading.Thread(target=run, name="fetch speech model", daemon=True).start()
        missing = await done
        self.state = "missing"
        if missing:
            self._lack(missing, missing.reason)
            log.warning(
                "no speech model", folder=str(missing.folder), files=missing.files,
                reason=missing.reason,
            )  # fmt: skip
            self._bus.publish(ModelChanged())

    def _fetch_once(self, tell: Callable[[float], None]) -> ModelMissing | None:
        told = 0.0

        def progress(there: int, total: int) -> None:
            nonlocal told
            if self._stopping.is_set():
                raise _Stopped
            if total and time.monotonic() - told > TELL_EVERY_S:
                told = time.monotonic()
                tell(there / total)

        endpoint = self._settings.hub_endpoint or None
        try:
            fetch(self._settings.whisper_model, self.models, endpoint=endpoint, progress=progress)
        except ModelMissing as missing:
            return missing
        except _Stopped:
            return None
        except Exception as error:
            log.exception("fetching the speech model failed")
            return ModelMissing(self.models, (), reason=f"{type(error).__name__}: {error}"[:300])
        return None

    def _on_its_way(self, share: float) -> None:
        self.progress = share
        self._bus.publish(ModelChanged())


def _on(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *values: object) -> None:
    """Run `call` on the event loop, unless it has ended meanwhile."""
    if not loop.is_closed():
        try:
            loop.call_soon_threadsafe(call, *values)
        except RuntimeError:
            return
