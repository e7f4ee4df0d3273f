"""How learning records come into the house."""

from server.http.context import House
from server.records import deeds, reminder, standings  # noqa: F401
from server.records.said import Listening, spoke_in_lessons
from server.records.sections import Trajectory


def join(house: House) -> None:
    """Add the parts of this subject, and let its providers tell."""
    trajectory = house.add(Trajectory())
    for kind, tell in (*deeds.PROVIDERS, *standings.PROVIDERS):
        trajectory.add(kind, tell)
    trajectory.add("talk", spoke_in_lessons)
    house.add(Listening(house))


async def start(house: House) -> None:
    """Begin to listen, before the rooms start."""
    await house.part(Listening).start()
