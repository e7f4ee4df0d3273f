"""Checking a file without a server and without a network: `jiangtai verify FILE`."""

from collections.abc import Sequence
from pathlib import Path

from server.credentials.badge import badge_of
from server.credentials.json_ld import Unreadable, read
from server.credentials.telling import sentence, told_checks
from server.credentials.verifying import Trust, unpacked, verify
from server.i18n import Translator
from server.store.database import now

MARKS = {"good": "✓", "bad": "✗", "open": "?"}


def check_file(file: Path, keys: Sequence[str], words: Translator) -> tuple[bool, list[str]]:
    """Whether nothing speaks against it, and what to say, line by line. `keys`: the public keys
    (Multikey) of the school, where one knows them. ValueError where the file cannot be read."""
    try:
        bundle = unpacked(read(file.read_bytes()))
        credential = bundle.get("credential")
        issuer = badge_of(credential).issuer if isinstance(credential, dict) else ""
    except Unreadable as problem:
        raise ValueError(words.t("error.credential.file", detail=str(problem))) from None
    trust = Trust(pinned={issuer: list(keys)} if keys else {})
    verdict = verify(bundle, now(), trust)
    lines = [sentence(words, verdict)]
    lines += [
        f"  {MARKS[state]} {what}: {outcome}"
        for state, what, outcome in told_checks(words, verdict)
    ]
    if verdict.state == "open" and verdict.why and verdict.why.name == "key":
        return True, lines
    return verdict.state == "good", lines
