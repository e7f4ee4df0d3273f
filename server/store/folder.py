"""The one folder that holds all data, and the lock that keeps a second server out."""

import fcntl
import os
import secrets
from pathlib import Path
from typing import IO


class FolderInUse(OSError):
    """Another server works on this folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"another Jiangtai server already works on the folder {path}.")


class DataFolder:
    """Paths below the data folder. Only the holder of the lock opens the database."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock: IO[str] | None = None

    def open(self) -> "DataFolder":
        """Create what is missing and take the lock. Raises FolderInUse; OSError if unwritable."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o700)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise OSError(
                f"cannot use the data folder {self.path}: {error.strerror}. Choose one with --data."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise FolderInUse(self.path) from None
        self._lock = lock
        return self

    def check_free(self) -> None:
        """Raise FolderInUse now rather than when the server is half up."""
        DataFolder(self.path).open().close()

    def close(self) -> None:
        """Give the lock back. Safe to call twice."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def sub(self, *parts: str) -> Path:
        """A folder below this one, created when missing."""
        folder = self.path.joinpath(*parts)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def database_file(self) -> Path:
        """The SQLite file."""
        return self.path / "jiangtai.sqlite"

    def secret(self, name: str) -> bytes:
        """32 random bytes that stay the same for this installation, made at first use."""
        file = self.sub("secrets") / name
        if not file.exists():
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(secrets.token_bytes(32))
                out.flush()
                os.fsync(out.fileno())
        return file.read_bytes()
