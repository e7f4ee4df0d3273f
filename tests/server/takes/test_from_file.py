"""`jiangtai rehearse`: the whole pipeline on the synthetic lesson, and files it cannot use."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from media.engines import installed
from media.vtt import from_vtt
from server.__main__ import main
from server.takes.worker import ROOT
from tests.media.decks import deck
from tests.media.making import film, tone_file
from tests.words import cer


def rehearse(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as people do."""
    return subprocess.run(
        [sys.executable, "-m", "server", "rehearse", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "LANG": "en_GB.UTF-8", "LC_ALL": "en_GB.UTF-8", **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@dataclass
class Here:
    """The command without a process of its own, where many are tried."""

    capsys: pytest.CaptureFixture[str]

    def refused(self, *arguments: object) -> str:
        """All it says before it ends."""
        assert main(["rehearse", *map(str, arguments)]) == 1
        said = self.capsys.readouterr().err
        assert "Traceback" not in said
        return said


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    return Here(capsys)


@pytest.fixture(scope="module")
def out(material: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of one whole run with the smallest model."""
    folder = tmp_path_factory.mktemp("out")
    done = rehearse(
        material / "media/synthetic/lesson_grid_zh.wav",
        *("--plan", ROOT / "demo/lesson_grid_zh.yaml"),
        *("--slides", ROOT / "demo/lesson_grid_zh.pdf"),
        *("--language", "zh", "--model", material / "models/whisper-tiny", "--out", folder),
    )
    assert done.returncode == 0, done.stderr
    return folder


@cache
def truth(material: Path) -> list[dict[str, Any]]:
    """Every sentence of the lesson."""
    text = (material / "media/synthetic/lesson_grid_zh.json").read_text("utf-8")
    lines: list[dict[str, Any]] = json.loads(text)["lines"]
    return lines


def read(folder: Path) -> dict[str, Any]:
    """The report."""
    report: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return report


def test_the_report_has_what_others_script_against(out: Path, material: Path) -> None:
    report = read(out)
    assert report["schema"].startswith("jiangtai-report/")
    assert (report["language"], report["model"]) == ("zh", "tiny")
    assert abs(report["duration_s"] - 100.25) < 0.1
    for line in report["transcript"]:
        assert {"start", "end", "text", "words"} <= set(line)
        assert all({"start", "end", "word"} <= set(word) for word in line["words"])
    for name, measure in report["measures"].items():
        keys = {"value", "unit", "parts", "reference", "clips", "excluded", "confidence"}
        assert keys <= set(measure), name
    assert "plan_fit" in report["measures"]
    assert (out / "transcript.vtt").read_text("utf-8").startswith("WEBVTT")


def test_the_words_are_right(out: Path, material: Path) -> None:
    heard = "".join(line["text"] for line in read(out)["transcript"])
    assert cer(heard, "".join(line["text"] for line in truth(material))) <= 0.18


def test_all_four_questions_are_found(out: Path, material: Path) -> None:
    clips = read(out)["measures"]["questions"]["clips"]
    asked = [line for line in truth(material) if line["kind"] in ("open", "closed", "tag")]
    found = [
        [clip["kind"] for clip in clips if abs(clip["end"] - line["end"]) <= 1] for line in asked
    ]
    assert all(found), (clips, asked)
    kinds = [line["kind"] in kinds for line, kinds in zip(asked, found, strict=True)]
    assert sum(kinds) >= 3


def test_segments_begin_where_they_do(out: Path, material: Path) -> None:
    fit = read(out)["measures"]["plan_fit"]["parts"]
    assert fit["boundaries_from"] == "words"
    begins = {
        title: min(line["start"] for line in truth(material) if line["segment"] == title)
        for title in ("导入", "概念", "案例", "小结")
    }
    for segment in fit["segments"]:
        start = segment["spans"][0][0] if "spans" in segment else segment["start"]
        assert abs(start - begins[segment["title"]]) <= 8, segment


def test_the_page_needs_nothing_else(out: Path) -> None:
    page = (out / "report.html").read_text("utf-8")
    assert "网格" in page
    for reference in ('src="/', 'href="/', "http://", "https://", "url(/"):
        assert reference not in page.replace("http://www.w3.org/", ""), reference


def test_files_that_cannot_be_used_get_one_sentence(
    here: Here, tmp_path: Path, material: Path
) -> None:
    model = material / "models/whisper-tiny"
    wav = tone_file(tmp_path / "tone.wav", 3)
    silent = film(tmp_path / "silent.mkv", "mpeg4", 1, sound=False)
    lecture = (material / "media/lecture/physicsworks.webm").read_bytes()
    bad = {
        "empty.wav": (b"", "0 bytes"),
        "letter.mp4": (b"Dear colleagues, " * 99, "no audio or video"),
        "list.mp4": (f"ffconcat version 1.0\nfile '{wav}'\n".encode(), "no audio or video"),
        "slides.mp3": (
            (ROOT / "demo/lesson_grid_zh.pdf").read_bytes(),
            "no (sound|audio or video)",
        ),
        "half.webm": (lecture[: len(lecture) // 3], "incomplete"),
        "silent.mkv": (silent.read_bytes(), "no sound"),
    }
    for name, (data, said) in bad.items():
        file = tmp_path / name
        file.write_bytes(data)
        told = here.refused(file, "--model", model, "--out", tmp_path / "out")
        last = told.strip().splitlines()[-1]
        assert re.search(said, last), (name, told)
        assert name in last
    assert not (tmp_path / "out/report.json").exists()


def test_plans_slides_and_models_that_cannot_be_used_are_named(
    here: Here, tmp_path: Path, material: Path
) -> None:
    wav = tone_file(tmp_path / "tone.wav", 3)
    plan = tmp_path / "plan.yaml"
    plan.write_text("title: x\nsegments: [{title: a, minutes: -3}]", "utf-8")
    slides = tmp_path / "slides.pdf"
    slides.write_bytes(b"no slides at all")
    lacking = "mine.pt" if installed("openai-whisper") else "openai-whisper is not installed"
    into = ("--out", tmp_path / "out")
    tiny = ("--model", material / "models/whisper-tiny")
    for arguments, said in (
        ((wav, *tiny, "--plan", plan, *into), "plan.yaml"),
        ((wav, *tiny, "--slides", slides, *into), "slides.pdf"),
        ((wav, "--model", tmp_path / "nowhere", *into), "model.bin"),
        ((tmp_path / "absent.wav", *tiny, *into), "absent.wav"),
        ((tmp_path, *tiny, *into), "is a folder"),
        ((wav, *tiny, "--out", plan / "under"), "The results cannot be written into"),
        ((wav, "--model", tmp_path / "mine", "--engine", "openai-whisper", *into), lacking),
    ):
        assert said in here.refused(*arguments)


def test_encrypted_and_endless_slides_are_named(here: Here, tmp_path: Path, material: Path) -> None:
    locked = deck(tmp_path / "locked.pdf", password="secret")
    endless = Canvas(str(tmp_path / "endless.pdf"))
    for _ in range(2000):
        endless.showPage()
    endless.save()
    wav = tone_file(tmp_path / "tone.wav", 3)
    tiny = ("--model", material / "models/whisper-tiny", "--out", tmp_path / "out")
    for slides, said in ((locked, "password"), (tmp_path / "endless.pdf", "2000")):
        told = here.refused(wav, *tiny, "--slides", slides)
        assert re.search(said, told), told
        assert slides.name in told


def _hear_ctrl_c() -> None:
    """Who started the tests in the background has it ignored, and so would their children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_at_once_and_leaves_nothing(tmp_path: Path, material: Path) -> None:
    lesson = material / "media/synthetic/lesson_grid_zh.wav"
    command = [sys.executable, "-m", "server", "rehearse", str(lesson), "--language", "zh"]
    folder = tmp_path / "out"
    given = ["--model", str(material / "models/whisper-tiny"), "--out", str(folder)]
    running = subprocess.Popen(
        [*command, *given],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "en_GB.UTF-8"},
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_hear_ctrl_c,
    )
    assert running.stderr
    said = b""
    while b"Writing down" not in said:
        said += (piece := os.read(running.stderr.fileno(), 4096))
        assert piece, said
    os.killpg(running.pid, signal.SIGINT)
    said += running.communicate(timeout=60)[1]
    assert running.returncode == 130
    assert said.decode().strip().splitlines()[-1] == "jiangtai: stopped."
    assert b"Traceback" not in said
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("file", "language"),
    [
        ("media/en/jfk.wav", "en"),
        ("media/en/jfk.wav", "auto"),
        ("media/zh/thchs30-D4_750.wav", "auto"),
        ("media/lecture/physicsworks.webm", "en"),
    ],
)
@pytest.mark.long
def test_recordings_of_both_languages_run_whole(
    tmp_path: Path, material: Path, file: str, language: str
) -> None:
    model = ("--model", material / "models/whisper-tiny")
    done = rehearse(material / file, *model, "--language", language, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    report = read(tmp_path)
    assert report["language"] == ("zh" if "/zh/" in file else "en")
    cues = from_vtt((tmp_path / "transcript.vtt").read_text("utf-8"))
    assert [cue.text for cue in cues] == [line["text"] for line in report["transcript"]]


def test_without_a_hub_the_files_and_their_place_are_told(tmp_path: Path) -> None:
    wav = tone_file(tmp_path / "tone.wav", 3)
    done = rehearse(
        *(wav, "--model", "tiny", "--out", tmp_path / "out"),
        JIANGTAI_HUB_ENDPOINT="http://127.0.0.1:9",
        JIANGTAI_DATA=str(tmp_path / "data"),
    )
    assert done.returncode == 1
    for told in ("config.json", "model.bin", "Systran/faster-whisper-tiny", "models/tiny"):
        assert told in done.stderr
