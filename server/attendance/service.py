"""The service of attendance: adds facts, and has what they amount to reckoned."""

from server.attendance import dispute, leave, policies, result
from server.attendance.evidence import add
from server.attendance.fact import Fact
from server.events import EvidenceGiven
from server.http.context import House

__all__ = ["Attendance", "dispute", "leave", "policies", "result"]


class Attendance:
    """A house part."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def add(self, lesson_id: str, *facts: Fact) -> int:
        """Keep facts in a transaction of their own, and tell of them. How many were new."""
        async with self._house.database.session() as session:
            added = await add(session, lesson_id, *facts)
        if added:
            people = {fact.person_id for fact in facts if fact.person_id}
            self._house.bus.publish(EvidenceGiven(lesson_id, tuple(sorted(people))))
        return added
