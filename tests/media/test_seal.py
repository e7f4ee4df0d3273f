"""A seal finds what was altered, is missing or was added, and to which seconds it belongs."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from media.layout import Manifest, Span
from media.seal import BLOCK, SEAL, Finding, SealBroken, digest_of, load, seal, verify

KEY = b"k" * 32
MIB = BLOCK


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two spans; the camera of the second has three segments of 4 s, a MiB and a half each."""
    Manifest(0.0, 1.0, True, 30.0, [Span(1, 0, 0, 10.0), Span(2, 10, 15, 12.0)]).save(tmp_path)
    lines = ["#EXTM3U"]
    for number, sizes in ((1, (3 * MIB,)), (2, (MIB * 3 // 2,) * 3)):
        offset = 100
        for size in sizes:
            lines += [
                "#EXTINF:4.00000,",
                f"#EXT-X-BYTERANGE:{size}@{offset}",
                f"camera-00{number}.mp4",
            ]
            offset += size
        data = hashlib.shake_256(bytes([number])).digest(offset)
        (tmp_path / f"camera-00{number}.mp4").write_bytes(data)
    (tmp_path / "camera.m3u8").write_text("\n".join(lines) + "\n")
    (tmp_path / "captions-001.vtt").write_text("WEBVTT\n")
    (tmp_path / "people" / "p1").mkdir(parents=True)
    (tmp_path / "people" / "p1" / "audio-001.mp4").write_bytes(b"opus")
    Manifest(0.0, 1.0, True, 30.0, [Span(1, 0, 2, 8.0)]).save(tmp_path / "people" / "p1")
    (tmp_path / "thumbs").mkdir()
    (tmp_path / "thumbs" / "00001.jpg").write_bytes(b"x")
    (tmp_path / "chapters.cache").write_bytes(b"x")
    return tmp_path


def flip(file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)


def test_what_is_untouched_verifies_and_agrees_with_sha256sum(folder: Path) -> None:
    read: list[int] = []
    made = seal(folder, KEY, read.append)
    assert sum(read) == sum(one.size for one in made.files.values())
    assert set(made.files) == {
        "camera-001.mp4", "camera-002.mp4", "camera.m3u8", "captions-001.vtt", "recording.json",
        "people/p1/audio-001.mp4", "people/p1/recording.json",
    }  # fmt: skip
    told = subprocess.run(
        ["sha256sum", *made.files], cwd=folder, capture_output=True, text=True, check=True
    )
    assert told.stdout.split()[::2] == [one.sha256 for one in made.files.values()]
    assert verify(folder, KEY) == []
    assert load(folder, KEY) == made


@pytest.mark.parametrize(
    ("at", "seconds"),
    [(150, (15.0, 19.0)), (MIB * 2 + 7, (19.0, 23.0)), (MIB * 9 // 2 + 50, (23.0, 27.0))],
)
def test_one_byte_is_found_with_its_seconds(
    folder: Path, at: int, seconds: tuple[float, float]
) -> None:
    seal(folder, KEY)
    flip(folder / "camera-002.mp4", at)
    (found,) = verify(folder, KEY)
    assert (found.name, found.fault) == ("camera-002.mp4", "altered")
    assert found.seconds[0][0] <= seconds[0]
    assert found.seconds[-1][1] >= seconds[1]
    assert found.seconds[-1][1] - found.seconds[0][0] <= 8


def test_what_is_missing_added_or_cut_short_is_found(folder: Path) -> None:
    seal(folder, KEY)
    (folder / "people" / "p1" / "audio-001.mp4").unlink()
    (folder / "voice-002.mp4").write_bytes(b"another voice")
    data = (folder / "camera-001.mp4").read_bytes()
    (folder / "camera-001.mp4").write_bytes(data[:-1])
    assert verify(folder, KEY) == [
        Finding("camera-001.mp4", "altered", ((0.0, 4.0),)),
        Finding("people/p1/audio-001.mp4", "missing", ((2.0, 10.0),)),
        Finding("voice-002.mp4", "extra", ((15.0, 27.0),)),
    ]
    assert [one.name for one in verify(folder, KEY, ["camera-002.mp4", "voice-002.mp4"])] == [
        "voice-002.mp4"
    ]
    seal(folder, KEY)
    assert len(verify(folder, KEY)) == 3, "sealing again forgives nothing"


def test_captions_that_are_replaced_on_purpose_are_sealed_again(folder: Path) -> None:
    seal(folder, KEY)
    before = digest_of(folder)
    (folder / "captions-001.vtt").write_text("WEBVTT\n\n2")
    (folder / "captions-002.vtt").write_text("WEBVTT\n")
    assert [one.fault for one in verify(folder, KEY)] == ["altered", "extra"]
    seal(folder, KEY)
    assert verify(folder, KEY) == []
    assert digest_of(folder) != before


def test_the_seal_cannot_be_exchanged(folder: Path) -> None:
    seal(folder, KEY)
    flip(folder / "camera-001.mp4", 5000)
    told = json.loads((folder / SEAL).read_text())
    data = (folder / "camera-001.mp4").read_bytes()
    told["files"]["camera-001.mp4"]["sha256"] = hashlib.sha256(data).hexdigest()
    for forged in (json.dumps(told), "{}", "[]", "", '{"mac": 1, "files": 7}', "\x00"):
        (folder / SEAL).write_text(forged)
        assert [one.fault for one in verify(folder, KEY)] == ["seal"]
        with pytest.raises(SealBroken):
            seal(folder, KEY)
    (folder / SEAL).unlink()
    seal(folder, b"o" * 32)
    assert [one.fault for one in verify(folder, KEY)] == ["seal"], "another installation's"
