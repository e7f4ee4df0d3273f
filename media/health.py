"""Whether a viewer's line carries pictures: sound goes on when it does not."""

from collections import deque

BAD, GOOD = 0.08, 0.02  # shares of packets lost
WINDOW_S, WINDOWS = 0.9, 3
FEW = 10  # packets: fewer say nothing
PATIENCE_S, LONGEST_S = 10.0, 160.0
RELAPSE_S = 30.0
LOW, LOW_S = 0.5, 5.0  # an estimate below this share of what is sent, for this long


class Health:
    """Reads reports of one viewer. `video` says whether pictures should be sent.

    patience  seconds without loss before pictures are tried again; doubled by each relapse
    """

    def __init__(self, patience: float = PATIENCE_S) -> None:
        self.video = True
        self._patience = self._hold = patience
        self._shares: deque[float] = deque(maxlen=WINDOWS)
        self._lost = self._expected = 0.0
        self._since = self._clear_since = self._back_at = float("-inf")
        self._low_since: float | None = None

    @property
    def lost(self) -> float:
        """Share of packets lost in the last second or so."""
        return self._shares[-1] if self._shares else 0.0

    def reported(self, lost: float, expected: float, now: float) -> None:
        """A receiver report: `lost` of `expected` packets did not arrive."""
        self._lost += lost
        self._expected += expected
        if now - self._since < WINDOW_S or self._expected < FEW:
            return
        share = self._lost / self._expected
        self._shares.append(share)
        self._since, self._lost, self._expected = now, 0.0, 0.0
        if share > GOOD:
            self._clear_since = now
        if self.video and len(self._shares) == WINDOWS and sum(self._shares) / WINDOWS > BAD:
            self._step_down(now)

    def estimated(self, bitrate: float, sending: float, now: float) -> None:
        """The viewer says it can take `bitrate`; `sending` goes out to it (bit/s both)."""
        if not self.video or bitrate >= LOW * sending:
            self._low_since = None
        elif self._low_since is None:
            self._low_since = now
        elif now - self._low_since >= LOW_S:
            self._step_down(now)

    def tick(self, now: float) -> None:
        """Time passes: perhaps pictures may come back."""
        if not self.video and now - self._clear_since >= self._hold:
            self.video, self._back_at = True, now
            self._shares.clear()
        elif self.video and now - self._back_at > 2 * RELAPSE_S:
            self._hold = self._patience

    def _step_down(self, now: float) -> None:
        relapse = now - self._back_at < RELAPSE_S
        self._hold = min(2 * self._hold, LONGEST_S) if relapse else self._hold
        self.video, self._clear_since, self._low_since = False, now, None
        self._shares.clear()
