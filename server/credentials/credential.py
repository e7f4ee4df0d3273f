"""What a school vouches for: achievements 成果, and the credentials 证书 people hold."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now

BY_HOURS, BY_ATTENDANCE, BY_HAND = "hours", "attendance", "hand"
WAYS = (BY_HOURS, BY_ATTENDANCE, BY_HAND)


def new_credential_id() -> str:
    """An id nobody guesses (122 random bits): whoever knows it may look the credential up."""
    return str(uuid.uuid4())


class Issuer(Table):
    """How the school is called on credentials; one row."""

    __tablename__ = "credential_issuer"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    name: Mapped[str]


class Achievement(Table):
    """What somebody can be given a credential for.

    way          who fulfils it: "hours" of `year` or "attendance" of `course_id` reach `least`
                 (hours; or a share of lessons in percent), or people are chosen by "hand"
    hours        what it is worth; 0: nothing is said about hours
    valid_months for how long a credential is good; None: for good
    """

    __tablename__ = "achievement"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="")
    description: Mapped[str]
    criteria: Mapped[str]
    hours: Mapped[float] = mapped_column(default=0.0)
    valid_months: Mapped[int | None] = mapped_column(default=None)
    way: Mapped[str] = mapped_column(default=BY_HAND)
    least: Mapped[float] = mapped_column(default=0.0)
    year: Mapped[int | None] = mapped_column(default=None)
    course_id: Mapped[str | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"))
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    retired_at: Mapped[datetime | None] = mapped_column(default=None)


class Credential(Table):
    """One credential somebody holds.

    document     the signed credential, as it was handed out; it never changes
    status_list, status_place   where the status list says whether it was revoked
    log_index    its leaf in the log, and that of its revocation
    shows_name   whether the public page says whose it is; the holder decides
    """

    __tablename__ = "credential"
    __table_args__ = (UniqueConstraint("status_list", "status_place"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_credential_id)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievement.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    document: Mapped[dict[str, Any]]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    valid_until: Mapped[datetime | None] = mapped_column(default=None)
    status_list: Mapped[int]
    status_place: Mapped[int]
    log_index: Mapped[int]
    shows_name: Mapped[bool] = mapped_column(default=True)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    revoked_why: Mapped[str] = mapped_column(default="")
    revoked_log_index: Mapped[int | None] = mapped_column(default=None)

    def state(self, moment: datetime) -> str:
        """What it is worth now: "valid", "expired" or "revoked"."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.valid_until and self.valid_until <= moment else "valid"


async def issued_to(session: AsyncSession, person_id: str) -> list[tuple[Credential, Achievement]]:
    """What somebody holds of this school, newest first."""
    found = await session.execute(
        select(Credential, Achievement)
        .join(Achievement, Achievement.id == Credential.achievement_id)
        .where(Credential.person_id == person_id)
        .order_by(Credential.issued_at.desc(), Credential.id)
    )
    return [(credential, achievement) for credential, achievement in found]
