"""What other subjects put around the player of a lesson; `app.py` introduces them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from server.accounts.person import Person
from server.classroom.things import Role
from server.lessons.lesson import Lesson
from server.recordings.recording import Recording
from server.recordings.release import Release


@dataclass(frozen=True, slots=True)
class Shown:
    """A recording that is shown to somebody. `role`: what they are in the lesson's room;
    `leads`: on the staff of the lesson or of its course; `insider`: may have it in every state and
    edition (staff, reviewers, supervisors); `edition`: what plays, 0 the original."""

    request: Request
    session: AsyncSession
    person: Person
    lesson: Lesson
    recording: Recording
    role: Role | None
    leads: bool
    insider: bool
    release: Release
    edition: int = 0


@dataclass(frozen=True, slots=True)
class Tab:
    """A panel beside the player: `name` is part of its ids, `word` a locale key. Lower `order`
    comes first; the transcript is 10, the chat 20, what was asked 30."""

    name: str
    word: str
    template: str
    order: int = 100
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action:
    """A link below the player to a page of its own."""

    href: str
    word: str
    icon: str
    order: int = 100


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the page below the player."""

    template: str
    order: int = 100
    context: dict[str, Any] = field(default_factory=dict)


Addition = Tab | Action | Box
Provider = Callable[[Shown], Awaitable[Sequence[Addition]]]

OWN_TABS = (
    Tab("transcript", "player.transcript", "lessons/side_transcript.html", 10),
    Tab("chat", "lesson.player.chat", "lessons/side_chat.html", 20),
    Tab("asked", "lesson.player.asked", "lessons/side_asked.html", 30),
)


class Around:
    """All who add something. A template finds its context as `added`."""

    def __init__(self) -> None:
        self._providers: list[Provider] = []

    def add(self, provider: Provider) -> None:
        """Ask `provider` whenever the page of a recording is opened."""
        self._providers.append(provider)

    async def of(self, shown: Shown) -> dict[str, list[Any]]:
        """Everything for who is asking, in order: "tabs", "actions" and "boxes"."""
        found: list[Addition] = [*OWN_TABS]
        for provider in self._providers:
            found += await provider(shown)
        found.sort(key=lambda one: one.order)
        return {
            "tabs": [one for one in found if isinstance(one, Tab)],
            "actions": [one for one in found if isinstance(one, Action)],
            "boxes": [one for one in found if isinstance(one, Box)],
        }
