"""Settings of media: addresses for browsers, ports of ours."""

import base64
import hashlib
import hmac

import pytest

from server.classroom.network import ice_servers, network
from server.settings import Settings


def test_stun_and_turn_become_what_browsers_take() -> None:
    settings = Settings(stun_servers="stun:stun.example:3478 turn:lin:secret@turn.example:3478")
    assert ice_servers(settings, "lin") == [
        {"urls": "stun:stun.example:3478"},
        {"urls": "turn:turn.example:3478", "username": "lin", "credential": "secret"},
    ]
    assert ice_servers(Settings(), "lin") == []


def test_names_for_the_relay_end_and_are_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.9)
    relays = "turn:relay.example:3478 turns:relay.example:5349?transport=tcp"
    settings = Settings(turn_servers=relays, turn_secret="north")
    udp, tcp = ice_servers(settings, "lin")
    assert udp["urls"] == "turn:relay.example:3478"
    assert tcp["urls"] == "turns:relay.example:5349?transport=tcp"
    assert udp["username"] == tcp["username"] == "1800043200:lin"
    signed = hmac.new(b"north", b"1800043200:lin", hashlib.sha1).digest()
    assert base64.b64decode(udp["credential"]) == signed
    assert ice_servers(settings, "an")[0]["credential"] != udp["credential"]


@pytest.mark.parametrize(
    ("servers", "secret"),
    [("turn:relay.example", ""), ("", "north"), ("stun:a.example", "north"), ("turn:a:b@c", "x")],
)
def test_relays_that_cannot_work_are_refused_at_the_start(servers: str, secret: str) -> None:
    with pytest.raises(ValueError, match="JIANGTAI_TURN"):
        network(Settings(turn_servers=servers, turn_secret=secret))


def test_ports_are_a_range() -> None:
    assert network(Settings(udp_ports="40000-40999")).ports == (40000, 40999)
    assert network(Settings()).ports is None


@pytest.mark.parametrize("ports", ["40000", "40999-40000", "1-70000", "a-b"])
def test_ports_that_make_no_sense_are_refused_in_words(ports: str) -> None:
    with pytest.raises(ValueError, match="JIANGTAI_UDP_PORTS"):
        network(Settings(udp_ports=ports))


def test_an_address_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="JIANGTAI_STUN_SERVERS"):
        ice_servers(Settings(stun_servers="http://evil.example"), "lin")
