"""`jiangtai verify FILE` knows without a server whether a certificate is good."""

import json
from pathlib import Path

import pytest

from server.__main__ import main
from tests.server.credentials.schools import OtherSchool

SCHOOL = OtherSchool()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    kept = tmp_path / "bundle.json"
    kept.write_text(json.dumps(SCHOOL.bundle()), "utf-8")
    return kept


def test_it_says_so_and_its_status_says_so(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert main(["verify", str(file), "--key", SCHOOL.multikey]) == 0
    assert "This certificate is valid: 外校 gave 安学员" in capsys.readouterr().out
    assert main(["verify", str(file)]) == 0
    assert f"compare it with the school's: {SCHOOL.multikey}" in capsys.readouterr().out
    assert main(["verify", str(file), "--key", OtherSchool(seed=9).multikey]) == 1
    assert "not the one on record" in capsys.readouterr().out
    bundle = SCHOOL.bundle()
    bundle["credential"]["name"] = "another"
    file.write_text(json.dumps(bundle), "utf-8")
    assert main(["verify", str(file), "--key", SCHOOL.multikey]) == 1
    assert "The signature does not fit" in capsys.readouterr().out
    file.write_text("{", "utf-8")
    assert main(["verify", str(file)]) == 1
    assert "no file of a certificate" in capsys.readouterr().err
