"""The school's key: what it signs, another school can check (Ed25519, RFC 8032)."""

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)


class SchoolKey:
    """Signs with a seed of 32 bytes that never leaves the installation."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> str:
        """The public key, base64."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def sign(self, message: bytes) -> str:
        """The signature, base64."""
        return base64.b64encode(self._key.sign(message)).decode()


def is_signed(public: str, signature: str, message: bytes) -> bool:
    """Did the holder of this key sign exactly this?"""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), message)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def fingerprint(public: str) -> str:
    """A key as people compare it by telephone: eight groups of four letters."""
    digest = hashlib.sha256(public.encode()).hexdigest()[:32].upper()
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))
