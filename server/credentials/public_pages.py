"""What anybody may read: is a credential good, whose keys, what was revoked, what the log says."""

import asyncio
import re
from typing import Any

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.credentials.credential import Credential
from server.credentials.issuing import Credentials
from server.credentials.json_ld import Document, Unreadable, read
from server.credentials.log import TreeHead, entries, latest, leaves_of, proof_of_entry, told
from server.credentials.merkle import consistency_proof
from server.credentials.telling import sentence, told_checks, told_verdict
from server.credentials.trusted import pinned_keys
from server.credentials.verifying import Trust, Verdict, unpacked, verify
from server.errors import Invalid, NotFound, TooMany
from server.http.context import house, translator
from server.http.forms import read_upload
from server.http.pages import render
from server.http.problems import wants_page
from server.store.database import now

LARGEST_FILE = 512 * 1024
MOST_ENTRIES = 1000
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OPEN = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}


class Turnstile:
    """Slows down who asks too often, by address."""

    def __init__(self, per_minute: int = 60) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rate = RateLimitItemPerMinute(per_minute)

    async def pass_by(self, request: Request) -> None:
        """Count one request. Raises TooMany."""
        address = request.client.host if request.client else "?"
        if not await self._limiter.hit(self._rate, "verify", address):
            raise TooMany("error.credential.too_many", seconds=60)


async def show_verify(request: Request) -> Response:
    """GET /verify: where one puts in a file."""
    return _shown(request, None, {})


async def do_verify(request: Request) -> Response:
    """POST /verify: a file, or its text: ours, or a bundle of another school."""
    await house(request).part(Turnstile).pass_by(request)
    async with read_upload(request, file_limit=LARGEST_FILE) as form:
        sent = form.sent.get("file")
        named = getattr(sent, "filename", "")
        text = await form.file("file").read() if named else form.sent.get("text", "")
    try:
        bundle = unpacked(read(text if isinstance(text, bytes) else str(text)))
    except Unreadable as problem:
        wrong = Invalid("error.credential.file", field="file", detail=str(problem))
        return _shown(request, None, {"problem": wrong}, status=wrong.status)
    verdict = await judged(request, bundle)
    return _shown(request, verdict, {"from_file": True})


async def show_credential(request: Request) -> Response:
    """GET /verify/{credential_id}: a page, or with `Accept: application/json` the same as JSON."""
    the_house, credential_id = house(request), request.path_params["credential_id"]
    await the_house.part(Turnstile).pass_by(request)
    credentials = the_house.part(Credentials)
    async with the_house.database.session() as session:
        credential = (
            await session.get(Credential, credential_id) if _ID.fullmatch(credential_id) else None
        )
    if credential is None:
        unknown = NotFound("error.credential.unknown")
        if not wants_page(request):
            raise unknown
        return _shown(request, None, {"problem": unknown}, status=unknown.status)
    bundle = await credentials.bundle(credential)
    verdict = await judged(request, bundle)
    if not wants_page(request):
        said = told_verdict(translator(request), verdict, named=credential.shows_name)
        if credential.revoked_at:
            said["revoked"] = {
                "at": credential.revoked_at.isoformat(),
                "why": credential.revoked_why,
            }
        if credential.shows_name:
            said["bundle"] = bundle
        return JSONResponse(said, headers=_OPEN)
    return _shown(request, verdict, {"credential": credential})


async def judged(request: Request, bundle: Document) -> Verdict:
    """What we make of it: with our own keys, those of schools we know, and for a credential of
    ours with what we know better than the file."""
    the_house = house(request)
    credentials = the_house.part(Credentials)
    own = await _own(request, bundle)
    if own is not None:
        bundle = {**await credentials.bundle(own), "credential": bundle["credential"]}
    async with the_house.database.session() as session:
        issuer = own.document["issuer"]["id"] if own else ""
        ours = await credentials.trust(session, issuer)
        trust = Trust(ours.own, await pinned_keys(session))
    if own is None and _issuer(bundle) in trust.own:
        bundle = {**bundle, "log": None}  # our own log is the one that counts
    return await asyncio.to_thread(verify, bundle, now(), trust)


def _issuer(bundle: Document) -> str:
    credential: Any = bundle.get("credential")
    issuer = credential.get("issuer") if isinstance(credential, dict) else None
    return str(issuer.get("id") if isinstance(issuer, dict) else issuer)


