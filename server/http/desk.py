"""Home is a desk: each subject lays its cards on it, `app.py` introduces them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class Card:
    """One thing on the desk: a template of `web/templates` with its context.

    `place` is "today", "week" or "begin" (what to do first, shown when the desk is empty);
    lower `order` comes first.
    """

    place: str
    order: int
    template: str
    context: dict[str, Any] = field(default_factory=dict)


Provider = Callable[[Request], Awaitable[list[Card]]]


class Desk:
    """All who lay cards."""

    def __init__(self) -> None:
        self._providers: list[Provider] = []

    def add(self, provider: Provider) -> None:
        """Ask `provider` for cards at every visit of Home."""
        self._providers.append(provider)

    async def cards(self, request: Request) -> dict[str, list[Card]]:
        """The cards for who is asking, by place, in order."""
        laid = [card for provider in self._providers for card in await provider(request)]
        laid.sort(key=lambda card: card.order)
        places = ("today", "week", "begin")
        return {place: [card for card in laid if card.place == place] for place in places}
