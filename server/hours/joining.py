"""How hours come into the house."""

from server.hours.facts import HEARD, SOURCES
from server.hours.reckoning import Reckoning
from server.hours.trial import RuleTrials
from server.http.context import House


class Hours:
    """The parts of this subject, started and stopped together."""

    def __init__(self, house: House) -> None:
        self._reckoning = house.add(Reckoning(house, SOURCES))
        self._reckoning.follow(HEARD)
        self._trials = house.add(RuleTrials(house))

    async def start(self) -> None:
        """Begin to reckon."""
        await self._reckoning.start()

    async def stop(self) -> None:
        """Leave what is not done for the next start."""
        await self._trials.stop()
        await self._reckoning.stop()
