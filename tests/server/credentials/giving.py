"""Making achievements and giving them, as the learning administrator does."""

from server.credentials.brought import BroughtCredential, KnownSchool
from server.credentials.credential import Achievement, Credential
from server.credentials.issuing import Credentials
from tests.conftest import Site


async def achievement(site: Site, **given: object) -> Achievement:
    """Something to be had: for 50 hours, chosen by hand."""
    words = {"title": "年度培训", "description": "一年的学习", "criteria": "不少于 50 学时"}
    made = Achievement(**{**words, "title_en": "Yearly training", "hours": 50.0, **given})
    async with site.house.database.session() as session:
        session.add(made)
    return made


async def give(site: Site, made: Achievement, *logins: str) -> list[Credential]:
    """Given by Xue."""
    people = [site.people[login].id for login in logins]
    return await site.house.part(Credentials).issue(made.id, people, site.people["xue"])


async def brought_along(site: Site, login: str) -> tuple[str, str]:
    """Ids of a school that is trusted, and of a credential of it that waits for a decision."""
    school = KnownSchool(did="did:web:other.example", name="外校", keys=[])
    brought = BroughtCredential(
        person_id=site.people[login].id, issuer=school.did, credential_id="urn:x", title="课",
        year=2026, bundle={}, verdict=[], matches=False, proposed=0.0,
    )  # fmt: skip
    async with site.house.database.session() as session:
        session.add_all([school, brought])
    return school.id, brought.id
