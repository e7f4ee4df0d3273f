"""Statements about credentials of this school: earned, and taken back with the credential."""

from sqlalchemy import case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.credentials.credential import Achievement, Credential
from server.records.statement import Happening, Someone, Writer
from server.records.telling import AT_ONCE, Batch, Standing
from server.records.vocabulary import BADGE, BADGE_ASSERTION, BADGES, EARNED


async def credentials(session: AsyncSession, writer: Writer, mark: str) -> Batch:
    """What the log of credentials has behind entry `mark`."""
    last = int(mark or -1)
    entry = case(
        (Credential.log_index > last, Credential.log_index), else_=Credential.revoked_log_index
    )
    asked = (
        select(entry, Credential, Achievement.title, Person.name)
        .join(Achievement, Achievement.id == Credential.achievement_id)
        .join(Person, Person.id == Credential.person_id)
        .where(or_(Credential.log_index > last, Credential.revoked_log_index > last))
        .order_by(entry)
        .limit(AT_ONCE)
    )
    rows = list(await session.execute(asked))
    standing = [_standing(writer, credential, title, name) for _, credential, title, name in rows]
    behind = str(rows[-1][0]) if rows else mark
    return Batch(behind, standing=standing, more=len(rows) == AT_ONCE)


def _standing(writer: Writer, credential: Credential, title: str, name: str) -> Standing:
    about = f"credential:{credential.id}"
    if credential.revoked_at is not None:
        return Standing(about, "", None)
    place = f"/verify/{credential.id}"
    earned = Happening(
        names=(about,),
        who=Someone(str(credential.person_id), name),
        verb=EARNED,
        object=writer.activity(f"/achievements/{credential.achievement_id}", BADGE, title),
        at=credential.issued_at,
        result={"extensions": {BADGE_ASSERTION: {"@id": f"{writer.address}{place}"}}},
        profile=BADGES,
    )
    return Standing(about, "issued", earned)
