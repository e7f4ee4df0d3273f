"""Connections that send slowly on purpose are closed: uvicorn itself waits for ever."""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol with an end to its patience.

    The head of a request must be complete HEAD seconds after the connection was made or the request
    began; the body may rest for BODY seconds at most while we are reading it.
    """

    HEAD: ClassVar[float] = 15
    BODY: ClassVar[float] = 30
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first head."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._wait(self.HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing to wait for."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request began: its head must follow."""
        self._wait(self.HEAD)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there: the body, if any, must follow."""
        self._wait(self.BODY)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body came: so must the next."""
        self._wait(self.BODY)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete; how long we take to answer is our own affair."""
        self._stop_waiting()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """The socket's own heartbeat takes over."""
        self._stop_waiting()
        super().handle_websocket_upgrade()

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._waiting = self.loop.call_later(seconds, self._give_up, seconds)

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self, seconds: float) -> None:
        if self.flow.read_paused:  # it is we who do not read
            self._wait(seconds)
        else:
            self.transport.close()
