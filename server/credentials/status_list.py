"""Which credentials were revoked, as a Bitstring Status List (W3C, v1.0). Pure.

A credential names a list and a place in it that was drawn by lot, so that whoever fetches the list
does not say which credential it is about.
"""

import gzip
import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from server.credentials.data_integrity import stamp
from server.credentials.json_ld import CREDENTIALS, Document, Unreadable
from server.credentials.multibase import from_base64url, to_base64url

BITS = 131072  # at least, says the specification
MOST_BITS = 8 * 1024 * 1024


def encoded(places: Iterable[int], bits: int = BITS) -> str:
    """The list in which these places are set; place 0 is the leftmost bit."""
    made = bytearray(bits // 8)
    for place in places:
        made[place // 8] |= 0x80 >> place % 8
    return to_base64url(gzip.compress(bytes(made), mtime=0))


def is_set(text: str, place: int) -> bool:
    """Whether a place of a list is set. Raises Unreadable."""
    unpack = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        bits = unpack.decompress(from_base64url(text), MOST_BITS // 8 + 1)
    except (ValueError, zlib.error) as problem:
        raise Unreadable(f"no status list: {problem}") from None
    if not unpack.eof or not BITS <= len(bits) * 8 <= MOST_BITS:
        raise Unreadable("a status list of a wrong size")
    if not 0 <= place < len(bits) * 8:
        raise Unreadable("no such place in the status list")
    return bool(bits[place // 8] & 0x80 >> place % 8)


def list_credential(address: str, issuer: str, places: Iterable[int], moment: datetime) -> Document:
    """The credential, unsigned, that tells what is revoked as of `moment`."""
    return {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": stamp(moment),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(places),
        },
    }


def entry(list_address: str, place: int) -> Document:
    """What stands in a credential: where to look."""
    return {
        "id": f"{list_address}#{place}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(place),
        "statusListCredential": list_address,
    }


def is_revoked(status: Any, status_list: Document) -> bool:
    """Whether the list, whose own proof the caller has checked, says revoked about the credential
    with this `credentialStatus`. Raises Unreadable where the two do not fit."""
    subject: Any = status_list.get("credentialSubject")
    if not isinstance(status, dict) or status.get("type") != "BitstringStatusListEntry":
        raise Unreadable("a status of an unknown kind")
    if status.get("statusPurpose") != "revocation" or not isinstance(subject, dict):
        raise Unreadable("a status for another purpose")
    if (
        status.get("statusListCredential") != status_list.get("id")
        or subject.get("type") != "BitstringStatusList"
        or subject.get("statusPurpose") != "revocation"
    ):
        raise Unreadable("the status list is another one")
    place, text = str(status.get("statusListIndex")), subject.get("encodedList")
    if not place.isdecimal() or len(place) > 9 or not isinstance(text, str):
        raise Unreadable("no place in the status list")
    return is_set(text, int(place))
