"""A bad line: datagrams of media are lost, late, out of order or doubled on their way in."""

import asyncio
import random
from typing import Any

from media.guard import GuardedProtocol, guarded
from media.passthrough import MediaConnection


class Weather:
    """Settable at any time; ICE and DTLS are spared, so that a connection comes about.

    loss, double  shares of datagrams
    jitter        seconds: each datagram is late by anything up to this
    """

    def __init__(
        self, loss: float = 0.0, jitter: float = 0.0, double: float = 0.0, seed: int = 1
    ) -> None:
        self.loss, self.jitter, self.double = loss, jitter, double
        self.lost = 0
        self._random = random.Random(seed)

    def over(self, connection: MediaConnection) -> None:
        """Let this weather rule over what comes in at `connection`."""
        transport = connection.getTransceivers()[0].receiver.transport
        for protocol in guarded(transport)._protocols:
            assert isinstance(protocol, GuardedProtocol)
            self._rule(protocol)

    def _rule(self, protocol: GuardedProtocol) -> None:
        arrive = protocol.datagram_received
        loop = asyncio.get_running_loop()

        def arrive_perhaps(data: bytes, addr: tuple[Any, ...]) -> None:
            if not data or not 128 <= data[0] < 192:
                arrive(data, addr)
                return
            if self._random.random() < self.loss:
                self.lost += 1
                return
            for _ in range(1 + (self._random.random() < self.double)):
                if self.jitter:
                    loop.call_later(self._random.random() * self.jitter, arrive, data, addr)
                else:
                    arrive(data, addr)

        protocol.datagram_received = arrive_perhaps  # type: ignore[method-assign]
