"""Who may play a recording: the owner, and whom the rule of its kind lets in."""

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
        self._rules: dict[str, Rule] = {}

    def allow(self, kind: str, rule: Rule) -> None:
        """Let `rule` decide who besides the owner plays recordings of this kind."""
        self._rules[kind] = rule

    async def recording(
        self, session: AsyncSession, person: Person, recording_id: str
    ) -> Recording:
        """The recording, if this person may play it. NotFound."""
        found = await session.scalar(select(Recording).where(Recording.id == recording_id))
        if found is None:
            raise NotFound
        if found.owner_id == person.id:
            return found
        rule = self._rules.get(found.kind)
        if rule is None or not await rule(session, person, recording_id):
            raise NotFound
        return found
