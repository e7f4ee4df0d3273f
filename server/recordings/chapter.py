"""The table of chapters: where in a recording something new begins."""

from typing import Literal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id

Source = Literal["slides", "picture", "person"]


class Chapter(Table):
    """`at`: seconds of the original recording. `source`: the slides, changes in the picture, or a
    person, who also owns what they renamed or moved. `removed`: a person does not want it."""

    __tablename__ = "chapter"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    recording_id: Mapped[str] = mapped_column(
        ForeignKey("recording.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[float]
    title: Mapped[str]
    source: Mapped[str]
    page: Mapped[int | None] = mapped_column(default=None)
    removed: Mapped[bool] = mapped_column(default=False)
