"""Who may play a recording: whom the rule of its kind lets in, and its owner where that is said."""

from collections.abc import Awaitable, Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.errors import NotFound
from server.recordings.recording import Recording

Rule = Callable[[AsyncSession, Person, str], Awaitable[bool]]


class Watchers:
    """Rules by kind of recording, each asked with (session, person, recording id)."""

    def __init__(self) -> None:
        self._rules: dict[str, tuple[Rule, bool]] = {}

    def allow(self, kind: str, rule: Rule, owner: bool = False) -> None:
        """Let `rule` decide who plays recordings of this kind; with `owner` the owner does, too."""
        self._rules[kind] = rule, owner

    async def recording(
        self, session: AsyncSession, person: Person, recording_id: str
    ) -> Recording:
        """The recording, if this person may play it. NotFound."""
        found = await session.scalar(select(Recording).where(Recording.id == recording_id))
        if found is None or found.kind not in self._rules:
            raise NotFound
        rule, owner = self._rules[found.kind]
        theirs = owner and found.owner_id == person.id
        if not theirs and not await rule(session, person, recording_id):
            raise NotFound
        return found
