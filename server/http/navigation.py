"""The few addresses that stand at the top of every page, by role."""

from dataclasses import dataclass
from typing import Protocol


class HasRoles(Protocol):
    """Somebody with roles."""

    def is_a(self, *roles: str) -> bool:
        """Does the person hold one of these roles?"""


@dataclass(frozen=True, slots=True)
class Item:
    """A link at the top; `roles` empty: everybody sees it."""

    path: str
    key: str
    roles: tuple[str, ...] = ()


class Navigation:
    """Items in the order in which `build_app` adds them."""

    def __init__(self, *items: Item) -> None:
        self.items = items

    def __call__(self, person: HasRoles) -> list[Item]:
        """What this person sees."""
        return [item for item in self.items if not item.roles or person.is_a(*item.roles)]
