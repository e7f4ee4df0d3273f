"""Another school, made without our application: it signs credentials and tells what it revoked."""

from datetime import UTC, datetime, timedelta
from typing import Any

from server.credentials.badge import hidden_identity, open_identity
from server.credentials.data_integrity import signed, stamp
from server.credentials.did import did_document, method_of
from server.credentials.json_ld import CREDENTIALS, OPEN_BADGES, Document
from server.credentials.multibase import multikey
from server.credentials.status_list import entry, list_credential
from server.credentials.verifying import FORMAT
from server.sharing.signing import SchoolKey

LATELY = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)


class OtherSchool:
    """`host` names it; `seed` makes its key."""

    def __init__(self, host: str = "other.example", seed: int = 7) -> None:
        self.did, self.address = f"did:web:{host}", f"https://{host}"
        self.key = SchoolKey(bytes([seed] * 32))
        self.list = f"{self.address}/status/1"
        self.revoked: list[int] = []

    @property
    def multikey(self) -> str:
        """Its public key."""
        return multikey(self.key._key.public_key().public_bytes_raw())

    def document(self) -> Document:
        """Its DID document."""
        return did_document(self.did, [(1, self.multikey, None)])

    def bare(self, number: int = 1, holder: str = "安学员", **more: Any) -> Document:
        """A credential, unsigned."""
        email = more.pop("email", "an@example.org")
        return {
            "@context": [CREDENTIALS, OPEN_BADGES],
            "id": f"urn:uuid:00000000-0000-4000-8000-{number:012}",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": {"id": self.did, "type": ["Profile"], "name": "外校"},
            "validFrom": stamp(LATELY),
            "credentialSubject": {
                "type": ["AchievementSubject"],
                "identifier": [
                    open_identity(holder),
                    hidden_identity("emailAddress", email, "salt"),
                ],
                "creditsEarned": 12,
                "achievement": {
                    "id": "urn:uuid:11111111-1111-4111-8111-111111111111",
                    "type": ["Achievement"],
                    "name": "专题研讨班",
                    "description": "三天",
                    "criteria": {"narrative": "全勤"},
                },
            },
            "credentialStatus": entry(self.list, number),
            **more,
        }

    def bundle(self, bare: Document | None = None, **more: Any) -> Document:
        """Signed, with all that is needed to check it."""
        method = method_of(self.did, 1)
        listed = list_credential(self.list, self.did, self.revoked, datetime.now(UTC))
        return {
            "type": FORMAT,
            "credential": signed(bare or self.bare(**more), self.key, method, LATELY),
            "didDocument": self.document(),
            "statusList": signed(listed, self.key, method, datetime.now(UTC)),
        }
