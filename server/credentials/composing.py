"""What stands in a credential of this school. Pure."""

import secrets
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from server.accounts.person import Person
from server.credentials.badge import hidden_identity, open_identity
from server.credentials.credential import Achievement
from server.credentials.data_integrity import stamp
from server.credentials.json_ld import CREDENTIALS, OPEN_BADGES, Document
from server.credentials.status_list import entry


@dataclass(frozen=True, slots=True)
class School:
    """Who issues: where it lives (no slash at the end), its did, its name on credentials."""

    address: str
    did: str
    name: str

    def page_of(self, credential_id: str) -> str:
        """The page on which anybody can check a credential."""
        return f"{self.address}/verify/{credential_id}"

    def list_address(self, number: int) -> str:
        """Where a status list is."""
        return f"{self.address}/credentials/status/{number}"


def compose(
    school: School,
    credential_id: str,
    person: Person,
    achievement: Achievement,
    place: tuple[int, int],
    moment: datetime,
) -> Document:
    """The credential, unsigned. `place`: status list and place in it. Of the person it has the
    name, and the mail address or sign-in name as a salted hash, by which another school can tell
    that it is theirs."""
    salt = secrets.token_hex(16)
    hidden = (
        hidden_identity("emailAddress", person.email, salt)
        if person.email
        else hidden_identity("userName", person.login, salt)
    )
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": [open_identity(person.name), hidden],
        "achievement": _achievement(achievement),
    }
    if achievement.hours:
        subject["creditsEarned"] = _number(achievement.hours)
    made: Document = {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": school.page_of(credential_id),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": achievement.title,
        "issuer": {
            "id": school.did,
            "type": ["Profile"],
            "name": school.name,
            "url": school.address,
        },
        "validFrom": stamp(moment),
        "credentialSubject": subject,
        "credentialStatus": entry(school.list_address(place[0]), place[1]),
    }
    if until := good_until(achievement, moment):
        made["validUntil"] = stamp(until)
    return made


def good_until(achievement: Achievement, moment: datetime) -> datetime | None:
    """When a credential of this moment ends to be good; None: never."""
    if achievement.valid_months is None:
        return None
    months = moment.astimezone(UTC).month - 1 + achievement.valid_months
    year, month = moment.year + months // 12, months % 12 + 1
    day = min(moment.day, monthrange(year, month)[1])
    return moment.astimezone(UTC).replace(year=year, month=month, day=day, microsecond=0)


def _achievement(achievement: Achievement) -> Document:
    made: Document = {
        "id": f"urn:uuid:{achievement.id}",
        "type": ["Achievement"],
        "achievementType": "Certificate",
        "name": " / ".join(filter(None, (achievement.title, achievement.title_en))),
        "description": achievement.description,
        "criteria": {"narrative": achievement.criteria},
    }
    if achievement.hours:
        made["creditsAvailable"] = _number(achievement.hours)
    return made


def _number(value: float) -> float:
    """Whole numbers without a fraction: so everybody writes them alike."""
    return int(value) if value == int(value) else value
