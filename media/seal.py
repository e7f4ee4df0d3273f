"""The seal of a recording: SHA-256 of every file of the original, in `sha256.json`, signed.

    {"version": 1, "made": "2026-…Z", "files": {"camera-001.mp4": {"size": …, "sha256": "…",
     "blocks": ["…", …]}, …}, "mac": "…"}

`sha256` is what sha256sum says of the file; `blocks` are the digests of each MiB of it, so that an
alteration is found to the second. `mac` is an HMAC-SHA256 over the rest: who has not the key cannot
exchange the seal. Media are sealed once and for all; captions and playlists, which later work may
replace, are sealed as they are each time. What is made of the original (editions, thumbnails) is
no part of it.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from media.layout import MANIFEST, Manifest, replace

SEAL = "sha256.json"
VERSION = 1
BLOCK = 1 << 20

_MEDIA = re.compile(r"[a-z]{1,20}-\d{3,6}\.(mp4|mkv)")
_TEXT = re.compile(r"captions(-[a-z]{2,8})?-\d{3,6}\.vtt|[a-z]{1,20}(-[a-z]{2,8})?\.m3u8")
_STRETCH = re.compile(r"#EXTINF:([\d.]+),.*\n(?:#.*\n)*?#EXT-X-BYTERANGE:(\d+)@(\d+)\n(.+)")

Pace = Callable[[int], None]
Fault = Literal["altered", "missing", "extra", "seal"]


class SealBroken(Exception):
    """The seal itself was altered or is missing: nothing can be said about the files."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One file as it was sealed; sizes in bytes, digests in hex."""

    size: int
    sha256: str
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seal:
    """What was sealed: when (ISO, UTC), and each file by its name below the folder."""

    made: str
    files: dict[str, Sealed]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is not as it was sealed. `seconds` of the recording that the file is about, as far
    as they are known: [(start, end), …]. `fault` is "seal" where the seal itself is no good."""

    name: str
    fault: Fault
    seconds: tuple[tuple[float, float], ...] = ()


def files_of(folder: Path) -> list[str]:
    """Names of the files of the original that are there now."""
    places = [folder, *sorted(folder.glob("people/*"))]
    found = [
        path.relative_to(folder).as_posix()
        for place in places
        if place.is_dir() and not place.is_symlink()
        for path in place.iterdir()
        if _is_original(path.name)
    ]
    return sorted(found)


def seal(folder: Path, key: bytes, pace: Pace = lambda size: None) -> Seal:
    """Seal what is new in a folder, write `sha256.json`, and say what is sealed now.

    Media that were sealed before keep that seal, whatever has become of them. `pace` is told the
    bytes after each block that was read, and may sleep. SealBroken; OSError.
    """
    before = load(folder, key).files if (folder / SEAL).exists() else {}
    files = {}
    for name in files_of(folder):
        if name in before and _lasts(name):
            files[name] = before[name]
        elif not before or not _lasts(name):  # media that come later are found as extra
            files[name] = _digest(folder / name, pace)
    kept = {name: one for name, one in before.items() if name not in files and _lasts(name)}
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    made = Seal(moment, dict(sorted((files | kept).items())))
    body = _body(made)
    text = json.dumps({**body, "mac": _mac(body, key)}, indent=1)
    replace(folder / SEAL, text, durable=True)
    return made


def load(folder: Path, key: bytes) -> Seal:
    """The seal of a folder. SealBroken where it is missing, damaged or not ours."""
    try:
        told: dict[str, Any] = json.loads((folder / SEAL).read_bytes())
        given = str(told.pop("mac"))
        if not hmac.compare_digest(given.encode(), _mac(told, key).encode()):
            raise SealBroken(folder.name)
        files = {
            name: Sealed(one["size"], one["sha256"], tuple(one["blocks"]))
            for name, one in told["files"].items()
        }
        return Seal(told["made"], files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise SealBroken(folder.name) from problem


def digest_of(folder: Path) -> str:
    """SHA-256 of the seal itself, to be kept elsewhere, too. Raises OSError."""
    return hashlib.sha256((folder / SEAL).read_bytes()).hexdigest()


def verify(
    folder: Path, key: bytes, only: Iterable[str] | None = None, pace: Pace = lambda size: None
) -> list[Finding]:
    """What is not as it was sealed: all of it, or `only` these files. Nothing is changed."""
    try:
        sealed = load(folder, key).files
    except SealBroken:
        return [Finding(SEAL, "seal")]
    there = set(files_of(folder))
    names = sorted(sealed) if only is None else sorted(set(only))
    found = []
    for name in names:
        if name not in sealed:
            found.append(Finding(name, "extra", _span(folder, name)))
        elif name not in there:
            found.append(Finding(name, "missing", _span(folder, name)))
        else:
            found += _altered(folder, name, sealed[name], pace)
    if only is None:
        strange = sorted(there - set(sealed))
        found += [Finding(name, "extra", _span(folder, name)) for name in strange]
    return found


def _altered(folder: Path, name: str, sealed: Sealed, pace: Pace) -> Iterator[Finding]:
    now = _digest(folder / name, pace)
    if now.sha256 == sealed.sha256:
        return
    count = max(len(now.blocks), len(sealed.blocks))
    differing = [
        number
        for number in range(count)
        if now.blocks[number : number + 1] != sealed.blocks[number : number + 1]
    ]
    spans = [_seconds(folder, name, at * BLOCK, (at + 1) * BLOCK) for at in differing]
    joined = _joined(stretch for span in spans for stretch in span)
    yield Finding(name, "altered", joined or _span(folder, name))


def _digest(path: Path, pace: Pace) -> Sealed:
    whole, blocks, size = hashlib.sha256(), [], 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            whole.update(block)
            blocks.append(hashlib.sha256(block).hexdigest())
            size += len(block)
            pace(len(block))
    return Sealed(size, whole.hexdigest(), tuple(blocks))


def _seconds(folder: Path, name: str, first: int, end: int) -> list[tuple[float, float]]:
    """The seconds of the recording that bytes [first, end) of a file hold, by its playlist."""
    place, _, file = name.rpartition("/")
    rendition = file.rpartition("-")[0]
    span = _span(folder, name)
    try:
        text = (folder / place / f"{rendition}.m3u8").read_text("utf-8")
    except (OSError, ValueError):
        return list(span)
    at, found = 0.0, []
    for length, size, offset, uri in _STRETCH.findall(text):
        if uri != file or not span:
            continue
        if int(offset) < end and first < int(offset) + int(size):
            found.append((span[0][0] + at, span[0][0] + at + float(length)))
        at += float(length)
    return found


def _span(folder: Path, name: str) -> tuple[tuple[float, float], ...]:
    """The seconds of the recording that a whole file is about."""
    place, _, file = name.rpartition("/")
    number = re.search(r"-(\d{3,6})\.", file)
    try:
        spans = Manifest.load(folder / place).spans
    except (OSError, ValueError):
        return ()
    return tuple(
        (span.take_start, span.take_end)
        for span in spans
        if number is None or span.number == int(number[1])
    )


def _joined(stretches: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    joined: list[tuple[float, float]] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1] + 0.01:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple((round(start, 3), round(end, 3)) for start, end in joined)


def _is_original(name: str) -> bool:
    return name == MANIFEST or bool(_MEDIA.fullmatch(name) or _TEXT.fullmatch(name))


def _lasts(name: str) -> bool:
    return not _TEXT.fullmatch(name.rpartition("/")[2])


def _body(made: Seal) -> dict[str, Any]:
    files = {name: asdict(one) for name, one in made.files.items()}
    return {"version": VERSION, "made": made.made, "files": files}


def _mac(body: dict[str, Any], key: bytes) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
