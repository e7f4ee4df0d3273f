"""The table of documents: state, activity profiles and agent profiles (Communication 2.2)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import LargeBinary, Text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from server.store.database import Table, now


@dataclass(frozen=True, slots=True)
class Place:
    """Where documents lie. `kind`: state, activity or agent; "" for what the kind has not.

    `agent` is the key of an agent (`agents.key_of`).
    """

    kind: str
    activity: str = ""
    agent: str = ""
    registration: str = ""

    @property
    def shelf(self) -> str:
        """What all documents of an activity and agent share, whatever their registration."""
        return _digest(self.kind, self.activity, self.agent)

    def document(self, name: str) -> str:
        """The id of one document here."""
        return _digest(self.kind, self.activity, self.agent, self.registration, name)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class LrsDocument(Table):
    """Bytes that a client put away. The ids are digests: IRIs may be longer than an index takes.

    name      stateId or profileId
    etag      SHA-1 of the bytes in hex
    """

    __tablename__ = "lrs_document"

    id: Mapped[str] = mapped_column(primary_key=True)  # Place.document(name)
    shelf: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    activity: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(Text)
    registration: Mapped[str]
    name: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    etag: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(default=now)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