async def _own(request: Request, bundle: Document) -> Credential | None:
    """The credential of ours that a file says it is. What it says else is checked later."""
    credential: Any = bundle.get("credential")
    found = str(credential.get("id") if isinstance(credential, dict) else "").rpartition("/")[2]
    if not _ID.fullmatch(found):
        return None
    async with house(request).database.session() as session:
        kept = await session.get(Credential, found)
    return kept if kept and kept.document["id"] == credential["id"] else None


def _shown(
    request: Request, verdict: Verdict | None, context: dict[str, Any], *, status: int = 200
) -> Response:
    words = translator(request)
    credential: Credential | None = context.get("credential")
    named = credential is None or credential.shows_name
    told_more = {
        "verdict": verdict,
        "badge": verdict.badge if verdict else None,
        "named": named,
        "sentence": sentence(words, verdict, named=named) if verdict else "",
        "checks": told_checks(words, verdict) if verdict else [],
        "credential": None,
        "ours": bool(verdict and verdict.badge and verdict.check("key").reason == "own"),
        "problem": None,
        "from_file": False,
    }
    return render(request, "credentials/verify.html", {**told_more, **context}, status=status)


async def show_did(request: Request) -> Response:
    """GET /.well-known/did.json"""
    the_house = house(request)
    async with the_house.database.session() as session:
        document = await the_house.part(Credentials).keyring.document(session)
    return JSONResponse(document, headers=_OPEN)


async def show_status(request: Request) -> Response:
    """GET /credentials/status/{number}: a signed BitstringStatusListCredential."""
    number = request.path_params["number"]
    if number > 1 << 30:
        raise NotFound
    listed = await house(request).part(Credentials).status_list(number)
    return JSONResponse(listed, media_type="application/vc", headers=_OPEN)


async def show_log(request: Request) -> Response:
    """GET /credentials/log: the newest signed tree head."""
    async with house(request).database.session() as session:
        head = await latest(session)
    return JSONResponse(told(head) if head else {"tree_size": 0}, headers=_OPEN)


async def show_proof(request: Request) -> Response:
    """GET /credentials/log/proof?index=…[&size=…]: that a leaf is in the tree."""
    await house(request).part(Turnstile).pass_by(request)  # reads all of the log
    index, size = _number(request, "index"), _number(request, "size", 0)
    async with house(request).database.session() as session:
        proof = await proof_of_entry(session, index, size)
    if proof is None:
        raise NotFound
    return JSONResponse(proof, headers=_OPEN)


async def show_consistency(request: Request) -> Response:
    """GET /credentials/log/consistency?from=…&to=…: that the log only grew between two heads."""
    await house(request).part(Turnstile).pass_by(request)  # reads all of the log
    first, second = _number(request, "from"), _number(request, "to", 0)
    async with house(request).database.session() as session:
        newest = await latest(session)
        head = await session.get(TreeHead, second or (newest.size if newest else 0))
        old = await session.get(TreeHead, first)
        if head is None or old is None or old.size > head.size:
            raise NotFound
        leaves = await leaves_of(session, head.size)
    path = await asyncio.to_thread(consistency_proof, first, leaves)
    said = {"first": told(old), "second": told(head), "proof": [one.hex() for one in path]}
    return JSONResponse(said, headers=_OPEN)


async def show_entries(request: Request) -> Response:
    """GET /credentials/log/entries?from=…: up to 1000 entries, so that others can keep the log."""
    first = _number(request, "from", 0)
    async with house(request).database.session() as session:
        found = await entries(session, first, MOST_ENTRIES)
    return JSONResponse({"entries": found}, headers=_OPEN)


def _number(request: Request, name: str, default: int | None = None) -> int:
    text = request.query_params.get(name, "")
    if text.isdecimal() and text.isascii() and len(text) < 10:
        return int(text)
    if default is None or text:
        raise Invalid("error.form.number", field=name, low=0, high=999_999_999)
    return default


routes = [
    Route("/verify", show_verify),
    Route("/verify", do_verify, methods=["POST"]),
    Route("/verify/{credential_id}", show_credential),
    Route("/.well-known/did.json", show_did),
    Route("/credentials/status/{number:int}", show_status),
    Route("/credentials/log", show_log),
    Route("/credentials/log/proof", show_proof),
    Route("/credentials/log/consistency", show_consistency),
    Route("/credentials/log/entries", show_entries),
]
