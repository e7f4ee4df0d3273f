"""Making what is taken away: the package of a lesson, and the sound of it for podcast players.

Both are steps of `Preparing` that are done when somebody asks. What was made for one edition lies
in shared/RECORDING/EDITION-VERSION/, and is made anew for the next.
"""

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
import msgspec
from markupsafe import Markup
from sqlalchemy import select

from media.slides import render_pages
from media.vtt import to_vtt
from media.whole import make_whole
from media.words import Segment, Transcript
from server.courses.slide_deck import deck_file
from server.events import Event, RecordingDeleted
from server.http.assets import WEB
from server.http.context import House
from server.i18n import Translator
from server.lessons.lesson import Lesson
from server.recordings.edition import edition_folder
from server.recordings.preparing import Preparing, Step
from server.recordings.release import Release, release_of
from server.sharing.describing import Telling, laid_out, tell
from server.sharing.package import Described, write_package
from server.sharing.signing import SchoolKey
from server.store.folder import DataFolder

PACKAGE, SOUND = "package", "sound"
SLIDE_WIDTH = 1280
_STYLES = ("css/tokens.css", "css/lesson-view.css")
_SCRIPT = "js/share/lesson_view.js"

Progress = Callable[[float], None]


def shared_file(folder: DataFolder, release: Release, name: str) -> Path:
    """Where "lesson.zip" or "voice.m4a" of what a release shows lies, if it was made."""
    place = f"{release.edition}-{release.version}"
    return folder.path / "shared" / release.recording_id / place / name


class Packing:
    """Runs the steps."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._engine = jinja2.Environment(
            loader=jinja2.FileSystemLoader(WEB / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )
        preparing = house.part(Preparing)
        preparing.add(Step(PACKAGE, self.pack, lane="heavy", wanted=lambda recording: False))
        preparing.add(Step(SOUND, self.sound, lane="light", wanted=lambda recording: False))
        house.bus.subscribe(RecordingDeleted, self._deleted)

    @property
    def key(self) -> SchoolKey:
        """The school's own."""
        return SchoolKey(self._house.folder.secret("school-key"))

    async def pack(self, recording_id: str, progress: Progress) -> None:
        """Write the package of what the release shows now."""
        lesson, release, telling = await self._told(recording_id)
        described = await laid_out(self._house, telling)
        target = self._fresh(release, "lesson.zip")
        shown = edition_folder(self._house.folder, recording_id, release.edition)
        with TemporaryDirectory(dir=target.parent) as spare:
            film = Path(spare) / "lesson.mp4"
            await make_whole(shown, film, progress=lambda share: progress(0.7 * share))
            pages = await asyncio.to_thread(self._pages, telling, Path(spare))
            progress(0.85)
            files = {
                "index.html": self._player(described, lesson).encode(),
                "lesson.mp4": film,
                "captions.vtt": captions(described).encode(),
                "lesson.json": msgspec.json.format(msgspec.json.encode(described)),
                **pages,
            }
            made_at = datetime.now(UTC).isoformat(timespec="seconds")
            await asyncio.to_thread(
                write_package, target, files, self.key, self._house.settings.address, made_at
            )

    async def sound(self, recording_id: str, progress: Progress) -> None:
        """Write the voice alone as one file."""
        _, release, _ = await self._told(recording_id)
        target = self._fresh(release, "voice.m4a")
        shown = edition_folder(self._house.folder, recording_id, release.edition)
        await make_whole(shown, target, picture=False, progress=progress)

    async def _told(self, recording_id: str) -> tuple[Lesson, Release, Telling]:
        async with self._house.database.session() as session:
            lesson = await session.scalar(select(Lesson).where(Lesson.recording_id == recording_id))
            if lesson is None:
                raise FileNotFoundError(recording_id)
            release = await release_of(session, recording_id)
            return lesson, release, await tell(self._house, session, lesson, release)

    def _fresh(self, release: Release, name: str) -> Path:
        """Where it goes; what was made of other editions and versions goes."""
        target = shared_file(self._house.folder, release, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        for other in target.parent.parent.iterdir():
            if other != target.parent:
                shutil.rmtree(other, ignore_errors=True)
        return target

    def _pages(self, telling: Telling, spare: Path) -> dict[str, Path | bytes]:
        if telling.deck is None:
            return {}
        pdf = deck_file(self._house.folder, telling.deck.id)
        files: dict[str, Path | bytes] = {"slides.pdf": pdf}
        for number, picture in enumerate(render_pages(pdf, SLIDE_WIDTH), 1):
            drawn = spare / f"{number:03}.webp"
            drawn.write_bytes(picture)
            files[f"slides/{number:03}.webp"] = drawn
        return files

    def _player(self, described: Described, lesson: Lesson) -> str:
        settings = self._house.settings
        words = Translator(lesson.language, ZoneInfo(settings.timezone))
        styles = "\n".join((WEB / name).read_text("utf-8") for name in _STYLES)
        script = (WEB / _SCRIPT).read_text("utf-8")
        return self._engine.get_template("sharing/package.html").render(
            lesson=described,
            held=words.stamp(lesson.starts_at),
            words=words,
            told=as_told(described, src="lesson.mp4", slides="slides/"),
            styles=Markup(styles),
            script=Markup(script),
        )

    def _deleted(self, event: Event) -> None:
        assert isinstance(event, RecordingDeleted)
        shutil.rmtree(self._house.folder.path / "shared" / event.recording_id, ignore_errors=True)


def as_told(described: Described, **addresses: str) -> dict[str, Any]:
    """What `web/js/share/lesson_view.js` reads."""
    told: dict[str, Any] = msgspec.to_builtins(described)
    return {**told, **addresses}


def captions(described: Described) -> str:
    """WebVTT of what was said, with the speakers."""
    segments = tuple(
        Segment(line.start, line.end, line.text, (), line.name) for line in described.lines
    )
    return to_vtt(Transcript(segments, described.language))
