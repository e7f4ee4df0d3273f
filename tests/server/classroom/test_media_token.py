"""A token is good for one person, one room and a while."""

import pytest

from server.classroom.media_token import LIFETIME_S, MediaTokens


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def test_it_names_its_person_in_its_room_until_it_is_over() -> None:
    clock = Clock()
    tokens = MediaTokens(b"k" * 32, clock)
    token = tokens.make("room-1", "lin")
    for _ in range(2):  # the second answer is remembered
        assert tokens.person(token, "room-1") == "lin"
        assert tokens.person(token, "room-2") is None
    assert MediaTokens(b"o" * 32, clock).person(token, "room-1") is None
    clock.now += LIFETIME_S + 1
    assert tokens.person(token, "room-1") is None
    assert MediaTokens(b"k" * 32, clock).person(token, "room-1") is None


@pytest.mark.parametrize("forged", ["", ".", "..", "lin", "lin.zz.x", "lin.7fffffff.", "ü.1.ü"])
def test_nothing_else_is_a_token(forged: str) -> None:
    assert MediaTokens(b"k" * 32).person(forged, "room-1") is None


def test_no_part_of_it_can_be_changed() -> None:
    tokens = MediaTokens(b"k" * 32, Clock())
    person, expiry, mac = tokens.make("room-1", "lin").split(".")
    later = f"{int(expiry, 16) + 1:x}"
    for forged in (f"mei.{expiry}.{mac}", f"{person}.{later}.{mac}", f"{person}.{expiry}.{mac}x"):
        assert tokens.person(forged, "room-1") is None
    assert tokens.person(f"{person}.0{expiry}.{mac}", "room-1") in ("lin", None)


def test_it_remembers_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.classroom.media_token.REMEMBERED", 8)
    tokens = MediaTokens(b"k" * 32)
    for number in range(50):
        assert tokens.person(tokens.make("room", str(number)), "room") == str(number)
    assert len(tokens._known) == 8
