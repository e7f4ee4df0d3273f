"""The tables of the search index. What they hold can be made again from the recordings."""

from datetime import datetime

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, now


class SearchSource(Table):
    """One generation of the documents of one source: a recording, or an edition of it.

    source_id  "RECORDING" for the original, "RECORDING.N" for its edition N
    state      "making" while documents are added, "live", then "gone" until they are deleted
    version    of the tokens
    """

    __tablename__ = "search_source"

    no: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default="making")
    version: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(default=now)


class SearchChunk(Table):
    """The documents of a chunk, as JSON; the engine's own table has their tokens."""

    __tablename__ = "search_chunk"

    id: Mapped[int] = mapped_column(
        Integer().with_variant(BigInteger(), "postgresql"), primary_key=True, autoincrement=False
    )
    documents: Mapped[str]
