"""Giving credentials, taking them back, and showing that they are good."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.credentials.composing import School, compose, good_until
from server.credentials.credential import (
    Achievement,
    Credential,
    Issuer,
    new_credential_id,
)
from server.credentials.json_ld import Document
from server.credentials.keys import Keyring, Signer
from server.credentials.log import Leaf, append, digest_of, proof_of_entry
from server.credentials.status_list import BITS, list_credential
from server.credentials.verifying import FORMAT, Trust
from server.errors import Conflict, Invalid, NotFound
from server.events import CredentialIssued, CredentialRevoked
from server.http.context import House
from server.notices.postbox import Postbox
from server.store.database import now

FULL = BITS // 2  # of a list's places are drawn, then the next list begins
LIST_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Draft:
    person: Person
    id: str
    place: tuple[int, int]


class Credentials:
    """The school's credentials. Issued and revoked one after the other: the log has an order."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.keyring = Keyring(house.settings.address.rstrip("/"), house.folder.secret)
        self._one = asyncio.Lock()
        self._lists: dict[int, tuple[object, datetime, Document]] = {}

    async def start(self) -> None:
        """Have a key."""
        async with self._house.database.session() as session:
            await self.keyring.keys(session)

    async def school(self, session: AsyncSession) -> School:
        """Who issues; called by its address until somebody gave it a name."""
        row = await session.get(Issuer, 1)
        name = row.name if row else self.keyring.address.partition("://")[2]
        return School(self.keyring.address, self.keyring.did, name)

    async def issue(
        self, achievement_id: str, person_ids: Sequence[str], by: Person
    ) -> list[Credential]:
        """Give it to people, all or none. Who holds a good one already is passed over. NotFound;
        Invalid where somebody would give it to themselves."""
        if by.id in person_ids:
            raise Invalid("error.credential.own_case")
        async with self._one:
            return await self._issue(achievement_id, person_ids, by)

    async def revoke(self, credential_id: str, by: Person, why: str) -> Credential:
        """Take one back, and tell its holder why. NotFound; Conflict where it was already."""
        async with self._one, self._house.database.session() as session:
            credential = await session.get(Credential, credential_id, with_for_update=True)
            if credential is None:
                raise NotFound
            if credential.revoked_at:
                raise Conflict("error.credential.revoked")
            moment = now()
            leaf = Leaf("revoked", digest_of(credential.document))
            signer = await self.keyring.signer(session)
            credential.revoked_log_index = await append(session, signer, [leaf], moment)
            credential.revoked_at, credential.revoked_by = moment, by.id
            credential.revoked_why = why
            await self._tell(session, credential, "revoked", why=why)
        if credential.person_id:
            self._house.bus.publish(CredentialRevoked(credential.id, credential.person_id))
        return credential

    async def status_list(self, number: int) -> Document:
        """List `number`, signed. NotFound where nothing was put there."""
        async with self._house.database.session() as session:
            used = await session.scalar(
                select(func.count()).where(Credential.status_list == number)
            )
            if not used:
                raise NotFound
            found = await session.scalars(
                select(Credential.status_place).where(
                    Credential.status_list == number, Credential.revoked_at.is_not(None)
                )
            )
            places = frozenset(found)
            signer = await self.keyring.signer(session)
            school = await self.school(session)
        kept = self._lists.get(number)
        if kept and kept[0] == (places, signer.number) and now() - kept[1] < LIST_LASTS:
            return kept[2]
        moment = now()
        bare = list_credential(school.list_address(number), school.did, places, moment)
        made = await asyncio.to_thread(signer.sign, bare, moment)
        self._lists[number] = ((places, signer.number), moment, made)
        return made

    async def bundle(self, credential: Credential) -> Document:
        """All that somebody needs to check it without us, as of now."""
        issuer = credential.document["issuer"]["id"]
        listed = await self.status_list(credential.status_list)
        async with self._house.database.session() as session:
            document = await self.keyring.document(session, issuer)
            proof = await proof_of_entry(session, credential.log_index)
        return {
            "type": FORMAT,
            "credential": credential.document,
            "didDocument": document,
            "statusList": listed,
            "log": proof,
        }

    async def trust(self, session: AsyncSession, issuer: str = "") -> Trust:
        """Our own keys, also by the name we had when a credential of ours was signed."""
        names = {self.keyring.did, issuer} - {""}
        return Trust({did: await self.keyring.document(session, did) for did in names})

    async def _issue(
        self, achievement_id: str, person_ids: Sequence[str], by: Person
    ) -> list[Credential]:
        moment = now()
        async with self._house.database.session() as session:
            achievement = await session.get(Achievement, achievement_id)
            if achievement is None or achievement.retired_at:
                raise NotFound
            held = await holders(session, achievement_id, moment)
            found = await session.scalars(select(Person).where(Person.id.in_(person_ids)))
            people = [person for person in found if person.id not in held]
            places = await _places(session, len(people))
            school, signer = await self.school(session), await self.keyring.signer(session)
        drafts = [
            _Draft(person, new_credential_id(), place)
            for person, place in zip(people, places, strict=True)
        ]
        documents = await asyncio.to_thread(_signed, school, signer, achievement, drafts, moment)
        async with self._house.database.session() as session:
            made = await self._keep(session, signer, achievement, drafts, documents, moment, by)
        for credential in made:
            self._house.bus.publish(CredentialIssued(credential.id, str(credential.person_id)))
        return made

    async def _keep(
        self,
        session: AsyncSession,
        signer: Signer,
        achievement: Achievement,
        drafts: Sequence[_Draft],
        documents: Sequence[Document],
        moment: datetime,
        by: Person,
    ) -> list[Credential]:
        """Credentials, leaves and head: all of it, or nothing."""
        if not drafts:
            return []
        leaves = [Leaf("issued", digest_of(document)) for document in documents]
        first = await append(session, signer, leaves, moment)
        made = [
            Credential(
                id=draft.id,
                achievement_id=achievement.id,
                person_id=draft.person.id,
                document=document,
                issued_at=moment,
                issued_by=by.id,
                valid_until=good_until(achievement, moment),
                status_list=draft.place[0],
                status_place=draft.place[1],
                log_index=first + at,
            )
            for at, (draft, document) in enumerate(zip(drafts, documents, strict=True))
        ]
        session.add_all(made)
        await session.flush()
        for credential in made:
            await self._tell(session, credential, "issued")
        return made

    async def _tell(
        self, session: AsyncSession, credential: Credential, what: str, **params: str
    ) -> None:
        person = await session.get(Person, credential.person_id or "")
        if person is None:
            return
        await self._house.part(Postbox).tell(
            session,
            [person],
            f"credential.{what}",
            subject=credential.id,
            path="/credentials/mine",
            title=credential.document["name"],
            **params,
        )


async def holders(session: AsyncSession, achievement_id: str, moment: datetime) -> set[str]:
    """Who holds a good credential of it."""
    found = await session.scalars(
        select(Credential).where(Credential.achievement_id == achievement_id)
    )
    return {str(one.person_id) for one in found if one.state(moment) == "valid"}


async def _places(session: AsyncSession, wanted: int) -> list[tuple[int, int]]:
    """Free places of the status list in use, drawn by lot, so that they say nothing."""
    number = await session.scalar(select(func.max(Credential.status_list))) or 1
    drawn: list[tuple[int, int]] = []
    while len(drawn) < wanted:
        found = await session.scalars(
            select(Credential.status_place).where(Credential.status_list == number)
        )
        taken = set(found)
        while len(drawn) < wanted and len(taken) < FULL:
            place = secrets.randbelow(BITS)
            if place not in taken:
                taken.add(place)
                drawn.append((number, place))
        number += 1
    return drawn


def _signed(
    school: School,
    signer: Signer,
    achievement: Achievement,
    drafts: Sequence[_Draft],
    moment: datetime,
) -> list[Document]:
    return [
        signer.sign(
            compose(school, draft.id, draft.person, achievement, draft.place, moment), moment
        )
        for draft in drafts
    ]
