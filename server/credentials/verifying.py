"""Is a credential worth anything? Each thing that was checked, with its outcome. Pure, offline.

What is checked comes along in a bundle: the credential, the DID document of the school, its status
list, and a proof from its log. Nothing is fetched. Whether the DID document itself is the school's
is known only where the caller knows its keys.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from server.credentials.badge import Badge, badge_of, moment_of
from server.credentials.data_integrity import is_proven, proof_of
from server.credentials.did import Key, key_in
from server.credentials.json_ld import Document, Unreadable
from server.credentials.log import digest_of, entry_bytes, is_head
from server.credentials.merkle import is_included, leaf_hash
from server.credentials.status_list import is_revoked

FORMAT = "JiangtaiVerificationBundle"
State = Literal["good", "bad", "open"]
KNOWN = ("own", "pinned")  # reasons for which a key is the school's


@dataclass(frozen=True, slots=True)
class Check:
    """One thing: "good", "bad" or "open" (not to be told from what was given), and why: the
    sentence `credential.check.<name>.<reason>`, filled with `params`."""

    name: str
    state: State
    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out. `badge`: what the credential says, None where it cannot be read."""

    badge: Badge | None
    checks: tuple[Check, ...]

    @property
    def state(self) -> State:
        """ "bad" where anything is; "open" where the key or the status is not known."""
        states = {check.name: check.state for check in self.checks}
        if "bad" in states.values() or states.get("signature") != "good":
            return "bad"
        return "open" if "open" in (states["key"], states["status"]) else "good"

    @property
    def why(self) -> Check | None:
        """The first thing that keeps it from being valid."""
        wanted = [check for check in self.checks if check.state == self.state != "good"]
        return wanted[0] if wanted else None

    def check(self, name: str) -> Check:
        """One of them. KeyError."""
        return {one.name: one for one in self.checks}[name]


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose keys are known: `own`, the school's own DID documents by name, and `pinned`, public
    keys (Multikey) by the name of the school that uses them."""

    own: Mapping[str, Document] = field(default_factory=dict)
    pinned: Mapping[str, Collection[str]] = field(default_factory=dict)


def unpacked(given: Document) -> Document:
    """A bundle, of one, or of a bare credential."""
    return given if given.get("type") == FORMAT else {"credential": given}


def verify(bundle: Document, moment: datetime, trust: Trust) -> Verdict:
    """Check everything there is. Takes some 100 ms of the processor; raises nothing."""
    credential = bundle.get("credential")
    try:
        if not isinstance(credential, dict):
            raise Unreadable("no credential")
        badge = badge_of(credential)
        method = str(proof_of(credential)["verificationMethod"])
    except Unreadable as problem:
        return Verdict(None, (Check("form", "bad", "unreadable", {"detail": str(problem)}),))
    document = trust.own.get(badge.issuer) or bundle.get("didDocument")
    key, known = _key(badge, method, document, trust)
    checks = [Check("form", "good", "ok"), known]
    if key is not None:
        checks += [_signature(credential, key), _time(badge, moment)]
        checks += [
            _status(badge, credential, bundle.get("statusList"), document),
            _log(badge, credential, bundle.get("log"), document, own=known.reason == "own"),
        ]
    return Verdict(badge, tuple(checks))


def _key(badge: Badge, method: str, document: Any, trust: Trust) -> tuple[Key | None, Check]:
    if document is None:
        return None, Check("key", "bad", "missing", {"issuer": badge.issuer})
    if not badge.issuer.startswith("did:web:"):
        return None, Check("key", "bad", "unreadable", {"detail": "the issuer is no did:web"})
    try:
        key = key_in(document, badge.issuer, method)
    except Unreadable as problem:
        return None, Check("key", "bad", "unreadable", {"detail": str(problem)})
    if badge.issuer in trust.own:
        return key, Check("key", "good", "own")
    pinned = trust.pinned.get(badge.issuer)
    if pinned is None:
        return key, Check("key", "open", "given", {"public": key.multikey})
    if key.multikey not in pinned:
        return key, Check("key", "bad", "other", {"public": key.multikey})
    return key, Check("key", "good", "pinned")


def _signature(credential: Document, key: Key) -> Check:
    try:
        if not is_proven(credential, key.public):
            return Check("signature", "bad", "wrong")
        created = moment_of(proof_of(credential).get("created"))
        if key.revoked or (key.expires and moment_of(key.expires) < created):
            return Check("signature", "bad", "retired")
    except Unreadable as problem:
        return Check("signature", "bad", "unreadable", {"detail": str(problem)})
    return Check("signature", "good", "ok")


def _time(badge: Badge, moment: datetime) -> Check:
    if badge.valid_from > moment:
        return Check("time", "bad", "early", {"at": badge.valid_from})
    if badge.valid_until is None:
        return Check("time", "good", "always")
    if badge.valid_until <= moment:
        return Check("time", "bad", "expired", {"at": badge.valid_until})
    return Check("time", "good", "ok", {"at": badge.valid_until})


def _status(badge: Badge, credential: Document, listed: Any, document: Any) -> Check:
    status = credential.get("credentialStatus")
    if status is None:
        return Check("status", "good", "never")
    if not isinstance(listed, dict):
        return Check("status", "open", "missing")
    try:
        issuer = listed.get("issuer")
        name = issuer.get("id") if isinstance(issuer, dict) else issuer
        if name != badge.issuer:
            raise Unreadable("the status list is another school's")
        key = key_in(document, badge.issuer, str(proof_of(listed)["verificationMethod"]))
        if not is_proven(listed, key.public):
            return Check("status", "bad", "unsigned")
        at = moment_of(listed.get("validFrom"))
        revoked = is_revoked(status, listed)
    except Unreadable as problem:
        return Check("status", "bad", "unreadable", {"detail": str(problem)})
    return Check("status", "bad" if revoked else "good", "revoked" if revoked else "ok", {"at": at})


def _log(badge: Badge, credential: Document, given: Any, document: Any, *, own: bool) -> Check:
    if not isinstance(given, dict) and own:  # whoever stole a key can sign, but was not logged
        return Check("log", "bad", "absent")
    if not isinstance(given, dict):
        return Check("log", "open", "missing")
    head, entry, index = given.get("head"), given.get("entry"), given.get("index")
    try:
        if not isinstance(head, dict) or not isinstance(entry, dict) or type(index) is not int:
            raise Unreadable("an incomplete proof")
        key = key_in(document, badge.issuer, str(head.get("key")))
        path = [bytes.fromhex(str(one)) for one in given.get("proof", [])]
        size, root = head.get("tree_size"), str(head.get("root_hash"))
        if not is_head(head, key.public) or type(size) is not int:
            return Check("log", "bad", "unsigned")
        digest = digest_of(credential)
        leaf = leaf_hash(entry_bytes("issued", digest, str(entry.get("at"))))
        if entry.get("credential") != digest or not is_included(
            leaf, index, size, path, bytes.fromhex(root)
        ):
            return Check("log", "bad", "wrong")
    except (Unreadable, ValueError, TypeError) as problem:
        return Check("log", "bad", "unreadable", {"detail": str(problem)[:200]})
    return Check("log", "good", "ok", {"index": index + 1, "size": size})
