"""Signed statements (Data 2.6): a JSON web signature as an attachment.

What is checked is that the signature is well made, not whom to trust.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, NoReturn

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from server.errors import Invalid
from server.lrs.checking import SIGNATURE, checked
from server.lrs.comparing import same
from server.lrs.reading import read_json

_HASHES: dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "RS256": hashes.SHA256,
    "RS384": hashes.SHA384,
    "RS512": hashes.SHA512,
}


def check_signatures(statement: dict[str, Any], attachments: Mapping[str, bytes]) -> None:
    """Check all signatures of a checked statement; `attachments`: bytes by hash. Invalid."""
    for one in statement.get("attachments", ()):
        if one["usageType"] == SIGNATURE:
            _check(statement, one, attachments.get(one["sha2"].lower()))


def _check(statement: dict[str, Any], attachment: dict[str, Any], content: bytes | None) -> None:
    if attachment["contentType"] != "application/octet-stream":
        _refuse("its contentType is application/octet-stream")
    if content is None:
        _refuse("its bytes come with the request")
    head, payload, signature, signed = _taken_apart(content)
    if not isinstance(head, dict) or head.get("alg") not in list(_HASHES):
        _refuse("its alg is RS256, RS384 or RS512")
    try:
        original = checked(read_json(payload))
    except Invalid:
        _refuse("its payload is a statement")
    received = dict(statement)
    rest = [one for one in statement["attachments"] if one["usageType"] != SIGNATURE]
    received.pop("attachments")
    if rest:
        received["attachments"] = rest
    if not same(original, received):
        _refuse("its payload is the statement it comes with")
    if "x5c" in head:
        _check_certificate(head, signature, signed)


def _taken_apart(content: bytes) -> tuple[Any, bytes, bytes, bytes]:
    parts = content.strip().split(b".")
    if len(parts) != 3:
        _refuse("it is a JWS in compact form")
    try:
        head, payload, signature = (_decoded(part) for part in parts)
        return read_json(head), payload, signature, parts[0] + b"." + parts[1]
    except (binascii.Error, ValueError, Invalid):
        _refuse("it is a JWS in compact form")


def _decoded(part: bytes) -> bytes:
    return base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _check_certificate(head: dict[str, Any], signature: bytes, signed: bytes) -> None:
    try:
        (first, *_) = head["x5c"]
        key = x509.load_der_x509_certificate(base64.b64decode(first, validate=True)).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            _refuse("its certificate has an RSA key")
        key.verify(signature, signed, padding.PKCS1v15(), _HASHES[head["alg"]]())
    except (ValueError, TypeError, InvalidSignature):
        _refuse("it is made with the key of its certificate")


def _refuse(rule: str) -> NoReturn:
    raise Invalid("error.lrs.signature", rule=rule)
