"""Where media go through: addresses for browsers and UDP ports of ours, as the settings say."""

import base64
import hmac
import re
import time
from typing import Any

from media.passthrough import Network
from server.settings import Settings

TURN_S = 12 * 3600  # as long as a name for the relay is good
_SERVER = re.compile(r"(stuns?|turns?):(?:([^:@\s]+):([^@\s]+)@)?(\S+)")
_PORTS = re.compile(r"(\d{1,5})-(\d{1,5})")


def ice_servers(settings: Settings, person_id: str) -> list[dict[str, Any]]:
    """`iceServers` of the RTCConfiguration of this person's browser.

    TURN is either written `turn:name:password@host:port` with the STUN servers, or in
    `turn_servers` with a secret that is shared with the relay (coturn's `use-auth-secret`):
    then the name is an end in Unix time and the person, the password its HMAC-SHA1.
    Raises ValueError with a sentence.
    """
    return [*_static_servers(settings), *_turn_servers(settings, person_id)]


def _turn_servers(settings: Settings, person_id: str) -> list[dict[str, Any]]:
    addresses = settings.turn_servers.split()
    for text in addresses:
        found = _SERVER.fullmatch(text)
        if found is None or found[2] or not found[1].startswith("turn"):
            raise ValueError(f"JIANGTAI_TURN_SERVERS: {text!r} is no turn: or turns: address.")
    if bool(addresses) != bool(settings.turn_secret):
        raise ValueError("JIANGTAI_TURN_SERVERS and JIANGTAI_TURN_SECRET need each other.")
    name = f"{int(time.time()) + TURN_S}:{person_id}"
    mac = hmac.digest(settings.turn_secret.encode(), name.encode(), "sha1")
    known = {"username": name, "credential": base64.b64encode(mac).decode()}
    return [{"urls": address, **known} for address in addresses]


def _static_servers(settings: Settings) -> list[dict[str, Any]]:
    servers: list[dict[str, Any]] = []
    for text in settings.stun_servers.split():
        found = _SERVER.fullmatch(text)
        if found is None:
            raise ValueError(f"JIANGTAI_STUN_SERVERS: {text!r} is no stun: or turn: address.")
        scheme, name, password, host = found.groups()
        known = {"username": name, "credential": password} if name else {}
        servers.append({"urls": f"{scheme}:{host}", **known})
    return servers


def network(settings: Settings) -> Network:
    """Which UDP ports media may come to. Raises ValueError with a sentence, also for mistakes in
    what browsers will be given: better at the start than later."""
    ice_servers(settings, "")
    if not settings.udp_ports.strip():
        return Network()
    found = _PORTS.fullmatch(settings.udp_ports.strip())
    low, high = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1024 <= low <= high <= 65535:
        raise ValueError("JIANGTAI_UDP_PORTS must look like 40000-40999, between 1024 and 65535.")
    return Network(ports=(low, high))
