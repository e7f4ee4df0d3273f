"""Signed statements (xAPI Data 2.6)."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from server.errors import Invalid
from server.lrs.statements import prepare
from server.store.database import new_id
from tests.server.lrs.statements import agent, statement

KEY = rsa.generate_private_key(65537, 2048)
HASHES = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}


def certificate() -> str:
    """Of KEY, as x5c has it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "school")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=1))
        .sign(KEY, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


def jws(payload: bytes, **head: Any) -> bytes:
    """A JSON web signature in compact form."""
    head.setdefault("alg", "RS256")
    signed = b".".join(_encoded(part) for part in (json.dumps(head).encode(), payload))
    kind = HASHES.get(str(head["alg"]), hashes.SHA256())
    return signed + b"." + _encoded(KEY.sign(signed, padding.PKCS1v15(), kind))


def _encoded(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def signed(one: dict[str, Any], content: bytes, **more: Any) -> tuple[dict[str, Any], Any]:
    """The statement with its signature, and the attachments."""
    sha2 = hashlib.sha256(content).hexdigest()
    told = {
        "usageType": "http://adlnet.gov/expapi/attachments/signature",
        "display": {"en": "Signature"},
        "contentType": "application/octet-stream",
        "length": len(content),
        "sha2": sha2,
        **more,
    }
    return {**one, "attachments": [*one.get("attachments", []), told]}, {sha2: content}


ONE = statement(id=new_id(), timestamp="2026-03-01T08:00:00+08:00")
LINKED = {
    "usageType": "http://x.cn/u", "display": {"en": "x"}, "contentType": "text/plain",
    "length": 1, "sha2": "ab" * 32, "fileUrl": "http://x.cn/f",
}  # fmt: skip


def test_a_signature_over_the_statement_is_taken() -> None:
    payload = json.dumps(ONE).encode()
    later = {**ONE, "timestamp": "2026-03-01T00:00:00.000Z", "version": "1.0.0"}
    for alg in HASHES:
        for head in ({"alg": alg}, {"alg": alg, "x5c": [certificate()]}):
            for one in (ONE, later):
                statement_, attachments = signed(one, jws(payload, **head))
                assert prepare([statement_], attachments)
    more = {**ONE, "attachments": [LINKED]}
    statement_, attachments = signed(more, jws(json.dumps(more).encode()))
    assert prepare([statement_], attachments)


PAYLOAD = json.dumps(ONE).encode()
SIGNED = jws(PAYLOAD, x5c=[certificate()])


@pytest.mark.parametrize(
    ("content", "more"),
    [
        (SIGNED, {"contentType": "text/plain"}),
        (jws(PAYLOAD, alg="HS256"), {}),
        (jws(PAYLOAD, alg="none"), {}),
        (jws(PAYLOAD, alg=["RS256"]), {}),
        (jws(PAYLOAD, alg="rs256"), {}),
        (jws(PAYLOAD[:-2]), {}),
        (jws(b'"x"'), {}),
        (jws(json.dumps({**ONE, "actor": agent("bo")}).encode()), {}),
        (jws(json.dumps({**ONE, "id": new_id()}).encode()), {}),
        (jws(json.dumps({**ONE, "attachments": [LINKED]}).encode()), {}),
        (SIGNED[:-8] + b"AAAAAAAA", {}),
        (jws(PAYLOAD, x5c=["x"]), {}),
        (jws(PAYLOAD, x5c=[]), {}),
        (jws(PAYLOAD, x5c=7), {}),
        (SIGNED.replace(b".", b"", 1), {}),
        (b"\xff\x00", {}),
        (b"", {}),
        (b"[1].[2].[3]", {}),
    ],
)
def test_a_signature_that_is_malformed_is_refused(content: bytes, more: dict[str, Any]) -> None:
    one, attachments = signed(ONE, content, **more)
    with pytest.raises(Invalid) as refused:
        prepare([one], attachments)
    assert refused.value.key == "error.lrs.signature"


def test_a_signature_without_its_bytes_is_refused() -> None:
    one, _ = signed(ONE, SIGNED, fileUrl="http://x.cn/signature")
    with pytest.raises(Invalid):
        prepare([one])
