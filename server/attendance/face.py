"""Checking in by face 人脸签到: consent, and what is kept of a face. Off by default.

A school can switch it on only where the operator has given the two models. Nobody's face is kept
without their own consent to the version of the text that holds; the template (never a picture) is
encrypted, on this installation only, and goes with the consent, with the end of the cohorts, or
with the account. A face is compared with that of the one person who is signed in, never searched
for.
"""

import base64
from datetime import date, datetime

import numpy as np
from cryptography.fernet import Fernet, InvalidToken
from numpy.typing import NDArray
from sqlalchemy import ForeignKey, LargeBinary, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.accounts.access import active
from server.accounts.person import Person
from server.courses.cohort import Cohort, CohortMember
from server.errors import Forbidden, Unavailable
from server.settings import Settings
from server.store.database import Table, new_id, now

VERSION = 1  # of the text people agree to; a new one asks everybody again
SECRET = "face"

Template = NDArray[np.float32]


class FaceConsent(Table):
    """Somebody agreed to a version of the text. `withdrawn_at`: and holds to it no more."""

    __tablename__ = "face_consent"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    given_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)


class FaceTemplate(Table):
    """What a face is compared by, encrypted."""

    __tablename__ = "face_template"

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(default=now)


class Sealer:
    """Encrypts templates (Fernet: AES-128-CBC with HMAC-SHA256) by a key of this installation."""

    def __init__(self, secret: bytes) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(secret))

    def seal(self, template: Template) -> bytes:
        """As it is kept."""
        return self._fernet.encrypt(template.astype("<f4").tobytes())

    def open(self, sealed: bytes) -> Template | None:
        """What was sealed; None where the key is another, or a byte was changed."""
        try:
            return np.frombuffer(self._fernet.decrypt(sealed), "<f4").astype(np.float32)
        except InvalidToken:
            return None


def need_models(settings: Settings) -> None:
    """Raise Unavailable where this installation has not been given the models."""
    if not settings.sface_model or not settings.face_model:
        raise Unavailable("error.face.no_model")


async def consent_of(session: AsyncSession, person_id: str) -> FaceConsent | None:
    """The person's consent to the version that holds; None where they gave none, or took it
    back."""
    found: FaceConsent | None = await session.scalar(
        select(FaceConsent)
        .where(
            FaceConsent.person_id == person_id,
            FaceConsent.version == VERSION,
            FaceConsent.withdrawn_at.is_(None),
        )
        .limit(1)
    )
    return found


async def need_consent(session: AsyncSession, person_id: str) -> FaceConsent:
    """The consent. Forbidden where there is none."""
    found = await consent_of(session, person_id)
    if found is None:
        raise Forbidden("error.face.no_consent")
    return found


async def agree(session: AsyncSession, person_id: str) -> None:
    """The person agrees to the version that holds; again changes nothing."""
    if await consent_of(session, person_id) is None:
        session.add(FaceConsent(person_id=person_id, version=VERSION))
        await session.flush()


async def withdraw(session: AsyncSession, person_id: str) -> None:
    """The person agrees no more; what is kept of their face goes in the same transaction."""
    await session.execute(delete(FaceTemplate).where(FaceTemplate.person_id == person_id))
    await session.execute(
        update(FaceConsent)
        .where(FaceConsent.person_id == person_id, FaceConsent.withdrawn_at.is_(None))
        .values(withdrawn_at=now())
    )


async def keep_template(session: AsyncSession, person_id: str, sealed: bytes) -> None:
    """Keep this one in place of an older one. Forbidden without consent."""
    await need_consent(session, person_id)
    await session.execute(delete(FaceTemplate).where(FaceTemplate.person_id == person_id))
    session.add(FaceTemplate(person_id=person_id, sealed=sealed))
    await session.flush()


async def template_of(session: AsyncSession, person_id: str) -> FaceTemplate | None:
    """What is kept of the person's face."""
    return await session.get(FaceTemplate, person_id)


async def forget_finished(session: AsyncSession, today: date) -> list[str]:
    """Withdraw the consent of everybody who may not sign in any more, or all of whose cohorts are
    over; their ids."""
    goes_on = (
        select(CohortMember.person_id)
        .join(Cohort, Cohort.id == CohortMember.cohort_id)
        .join(Person, Person.id == CohortMember.person_id)
        .where(
            active(),
            CohortMember.part == "trainee",
            Cohort.ends_on.is_(None) | (Cohort.ends_on >= today),
        )
    )
    found = await session.scalars(
        select(FaceConsent.person_id)
        .where(FaceConsent.withdrawn_at.is_(None), FaceConsent.person_id.not_in(goes_on))
        .distinct()
    )
    gone = list(found)
    for person_id in gone:
        await withdraw(session, person_id)
    return gone
