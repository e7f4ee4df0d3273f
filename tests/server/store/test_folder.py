"""One server a folder, and secrets that stay."""

import stat
from pathlib import Path

import pytest

from server.store.folder import DataFolder, FolderInUse


def test_a_second_server_is_refused(tmp_path: Path) -> None:
    first = DataFolder(tmp_path).open()
    with pytest.raises(FolderInUse, match="already works"):
        DataFolder(tmp_path).open()
    first.close()
    DataFolder(tmp_path).open().close()


def test_secrets_stay_and_are_private(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    secret = folder.secret("csrf")
    assert folder.secret("csrf") == secret
    assert len(secret) == 32
    assert stat.S_IMODE((tmp_path / "secrets" / "csrf").stat().st_mode) == 0o600
