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

    def holds(self, path: str) -> bool:
        """Is `path` the page of this item, or below it?"""
        return path == self.path or path.startswith(f"{self.path}/")


SHOWN = 7  # side by side; more would push the rest of the head away


@dataclass(frozen=True, slots=True)
class Shown:
    """The items somebody sees: side by side, and behind "more"."""

    first: list[Item]
    more: list[Item]


class Navigation:
    """Items in the order in which `build_app` adds them: the daily ones first."""

    def __init__(self, *items: Item) -> None:
        self.items = items

    def __call__(self, person: HasRoles) -> Shown:
        """What this person sees. Nothing stands alone behind "more"."""
        seen = [item for item in self.items if not item.roles or person.is_a(*item.roles)]
        first = SHOWN if len(seen) > SHOWN + 1 else len(seen)
        return Shown(seen[:first], seen[first:])
