"""How learning records come into the house."""

from server.http.context import House
from server.http.desk import Desk
from server.records import deeds, desk, standings
from server.records.reminding import RecordReminders
from server.records.said import Listening, spoke_in_lessons
from server.records.sections import Trajectory
from server.records.taking_pages import Taking


def join(house: House) -> None:
    """Add the parts of this subject, let its providers tell, and lay its cards."""
    trajectory = house.add(Trajectory())
    for kind, tell in (*deeds.PROVIDERS, *standings.PROVIDERS):
        trajectory.add(kind, tell)
    trajectory.add("talk", spoke_in_lessons)
    house.add(Listening(house))
    house.add(RecordReminders(house))
    house.add(Taking())
    house.part(Desk).add(desk.lay_cards)


async def start(house: House) -> None:
    """Begin to listen, before the rooms start, and to remind."""
    await house.part(Listening).start()
    await house.part(RecordReminders).start()


async def stop(house: House) -> None:
    """What is due is sent after the next start."""
    await house.part(RecordReminders).stop()
