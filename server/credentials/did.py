"""The school's name among others: `did:web` (W3C DID Core, did:web method).

The address of the school is its name, so whoever reads `/.well-known/did.json` there knows its
keys. The method wants https; with http (a trial on one machine) others cannot look the name up.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlsplit

from server.credentials.json_ld import Document, Unreadable
from server.credentials.multibase import public_of

CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]


def did_of(address: str) -> str:
    """The name of who lives at an address; a port is percent-encoded (did:web 2.1)."""
    found = urlsplit(address)
    return "did:web:" + quote(found.netloc.rpartition("@")[2].lower(), safe="")


def is_for_trials(address: str) -> bool:
    """Whether nobody elsewhere could look the name up."""
    return not address.startswith("https://")


def method_of(did: str, number: int) -> str:
    """What names key `number` of a school."""
    return f"{did}#key-{number}"


def did_document(did: str, keys: Iterable[tuple[int, str, str | None]]) -> Document:
    """The DID document. `keys`: number, Multikey, and since when it signs no more (a moment as
    XML Schema writes it; what it signed before stays good)."""
    methods: list[dict[str, Any]] = []
    for number, key, until in keys:
        method = {
            "id": method_of(did, number),
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": key,
        }
        methods.append({**method, "expires": until} if until else method)
    names = [method["id"] for method in methods]
    return {
        "@context": CONTEXT,
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": names,
    }


class Key:
    """A key as a DID document tells of it."""

    def __init__(self, public: bytes, multikey: str, expires: str | None, revoked: str | None):
        self.public = public
        self.multikey = multikey
        self.expires = expires
        self.revoked = revoked


def key_in(document: Any, did: str, method: str) -> Key:
    """The Ed25519 key that `method` names, which the document of `did` lets vouch for things.
    Raises Unreadable."""
    if not isinstance(document, dict) or document.get("id") != did:
        raise Unreadable("the DID document is another's")
    asserting = document.get("assertionMethod")
    listed = document.get("verificationMethod")
    if not isinstance(asserting, list) or not isinstance(listed, list):
        raise Unreadable("the DID document lists no keys")
    inline = [one for one in asserting if isinstance(one, dict)]
    for one in [*listed, *inline]:
        if not isinstance(one, dict) or one.get("id") != method:
            continue
        if one not in inline and method not in asserting:
            raise Unreadable("the key may not vouch for credentials")
        if one.get("controller") != did:
            raise Unreadable("the key is another's")
        multikey = one.get("publicKeyMultibase")
        try:
            public = public_of(multikey if isinstance(multikey, str) else "")
        except ValueError as problem:
            raise Unreadable(str(problem)) from None
        expires, revoked = one.get("expires"), one.get("revoked")
        return Key(
            public,
            str(multikey),
            expires if isinstance(expires, str) else None,
            revoked if isinstance(revoked, str) else None,
        )
    raise Unreadable("the DID document does not know the key")
