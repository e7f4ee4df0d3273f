"""Who opened a recording: one row each time, for its owner to read."""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.recordings.edition import ORIGINAL
from server.store.database import Table, new_id, now

Way = Literal["page", "download", "package", "embed", "feed", "unmarked"]
WAYS: tuple[Way, ...] = get_args(Way)


class RecordingViewing(Table):
    """One opening; "unmarked": the viewer's name was taken off the picture.

    `person_id` is None, and `bearer` names the token, where nobody is signed in.
    """

    __tablename__ = "recording_viewing"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    recording_id: Mapped[str] = mapped_column(
        ForeignKey("recording.id", ondelete="CASCADE"), index=True
    )
    edition: Mapped[int] = mapped_column(default=ORIGINAL)
    way: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    bearer: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=now)


def note_viewing(
    session: AsyncSession,
    recording_id: str,
    edition: int,
    way: Way,
    person_id: str | None = None,
    bearer: str = "",
) -> None:
    """Keep that somebody opened it now: a person, or the bearer of a token called `bearer`."""
    session.add(
        RecordingViewing(
            recording_id=recording_id,
            edition=edition,
            way=way,
            person_id=person_id,
            bearer=bearer,
        )
    )
