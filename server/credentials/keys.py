"""The keys with which the school signs credentials, one after the other.

Seeds lie in the data folder; rows say which key is used and which were. A key that is used no more
stays in the DID document, so that what it signed can still be checked.
"""

import base64
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.credentials.data_integrity import signed, stamp
from server.credentials.did import did_document, did_of, method_of
from server.credentials.json_ld import Document
from server.credentials.multibase import multikey
from server.errors import Unavailable
from server.sharing.signing import SchoolKey
from server.store.database import Table, now


class CredentialKey(Table):
    """One key: its public part, and when it signed."""

    __tablename__ = "credential_key"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public: Mapped[str]  # Multikey
    since: Mapped[datetime] = mapped_column(default=now)
    until: Mapped[datetime | None] = mapped_column(default=None)


class Signer:
    """Signs as the school, with one key."""

    def __init__(self, did: str, number: int, key: SchoolKey) -> None:
        self.did = did
        self.number = number
        self.key = key

    @property
    def method(self) -> str:
        """What names the key."""
        return method_of(self.did, self.number)

    def sign(self, document: Document, moment: datetime) -> Document:
        """The document with a proof; takes some 20 ms of the processor."""
        return signed(document, self.key, self.method, moment)


class Keyring:
    """All keys of this school. `secret` gives 32 bytes by a name, always the same."""

    def __init__(self, address: str, secret: Callable[[str], bytes]) -> None:
        self.address = address
        self.did = did_of(address)
        self._secret = secret

    async def keys(self, session: AsyncSession) -> list[CredentialKey]:
        """All of them, the first one made where there was none."""
        found = list(await session.scalars(select(CredentialKey).order_by(CredentialKey.number)))
        return found or [await self._add(session, 1)]

    async def signer(self, session: AsyncSession) -> Signer:
        """Who signs now. Unavailable where the seed of the key is not the one it was made of."""
        number, known = 1, None
        for row in await self.keys(session):
            number, known = row.number, row.public
        key = SchoolKey(self._secret(_name(number)))
        if _public(key) != known:
            raise Unavailable("error.credential.key_lost")
        return Signer(self.did, number, key)

    async def change(self, session: AsyncSession) -> CredentialKey:
        """From now on another key signs."""
        last = (await self.keys(session))[-1]
        last.until = now()
        return await self._add(session, last.number + 1)

    async def document(self, session: AsyncSession, did: str = "") -> Document:
        """The DID document; of a name the school had before where one is given."""
        keys = await self.keys(session)
        told = [(key.number, key.public, stamp(key.until) if key.until else None) for key in keys]
        return did_document(did or self.did, told)

    async def _add(self, session: AsyncSession, number: int) -> CredentialKey:
        made = CredentialKey(
            number=number, public=_public(SchoolKey(self._secret(_name(number)))), since=now()
        )
        session.add(made)
        await session.flush()
        return made


def _name(number: int) -> str:
    return f"credential-key-{number}"


def _public(key: SchoolKey) -> str:
    return multikey(base64.b64decode(key.public))
