"""Everything that can happen, as small dataclasses; publish and subscribe inside the process.

Subjects of one floor never import each other: they meet here.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

log = structlog.get_logger()

SETTLE_S = 10.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. Ids are text, times are seconds unless said otherwise."""


@dataclass(frozen=True, slots=True)
class RoomEnded(Event):
    """A room was ended, by a person or because nobody came back."""

    room_id: str


@dataclass(frozen=True, slots=True)
class RecordingFinished(Event):
    """The recording of a room is complete on disk and plays."""

    room_id: str
    duration: float


@dataclass(frozen=True, slots=True)
class RecordingPrepared(Event):
    """A step of what is done to a recording after the class is done."""

    recording_id: str
    step: str


@dataclass(frozen=True, slots=True)
class ReleaseChanged(Event):
    """Who may watch a recording, or which edition they get, is another: addresses of its media that
    were given away are refused from now on. Published when the transaction is over."""

    recording_id: str


@dataclass(frozen=True, slots=True)
class EditionReady(Event):
    """Edition `number` of a recording can be watched by insiders, and published."""

    recording_id: str
    number: int


@dataclass(frozen=True, slots=True)
class EditionRevoked(Event):
    """Nobody gets edition `number` of a recording any more; what others keep of it has to go."""

    recording_id: str
    number: int


@dataclass(frozen=True, slots=True)
class RecordingDeleted(Event):
    """A recording, its rows and its files are gone; what others keep of it has to go."""

    recording_id: str
    lesson_id: str | None = None


@dataclass(frozen=True, slots=True)
class TakeProgress(Event):
    """Processing of a take went on: `stage` is what is being done, `done` its share 0 … 1."""

    take_id: str
    stage: str
    done: float


@dataclass(frozen=True, slots=True)
class TakeReady(Event):
    """Transcript and report of a take are there."""

    take_id: str


@dataclass(frozen=True, slots=True)
class RecordingPublished(Event):
    """Viewers get a version of a recording: the first, an update, or again after a withdrawal."""

    lesson_id: str
    recording_id: str
    version: int
    edition: int


@dataclass(frozen=True, slots=True)
class RecordingWithdrawn(Event):
    """What was published as `version` was taken away from viewers."""

    lesson_id: str
    recording_id: str
    version: int


@dataclass(frozen=True, slots=True)
class CommentMade(Event):
    """A comment came to be read by others: written, or a draft that was published."""

    comment_id: str
    subject_kind: str
    subject_id: str
    person_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class RubricFilled(Event):
    """Somebody handed in a rubric about a subject, for the first time or amended (`number`)."""

    sheet_id: str
    subject_kind: str
    subject_id: str
    person_id: str
    number: int


@dataclass(frozen=True, slots=True)
class PersonDeactivated(Event):
    """Somebody may not sign in any more; what they have open is to be closed."""

    person_id: str


@dataclass(frozen=True, slots=True)
class TokensWithdrawn(Event):
    """The bearer tokens of a room were taken back; what came in with them is to be closed."""

    room_id: str


@dataclass(frozen=True, slots=True)
class ModelChanged(Event):
    """The speech model became available, or its download went on."""


@dataclass(frozen=True, slots=True)
class Enrolled(Event):
    """Somebody joined a course of the catalogue and is a trainee of it now."""

    person_id: str
    course_id: str


@dataclass(frozen=True, slots=True)
class QuestionBrought(Event):
    """A trainee brought a question to a cohort."""

    cohort_id: str
    question_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class QuizAnswered(Event):
    """Somebody answered a question of a quiz for the `number`th time; `right` None: not judged."""

    person_id: str
    lesson_id: str
    question_id: str
    number: int
    right: bool | None


@dataclass(frozen=True, slots=True)
class EvaluationGiven(Event):
    """Somebody evaluated a "lesson" or a "course"; what they said is not told."""

    about: str
    subject_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class WatchedMore(Event):
    """Somebody saw parts of a recording they had not seen: now `share`, 0 … 1, of what is shown."""

    person_id: str
    lesson_id: str
    recording_id: str
    share: float


@dataclass(frozen=True, slots=True)
class EvidenceGiven(Event):
    """Evidence of attendance was added to a lesson, about these people (empty: about all)."""

    lesson_id: str
    person_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AttendanceChanged(Event):
    """What the evidence amounts to is another for these people of a lesson."""

    lesson_id: str
    person_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoursChanged(Event):
    """Somebody's credited hours of a year are others."""

    person_id: str
    year: int


@dataclass(frozen=True, slots=True)
class CredentialIssued(Event):
    """Somebody was given a credential of this school."""

    credential_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class CredentialRevoked(Event):
    """A credential of this school counts no more."""

    credential_id: str
    person_id: str


Listener = Callable[[Event], Awaitable[None] | None]


class Bus:
    """Publish / subscribe inside one process. A listener that fails never harms the publisher."""

    def __init__(self) -> None:
        self._listeners: dict[type[Event], list[Listener]] = defaultdict(list)
        self._running: set[asyncio.Future[None]] = set()

    def subscribe(self, kind: type[Event], listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event of `kind`; returns what ends the subscription."""
        self._listeners[kind].append(listener)
        return lambda: self._listeners[kind].remove(listener)

    def publish(self, event: Event) -> None:
        """Tell all listeners; coroutines run as tasks of the event loop."""
        for listener in tuple(self._listeners[type(event)]):
            try:
                outcome = listener(event)
            except Exception:
                log.exception("listener failed", event_kind=type(event).__name__)
                continue
            if outcome is not None:
                task = asyncio.ensure_future(outcome)
                self._running.add(task)
                task.add_done_callback(self._done)

    async def settle(self) -> None:
        """Wait until what listeners have begun is done; before the database is closed."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=SETTLE_S)

    def _done(self, task: "asyncio.Future[None]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("listener failed", exc_info=error)
