"""Where media go through: addresses for browsers and UDP ports of ours, as the settings say."""

import re
from typing import Any

from media.passthrough import Network
from server.settings import Settings

_SERVER = re.compile(r"(stuns?|turns?):(?:([^:@\s]+):([^@\s]+)@)?(\S+)")
_PORTS = re.compile(r"(\d{1,5})-(\d{1,5})")


def ice_servers(settings: Settings) -> list[dict[str, Any]]:
    """`iceServers` of a browser's RTCConfiguration. TURN is written `turn:name:password@host:port`.

    Raises ValueError with a sentence.
    """
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
    """Which UDP ports media may come to. Raises ValueError with a sentence."""
    if not settings.udp_ports.strip():
        return Network()
    found = _PORTS.fullmatch(settings.udp_ports.strip())
    low, high = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1024 <= low <= high <= 65535:
        raise ValueError("JIANGTAI_UDP_PORTS must look like 40000-40999, between 1024 and 65535.")
    return Network(ports=(low, high))
