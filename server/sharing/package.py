"""A package 离线包: a lesson in one zip that plays without a server and another school imports.

index.html       a player for any browser, with what it needs inside
lesson.mp4       camera and voice (or the voice alone)
captions.vtt     what was said, by whom
slides.pdf, slides/NNN.webp  the slides, to import and to look at
lesson.json      title, course, teachers, when, chapters, slide turns, transcript
manifest.json    SHA-256 and size of every file, the school's public key
manifest.sig     the school's signature over manifest.json
"""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import msgspec

from server.sharing.signing import SchoolKey, is_signed

FORMAT = "jiangtai-lesson"
VERSION = 1
MOST_FILES = 1200
LARGEST_JSON = 16 << 20
LARGEST = 16 << 30  # bytes unpacked
CHUNK = 1 << 20

_NAME = re.compile(r"index\.html|lesson\.(mp4|json)|captions\.vtt|slides\.pdf|slides/\d{3}\.webp")


class BadPackage(Exception):
    """Not a package we take; `key` names the sentence for the person."""

    def __init__(self, key: str, **params: Any) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


class TitleAt(msgspec.Struct, frozen=True):
    """A chapter from second `at` on."""

    at: float
    title: str


class Turn(msgspec.Struct, frozen=True):
    """`page` of the slides came on the screen at second `at`."""

    at: float
    page: int


class Line(msgspec.Struct, frozen=True):
    """Something that was said."""

    start: float
    end: float
    text: str
    name: str = ""


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """lesson.json. Seconds are those of lesson.mp4."""

    title: str
    course: str
    teachers: list[str]
    held_at: str
    language: str
    duration: float
    version: int
    chapters: list[TitleAt]
    turns: list[Turn]
    lines: list[Line]
    pages: int
    picture: bool


class Entry(msgspec.Struct, frozen=True):
    """A file as manifest.json has it."""

    sha256: str
    size: int


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """manifest.json. `school` says who made it, `key` is their public key in base64."""

    format: str
    version: int
    made_at: str
    school: str
    key: str
    files: dict[str, Entry]


def write_package(
    target: Path, files: Mapping[str, Path | bytes], key: SchoolKey, school: str, made_at: str
) -> None:
    """Write a signed package of these files; media are stored as they are, texts compressed."""
    entries: dict[str, Entry] = {}
    part = target.with_name(f"{target.name}.part")
    with zipfile.ZipFile(part, "w", allowZip64=True) as archive:
        for name, content in files.items():
            entries[name] = _add(archive, name, content)
        contents = Contents(
            format=FORMAT, version=VERSION, made_at=made_at, school=school, key=key.public,
            files=entries,
        )  # fmt: skip
        said = msgspec.json.format(msgspec.json.encode(contents), indent=1)
        archive.writestr("manifest.json", said)
        archive.writestr("manifest.sig", key.sign(said))
    part.replace(target)


def _add(archive: zipfile.ZipFile, name: str, content: Path | bytes) -> Entry:
    digest, size = hashlib.sha256(), 0
    how = zipfile.ZIP_STORED if name.endswith((".mp4", ".webp")) else zipfile.ZIP_DEFLATED
    info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    info.compress_type, info.external_attr = how, 0o644 << 16
    with archive.open(info, "w", force_zip64=True) as out:
        for chunk in _chunks(content):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
    return Entry(digest.hexdigest(), size)


def _chunks(content: Path | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def read_package(path: Path, folder: Path) -> tuple[Contents, Described]:
    """Check a package and unpack it into `folder`, which is empty.

    Every byte is compared with the manifest, and the manifest with its signature, before anything
    is used. Names are ours or nothing. Raises BadPackage; what lies in `folder` is then worthless.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            said = _whole(archive, "manifest.json", LARGEST_JSON)
            contents = _decoded(said, Contents)
            if contents.format != FORMAT or contents.version != VERSION:
                raise BadPackage("error.package.format")
            signature = _whole(archive, "manifest.sig", 1000).decode("ascii", "replace")
            if not is_signed(contents.key, signature.strip(), said):
                raise BadPackage("error.package.signature")
            _check_names(archive, contents)
            for name, entry in contents.files.items():
                with archive.open(name) as packed:
                    _unpack(packed, folder / name, name, entry)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadPackage("error.package.no_zip") from error
    except KeyError as error:
        raise BadPackage("error.package.format") from error
    described = _decoded((folder / "lesson.json").read_bytes(), Described)
    return contents, described


def _check_names(archive: zipfile.ZipFile, contents: Contents) -> None:
    listed, packed = set(contents.files), archive.namelist()
    if len(packed) > MOST_FILES or not all(_NAME.fullmatch(name) for name in listed):
        raise BadPackage("error.package.format")
    if any(entry.size < 0 for entry in contents.files.values()):
        raise BadPackage("error.package.format")
    if not {"lesson.json", "lesson.mp4"} <= listed:
        raise BadPackage("error.package.format")
    if sorted(packed) != sorted([*listed, "manifest.json", "manifest.sig"]):
        raise BadPackage("error.package.names")
    if sum(entry.size for entry in contents.files.values()) > LARGEST:
        raise BadPackage("error.package.large")


def _unpack(packed: IO[bytes], target: Path, name: str, entry: Entry) -> None:
    digest, left = hashlib.sha256(), entry.size
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        while chunk := packed.read(min(CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            digest.update(chunk)
            out.write(chunk)
    if left or digest.hexdigest() != entry.sha256:
        raise BadPackage("error.package.altered", name=name)


def _whole(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    with archive.open(name) as packed:
        data = packed.read(limit + 1)
    if len(data) > limit:
        raise BadPackage("error.package.large")
    return data


def _decoded(data: bytes, shape: Any) -> Any:
    if len(data) > LARGEST_JSON:
        raise BadPackage("error.package.large")
    try:
        json.loads(data)  # refuses what is nested too deep
        return msgspec.json.decode(data, type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadPackage("error.package.format") from error
