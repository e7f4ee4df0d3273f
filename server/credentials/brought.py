"""Credentials of other schools: whom the school trusts, by which rules it counts them, and what
people brought along and what was decided about it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now

WAITING, ACCEPTED, DECLINED, WITHDRAWN = "waiting", "accepted", "declined", "withdrawn"


class KnownSchool(Table):
    """Another school whose credentials may be recognised. `keys`: its public keys (Multikey), as
    somebody compared them; a credential signed with any other is refused."""

    __tablename__ = "known_school"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    did: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    keys: Mapped[list[Any]]
    added_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    added_at: Mapped[datetime] = mapped_column(default=now)
    retired_at: Mapped[datetime | None] = mapped_column(default=None)


class RecognitionRule(Table):
    """What a school's credentials count here: its credits times `factor`, at most `cap` hours each.
    `achievement`: the id it is about; empty: all of that school. Never changed, only replaced."""

    __tablename__ = "recognition_rule"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    school_id: Mapped[str] = mapped_column(ForeignKey("known_school.id"), index=True)
    achievement: Mapped[str] = mapped_column(default="")
    factor: Mapped[float]
    cap: Mapped[float]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    retired_at: Mapped[datetime | None] = mapped_column(default=None)


class BroughtCredential(Table):
    """A credential of another school that somebody asks to have recognised, and the decision.

    credential_id, issuer   as the credential says; each counts once
    bundle    the file as it was brought: credential, DID document, status list
    verdict   what was checked when it came, each with its outcome
    matches   whether a hashed identifier in it is this person's
    proposed  hours by the rule; `hours` is what was decided
    """

    __tablename__ = "brought_credential"
    __table_args__ = (UniqueConstraint("issuer", "credential_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str]
    credential_id: Mapped[str]
    title: Mapped[str]
    holder: Mapped[str] = mapped_column(default="")
    year: Mapped[int]
    bundle: Mapped[dict[str, Any]]
    verdict: Mapped[list[Any]]
    matches: Mapped[bool]
    rule_id: Mapped[str | None] = mapped_column(
        ForeignKey("recognition_rule.id", ondelete="SET NULL")
    )
    proposed: Mapped[float]
    brought_at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[str] = mapped_column(default=WAITING)
    hours: Mapped[float] = mapped_column(default=0.0)
    why: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
