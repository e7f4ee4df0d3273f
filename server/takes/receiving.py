"""Takes made of files that somebody uploads."""

from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.courses.access import deck_of_plan, plan_for
from server.courses.versions import latest_version
from server.errors import Forbidden, Invalid
from server.http.context import House
from server.takes.access import REHEARSERS
from server.takes.rehearsal import LANGUAGES
from server.takes.starting import take_of_upload
from server.uploads.upload import Upload


class About(msgspec.Struct, forbid_unknown_fields=True):
    """With a plan, its newest version and slides are tried out."""

    language: str = "zh"
    plan_id: str = ""


class TakeReceiver:
    """For `Uploads.add`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def announce(
        self, session: AsyncSession, person: Person, upload: Upload, about: dict[str, Any]
    ) -> None:
        """Forbidden, Invalid; NotFound for a plan that is not theirs."""
        if not person.is_a(*REHEARSERS):
            raise Forbidden
        try:
            wanted = msgspec.convert(about, About)
        except msgspec.ValidationError as error:
            raise Invalid from error
        if wanted.language not in LANGUAGES:
            raise Invalid("error.form.choice", field="language")
        version_id = deck_id = None
        if wanted.plan_id:
            plan = await plan_for(session, person, wanted.plan_id)
            version_id = (await latest_version(session, person, plan)).id
            deck = await deck_of_plan(session, plan.id)
            deck_id = deck.id if deck else None
        upload.about = {
            "language": wanted.language,
            "plan_version_id": version_id,
            "deck_id": deck_id,
        }

    async def receive(self, upload: Upload, file: Path) -> str:
        """The page of the take. Refused, Broken."""
        return f"/takes/{await take_of_upload(self._house, upload, file)}"
