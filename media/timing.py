"""When a frame was captured, on the room's clock, from RTP timestamps, reports and arrivals."""

LEAP_S, JUMP_S = 2.0, 1.0  # beyond these the publisher's timestamps have started anew
SETTLING_S = 5.0
FAST, STEADY = 0.02, 0.002  # seconds of correction per second of media


def unwrap(timestamp: int, near: int | None) -> int:
    """A 32-bit RTP timestamp as the growing integer closest to `near`."""
    if near is None:
        return timestamp
    return near + ((timestamp - near + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000


class Lowest:
    """The least value of the last 5 to 10 seconds: delay jitters upwards, never downwards."""

    WINDOW_S = 5.0

    def __init__(self) -> None:
        self._since = float("-inf")
        self._before = self._now = float("inf")

    def add(self, value: float, at: float) -> float:
        """Take in `value` seen at second `at`; the least one."""
        if at - self._since > self.WINDOW_S:
            self._since, self._before, self._now = at, self._now, float("inf")
        self._now = min(self._now, value)
        return min(self._before, self._now)


class TrackClock:
    """Turns one track's timestamps into seconds of the room, growing evenly.

    Before the first sender report a track is anchored by its own earliest arrivals; after it, by
    the sender's clock, which all tracks of a peer share (`sender`), so lips stay in sync. The
    anchor moves slowly, so spacing between frames stays that of the publisher.
    """

    def __init__(self, clock_rate: int, sender: Lowest) -> None:
        self._rate = clock_rate
        self._sender = sender
        self._own = Lowest()
        self._anchor: float | None = None
        self._report: float | None = None  # sender's seconds at timestamp 0
        self._first = self._last = self._arrived = 0.0

    def report(self, timestamp: int, sender_time: float) -> None:
        """A sender report: at `timestamp` (unwrapped) the sender's clock showed `sender_time`."""
        self._report = sender_time - timestamp / self._rate

    def time(self, timestamp: int, arrival: float) -> float:
        """Seconds on the room's clock for a frame with `timestamp` that came at `arrival`."""
        media = timestamp / self._rate
        if self._starts_anew(media, arrival):
            self._own, self._report, self._anchor = Lowest(), None, None
        self._arrived = arrival
        target = self._own.add(arrival - media, arrival)
        if self._report is not None:
            sent = self._report + media
            target = self._sender.add(arrival - sent, arrival) + self._report
        if self._anchor is None:
            self._anchor, self._first, self._last = target, media, media
        speed = FAST if media - self._first < SETTLING_S else STEADY
        step = speed * max(0.0, media - self._last)
        self._anchor += max(-step, min(step, target - self._anchor))
        self._last = max(self._last, media)
        return media + self._anchor

    def at(self, timestamp: int) -> float | None:
        """Seconds on the room's clock for `timestamp` as known so far; None before the first."""
        return None if self._anchor is None else timestamp / self._rate + self._anchor

    def timestamp(self, time: float) -> int | None:
        """The opposite of `at`."""
        return None if self._anchor is None else round((time - self._anchor) * self._rate)

    def _starts_anew(self, media: float, arrival: float) -> bool:
        """Timestamps leapt, and not because time passed: a delay never does that."""
        leap = media - self._last
        return abs(leap) > LEAP_S and abs(leap - (arrival - self._arrived)) > JUMP_S
