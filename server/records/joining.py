"""How learning records come into the house."""

from server.http.context import House
from server.records import deeds
from server.records.sections import Trajectory


def join(house: House) -> None:
    """Add the parts of this subject, and let its providers tell."""
    trajectory = house.add(Trajectory())
    for kind, tell in deeds.PROVIDERS:
        trajectory.add(kind, tell)
