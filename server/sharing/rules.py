"""What may leave the house, by the label of a recording."""

from collections.abc import Mapping

from server.accounts.person import Person
from server.recordings.release import Label, Release

FREE: tuple[Label, ...] = ("public", "internal")
TRUSTED: Mapping[Label, tuple[str, ...]] = {"sensitive": ("supervisor", "learning_admin")}


def may_pack(person: Person, release: Release) -> bool:
    """May an insider take the lesson away as a package? What is sensitive, only those who answer
    for the school; what is important, nobody."""
    roles = TRUSTED.get(release.label, ())  # type: ignore[call-overload]
    return release.label in FREE or person.is_a(*roles)


def is_shown_outside(release: Release) -> bool:
    """Do links show it to people without an account? Only what is published, and needs no mark."""
    return release.state == "published" and release.label in FREE and not release.marked
