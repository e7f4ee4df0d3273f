"""Bytes as W3C documents write them: base58btc and base64url with a letter before (Multibase), and
Ed25519 public keys as Multikey."""

import base64
import binascii

_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)}
_ED25519 = b"\xed\x01"
MOST_LETTERS = 200  # of base58, which takes quadratic time


def to_base58(data: bytes) -> str:
    """`z` and base58btc."""
    number, letters = int.from_bytes(data), ""
    while number:
        number, rest = divmod(number, 58)
        letters = _LETTERS[rest] + letters
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + letters


def from_base58(text: str) -> bytes:
    """The bytes of `z…`. ValueError where it is none."""
    if not text.startswith("z") or len(text) > MOST_LETTERS:
        raise ValueError("no base58btc")
    number = 0
    for letter in text[1:]:
        if letter not in _VALUES:
            raise ValueError("no base58btc")
        number = number * 58 + _VALUES[letter]
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def to_base64url(data: bytes) -> str:
    """`u` and base64url without padding."""
    return "u" + base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """The bytes of `u…`. ValueError where it is none."""
    if not text.startswith("u"):
        raise ValueError("no base64url")
    padded = text[1:] + "=" * (-len(text[1:]) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("no base64url") from None


def multikey(public: bytes) -> str:
    """An Ed25519 public key of 32 bytes, as `publicKeyMultibase`."""
    return to_base58(_ED25519 + public)


def public_of(multikey: str) -> bytes:
    """The 32 bytes of an Ed25519 Multikey. ValueError where it is another kind of key."""
    found = from_base58(multikey)
    if not found.startswith(_ED25519) or len(found) != 34:
        raise ValueError("no Ed25519 key")
    return found[2:]
