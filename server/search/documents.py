"""What can be found: a stretch of text at a second of a recording, and chunks of them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

# By number, which is stored; the first say most about what a recording is about.
PARTS = ("title", "chapter", "slide", "picture", "said", "question", "poll", "chat")
WEIGHTS = {"title": 1000, "chapter": 20, "slide": 10, "picture": 6, "question": 2, "poll": 2}

PART_BITS, CHUNK_BITS = 4, 16
SOURCE_BITS = PART_BITS + CHUNK_BITS
MOST_CHUNKS = 1 << CHUNK_BITS  # of one part
LARGEST_TEXT = 20_000  # characters; what is longer is cut
CHUNK_TEXTS, CHUNK_CHARACTERS = 12, 400
_UNKEPT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class Document(msgspec.Struct, frozen=True, array_like=True):
    """`text` at second `at` of the original recording, for everybody who may watch it.

    part    one of PARTS: titles, spoken, on a slide, in the picture, chat, questions, polls
    page    of the slides, from 1
    person  the name of who said or wrote it, where everybody may know
    """

    part: str
    at: float
    text: str
    page: int | None = None
    person: str | None = None


class Chunk(NamedTuple):
    """Some documents of one part, indexed as one. `id` is unique in a source's generation."""

    id: int
    documents: tuple[Document, ...]


def chunk_id(source_no: int, part: str, number: int) -> int:
    """Where a chunk is in the index: the chunks of a source, and of a part, are neighbours."""
    return (source_no << SOURCE_BITS) | (PARTS.index(part) << CHUNK_BITS) | number


def chunks(source_no: int, documents: Iterable[Document]) -> Iterator[Chunk]:
    """Chunks in order of part and time. Texts with nothing in them are left out."""
    by_part: dict[str, list[Document]] = {part: [] for part in PARTS}
    for document in documents:
        text = clean(document.text)
        if text:
            by_part[document.part].append(msgspec.structs.replace(document, text=text))
    for part, found in by_part.items():
        found.sort(key=lambda document: document.at)
        for number, some in enumerate(_together(found)):
            if number < MOST_CHUNKS:
                yield Chunk(chunk_id(source_no, part, number), tuple(some))


def _together(documents: Sequence[Document]) -> Iterator[list[Document]]:
    some: list[Document] = []
    for document in documents:
        length = sum(len(one.text) for one in some) + len(document.text)
        if some and (len(some) == CHUNK_TEXTS or length > CHUNK_CHARACTERS):
            yield some
            some = []
        some.append(document)
    if some:
        yield some


def clean(text: str) -> str:
    """One line that any database keeps: no control codes, no halves of surrogate pairs."""
    return " ".join(_UNKEPT.sub(" ", text).split())[:LARGEST_TEXT]
