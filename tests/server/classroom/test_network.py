"""Settings of media: addresses for browsers, ports of ours."""

import pytest

from server.classroom.network import ice_servers, network
from server.settings import Settings


def test_stun_and_turn_become_what_browsers_take() -> None:
    settings = Settings(stun_servers="stun:stun.example:3478 turn:lin:secret@turn.example:3478")
    assert ice_servers(settings) == [
        {"urls": "stun:stun.example:3478"},
        {"urls": "turn:turn.example:3478", "username": "lin", "credential": "secret"},
    ]
    assert ice_servers(Settings()) == []


def test_ports_are_a_range() -> None:
    assert network(Settings(udp_ports="40000-40999")).ports == (40000, 40999)
    assert network(Settings()).ports is None


@pytest.mark.parametrize("ports", ["40000", "40999-40000", "1-70000", "a-b"])
def test_ports_that_make_no_sense_are_refused_in_words(ports: str) -> None:
    with pytest.raises(ValueError, match="JIANGTAI_UDP_PORTS"):
        network(Settings(udp_ports=ports))


def test_an_address_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="JIANGTAI_STUN_SERVERS"):
        ice_servers(Settings(stun_servers="http://evil.example"))
