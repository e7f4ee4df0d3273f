"""The time of a room: everything in it, and its recording, is dated by it."""

import time
from datetime import UTC, datetime


class RoomClock:
    """The room's time since it was opened. It goes on while the server is down: the wall's clock
    is read once, when the room is loaded, and `not_before` keeps time from going back."""

    def __init__(self, opened_at: datetime, not_before: int = 0) -> None:
        passed = (datetime.now(UTC) - opened_at).total_seconds()
        self._base = max(passed, not_before / 1000) - time.monotonic()

    def seconds(self) -> float:
        """Seconds since the room was opened."""
        return self._base + time.monotonic()

    def __call__(self) -> int:
        """The same in whole milliseconds."""
        return round(self.seconds() * 1000)
