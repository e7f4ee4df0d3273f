"""Data Integrity proofs with the cryptosuite eddsa-rdfc-2022 (W3C, Ed25519): signing, checking."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

from server.credentials.json_ld import Document, Unreadable, canonical
from server.credentials.multibase import from_base58, to_base58
from server.sharing.signing import SchoolKey, is_signed

SUITE = "eddsa-rdfc-2022"


def stamp(moment: datetime) -> str:
    """A moment as XML Schema writes it, to the second, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def signed(document: Document, key: SchoolKey, method: str, created: datetime) -> Document:
    """The document with a proof. `method`: what names the key in a DID document."""
    proof: Document = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": stamp(created),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    signature = base64.b64decode(key.sign(_hashed(document, proof)))
    return {**document, "proof": {**proof, "proofValue": to_base58(signature)}}


def proof_of(document: Document) -> Document:
    """The document's one proof. Raises Unreadable where there is none of a kind we can check."""
    proof: Any = document.get("proof")
    if isinstance(proof, list) and len(proof) == 1:
        proof = proof[0]
    if not isinstance(proof, dict):
        raise Unreadable("no proof, or several")
    wanted = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "proofPurpose": "assertionMethod",
    }
    if any(proof.get(name) != value for name, value in wanted.items()):
        raise Unreadable("a proof of another kind")
    if not all(isinstance(proof.get(name), str) for name in ("verificationMethod", "proofValue")):
        raise Unreadable("an incomplete proof")
    return proof


def is_proven(document: Document, public: bytes) -> bool:
    """Did the holder of this Ed25519 key (32 bytes) sign exactly this? Raises Unreadable."""
    proof = dict(proof_of(document))
    try:
        signature = from_base58(proof.pop("proofValue"))
    except ValueError:
        return False
    if proof.pop("@context", document.get("@context")) != document.get("@context"):
        return False
    bare = {name: value for name, value in document.items() if name != "proof"}
    signature_text = base64.b64encode(signature).decode()
    return is_signed(base64.b64encode(public).decode(), signature_text, _hashed(bare, proof))


def _hashed(document: Document, proof: Document) -> bytes:
    """What is signed: the hash of the proof without its value, then that of the document."""
    told = canonical({"@context": document.get("@context"), **proof})
    return hashlib.sha256(told).digest() + hashlib.sha256(canonical(document)).digest()
