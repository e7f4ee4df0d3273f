"""Reading whole sources back out of the index, for who counts words rather than looks for them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.search.documents import CHUNK_BITS, Document, chunk_id
from server.search.store import SearchChunk, SearchSource

_decode = msgspec.json.Decoder(tuple[Document, ...]).decode
MOST_CHUNKS = 2000  # of a source


async def documents_in(
    session: AsyncSession, scope: Select[tuple[str]], parts: Sequence[str], most: int
) -> dict[str, list[Document]]:
    """The documents of these parts by source id, of at most `most` sources of the scope, newest
    first."""
    live = (
        select(SearchSource.no, SearchSource.source_id)
        .where(SearchSource.state == "live", SearchSource.source_id.in_(scope))
        .order_by(SearchSource.no.desc())
        .limit(most)
    )
    found: dict[str, list[Document]] = {}
    for number, source_id in list(await session.execute(live)):
        documents = found.setdefault(source_id, [])
        for part in parts:
            first = chunk_id(number, part, 0)
            after = first + (1 << CHUNK_BITS)
            chunks = (
                select(SearchChunk.documents)
                .where(SearchChunk.id >= first, SearchChunk.id < after)
                .order_by(SearchChunk.id)
                .limit(MOST_CHUNKS)
            )
            for content in await session.scalars(chunks):
                documents += _decode(content)
    return found
