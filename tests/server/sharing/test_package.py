"""Packages: signed, read again whole, and refused with the reason when anything was altered."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from server.sharing import package
from server.sharing.package import BadPackage, Described, Turn, read_package, write_package
from server.sharing.signing import SchoolKey, fingerprint, is_signed

KEY, OTHER = SchoolKey(bytes(32)), SchoolKey(bytes([1] * 32))
LESSON = Described(
    title="网格化管理", course="基层治理", teachers=["林老师"], held_at="2026-11-24T06:00:00Z",
    language="zh", duration=60.0, version=1, chapters=[], turns=[Turn(0.0, 1)], lines=[], pages=1,
    picture=True,
)  # fmt: skip
FILES = {
    "index.html": b"<!doctype html>", "lesson.mp4": b"\0" * 3_000_000, "captions.vtt": b"WEBVTT\n",
    "lesson.json": msgspec.json.encode(LESSON), "slides/001.webp": b"picture",
}  # fmt: skip


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    (tmp_path / "lesson.mp4").write_bytes(FILES["lesson.mp4"])
    files = {**FILES, "lesson.mp4": tmp_path / "lesson.mp4"}
    write_package(tmp_path / "lesson.zip", files, KEY, "党校", "2026-11-24T08:00:00Z")
    return tmp_path / "lesson.zip"


def again(packed: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same zip after `change` of its files."""
    with zipfile.ZipFile(packed) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    other = packed.with_name("other.zip")
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return other


def test_a_package_is_read_as_it_was_written(packed: Path, tmp_path: Path) -> None:
    contents, described = read_package(packed, tmp_path / "out")
    assert described == LESSON
    assert (contents.school, contents.key) == ("党校", KEY.public)
    assert {name: (tmp_path / "out" / name).read_bytes() for name in FILES} == FILES


def flip(files: dict[str, bytes]) -> None:
    files["lesson.mp4"] = b"\1" + files["lesson.mp4"][1:]


def longer(files: dict[str, bytes]) -> None:
    files["captions.vtt"] += b"more"


def more(files: dict[str, bytes]) -> None:
    files["evil.html"] = b"<script>"


def fewer(files: dict[str, bytes]) -> None:
    del files["slides/001.webp"]


def resigned(files: dict[str, bytes]) -> None:
    files["manifest.sig"] = OTHER.sign(files["manifest.json"]).encode()


def renamed(files: dict[str, bytes]) -> None:
    files["manifest.json"] = files["manifest.json"].replace("党校".encode(), "别校".encode())


def outside(files: dict[str, bytes]) -> None:
    said = files["manifest.json"].replace(b"captions.vtt", b"../../up.vtt")
    files["manifest.json"], files["manifest.sig"] = said, KEY.sign(said).encode()
    files["../../up.vtt"] = files.pop("captions.vtt")


def shrunk(files: dict[str, bytes]) -> None:
    said = msgspec.json.decode(files["manifest.json"])
    said["files"]["captions.vtt"]["size"] = -(1 << 40)
    said["files"]["lesson.mp4"]["size"] = 1 << 39
    files["manifest.json"] = msgspec.json.encode(said)
    files["manifest.sig"] = KEY.sign(files["manifest.json"]).encode()


def deep(files: dict[str, bytes]) -> None:
    files["manifest.json"] = b"[" * 100_000
    files["manifest.sig"] = KEY.sign(files["manifest.json"]).encode()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (flip, "error.package.altered"), (longer, "error.package.altered"),
        (more, "error.package.names"), (fewer, "error.package.names"),
        (resigned, "error.package.signature"), (renamed, "error.package.signature"),
        (outside, "error.package.format"), (deep, "error.package.format"),
        (shrunk, "error.package.format"),
    ],
)  # fmt: skip
def test_what_was_tampered_with_is_refused_with_the_reason(
    packed: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], reason: str
) -> None:
    with pytest.raises(BadPackage) as refused:
        read_package(again(packed, change), tmp_path / "out")
    assert refused.value.key == reason
    assert not (tmp_path.parent / "up.vtt").exists()


def test_what_is_no_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text.zip").write_text("hello")
    with pytest.raises(BadPackage, match=r"error\.package\.no_zip"):
        read_package(tmp_path / "text.zip", tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * 2_000_000)
    monkeypatch.setattr(package, "LARGEST_JSON", 1_000_000)
    with pytest.raises(BadPackage, match=r"error\.package\.large"):
        read_package(tmp_path / "bomb.zip", tmp_path / "out")


def test_a_key_signs_what_it_signs_and_nothing_else() -> None:
    signature = KEY.sign(b"words")
    assert is_signed(KEY.public, signature, b"words")
    assert not is_signed(KEY.public, signature, b"word")
    assert not is_signed(OTHER.public, signature, b"words")
    assert not is_signed("not base64", signature, b"words")
    assert len(fingerprint(KEY.public).split()) == 8


def test_a_torn_text_is_refused(packed: Path, tmp_path: Path) -> None:
    data = bytearray(packed.read_bytes())
    with zipfile.ZipFile(packed) as archive:
        at = archive.getinfo("lesson.json").header_offset
    data[at + 60 : at + 90] = b"\xff" * 30
    packed.write_bytes(data)
    with pytest.raises(BadPackage):
        read_package(packed, tmp_path / "out")
