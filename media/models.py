"""Whisper models: where one lies, whether it is whole, and how it is fetched from a hub.

A model is named ("base") or is a folder. A named model lives in `<models folder>/<name>`; the files
of faster-whisper come from the hub's documented addresses
(`/<repository>/resolve/<revision>/<file>`), each into a part file that a later attempt resumes, and
are taken only when size and checksum agree. (The hub's own client starts a file again in the next
process and drops up to 10 MB at each break-off, so only its look at a file is used.)
"""

import hashlib
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx2
from huggingface_hub import hf_hub_url
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.file_download import HfFileMetadata, get_hf_file_metadata

REPOSITORIES = {
    "tiny": "Systran/faster-whisper-tiny",
    "tiny.en": "Systran/faster-whisper-tiny.en",
    "base": "Systran/faster-whisper-base",
    "base.en": "Systran/faster-whisper-base.en",
    "small": "Systran/faster-whisper-small",
    "small.en": "Systran/faster-whisper-small.en",
    "medium": "Systran/faster-whisper-medium",
    "medium.en": "Systran/faster-whisper-medium.en",
    "large-v1": "Systran/faster-whisper-large-v1",
    "large-v2": "Systran/faster-whisper-large-v2",
    "large-v3": "Systran/faster-whisper-large-v3",
    "large": "Systran/faster-whisper-large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}
NEEDED = ("config.json", "model.bin", "tokenizer.json")
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")  # one of the two, by the model's age
HELPFUL = ("preprocessor_config.json",)  # only models with 128 mel bands have it

ATTEMPTS = 5  # in a row that bring nothing, before a fetch gives up

Progress = Callable[[int, int], None]  # bytes done, bytes in all


class ModelMissing(Exception):
    """No model can be loaded. `files` put into `folder` would end that.

    repository  where the files are published, "" for a folder the installation named itself
    reason      what the hub or the disk answered, for the administrator; "" where nobody tried
    """

    def __init__(
        self, folder: Path, files: tuple[str, ...], repository: str = "", reason: str = ""
    ) -> None:
        super().__init__(
            f"put {', '.join(files)} into {folder}" + (f" ({reason})" if reason else "")
        )
        self.folder = folder
        self.files = files
        self.repository = repository
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is whole. `name` is what reports print: never a path."""

    name: str
    engine: str  # "faster-whisper" | "openai-whisper"
    path: Path  # a folder (faster-whisper) or one .pt file (openai-whisper)


def find(model: str, models: Path, engine: str = "faster-whisper") -> Model:
    """The model called `model` under `models`, or in the folder (or .pt file) `model` names.

    Raises ModelMissing, which says what to put where.
    """
    if engine == "openai-whisper":
        return _find_checkpoint(model, models)
    folder = _folder(model, models)
    missing = missing_files(folder)
    if missing:
        raise ModelMissing(folder, missing, REPOSITORIES.get(model, ""))
    return Model(_spoken_name(folder), engine, folder)


def missing_files(folder: Path) -> tuple[str, ...]:
    """The files that a faster-whisper model in `folder` still lacks; () when it is whole."""
    missing = [name for name in NEEDED if not _has(folder, name)]
    if not any(_has(folder, name) for name in VOCABULARIES):
        missing.append(VOCABULARIES[0])
    return tuple(missing)


def fetch(
    model: str,
    models: Path,
    *,
    endpoint: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Model:
    """Fetch the named faster-whisper model into `models`; goes on where an earlier attempt stopped.

    `endpoint` is the hub's address (HF_ENDPOINT), None for the public one. Blocks: minutes, hours.
    Raises ModelMissing when the hub cannot be reached, breaks off for good, or sends wrong bytes;
    what `progress` raises ends the fetch, and what arrived is kept.
    """
    repository = REPOSITORIES.get(model)
    if repository is None:
        return find(model, models)
    folder = models / model
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _fetch_files(repository, folder, endpoint, progress)
    except (HfHubHTTPError, httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        raise ModelMissing(folder, missing_files(folder), repository, reason) from error
    return find(model, models)


def _fetch_files(repository: str, folder: Path, endpoint: str | None, progress: Progress) -> None:
    wanted = [
        entry
        for name in (*NEEDED, *VOCABULARIES, *HELPFUL)
        if (entry := _RemoteFile.ask(repository, name, endpoint)) is not None
    ]
    offered = {entry.name for entry in wanted}
    if lacking := [name for name in NEEDED if name not in offered]:
        raise ValueError(f"{repository} has no {', '.join(lacking)}")
    total = sum(entry.size for entry in wanted)
    before = 0
    for entry in sorted(wanted, key=lambda entry: entry.size):
        entry.fetch(folder, lambda done, before=before: progress(before + done, total))  # type: ignore[misc]
        before += entry.size
    progress(total, total)


@dataclass(frozen=True, slots=True)
class _RemoteFile:
    name: str
    url: str
    size: int
    checksum: str  # SHA-256 (large files) or git's SHA-1 of the blob, else an opaque tag

    @classmethod
    def ask(cls, repository: str, name: str, endpoint: str | None) -> "_RemoteFile | None":
        """What the hub knows of the file; None where the repository does not have it."""
        url = hf_hub_url(repository, name, endpoint=endpoint)
        try:
            found: HfFileMetadata = get_hf_file_metadata(url, token=False, endpoint=endpoint)
        except HfHubHTTPError as error:
            if error.response.status_code == 404 and name not in NEEDED:
                return None
            raise
        if not found.size:
            raise ValueError(f"the hub does not say how large {name} is")
        return cls(name, found.location, found.size, (found.etag or "").lower())

    def fetch(self, folder: Path, progress: Callable[[int], None]) -> None:
        """Bring the file into `folder`; a part that is already there is continued."""
        place = folder / self.name
        if place.is_file() and place.stat().st_size == self.size:
            progress(self.size)
            return
        part = (
            folder / f".{self.name}.{hashlib.sha256(self.checksum.encode()).hexdigest()[:12]}.part"
        )
        with part.open("ab") as file:
            self._continue(file, progress)
            file.flush()
            os.fsync(file.fileno())
        if not self._is_genuine(part):
            part.unlink()
            raise ValueError(f"{self.name} arrived damaged")
        part.replace(place)

    def _continue(self, file: BinaryIO, progress: Callable[[int], None]) -> None:
        """Append what is missing; a break-off is tried again as long as something still comes."""
        fruitless = 0
        while (there := file.seek(0, os.SEEK_END)) < self.size:
            try:
                self._append(file, there, progress)
            except (httpx2.TransportError, httpx2.StreamError):
                fruitless = 0 if file.tell() > there else fruitless + 1
                if fruitless == ATTEMPTS:
                    raise
                time.sleep(fruitless)

    def _append(self, file: BinaryIO, start: int, progress: Callable[[int], None]) -> None:
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        with httpx2.stream(
            "GET", self.url, headers=headers, follow_redirects=True, timeout=30
        ) as answer:
            answer.raise_for_status()
            if answer.status_code != httpx2.codes.PARTIAL_CONTENT:
                file.seek(0)
                file.truncate()  # the server does not know ranges
            for block in answer.iter_bytes():
                if file.tell() + len(block) > self.size:
                    raise ValueError(f"{self.name} is longer than the hub said")
                file.write(block)
                progress(file.tell())

    def _is_genuine(self, path: Path) -> bool:
        if path.stat().st_size != self.size:
            return False
        if re.fullmatch("[0-9a-f]{64}", self.checksum):
            digest = hashlib.sha256()
        elif re.fullmatch("[0-9a-f]{40}", self.checksum):
            digest = hashlib.sha1(f"blob {self.size}\0".encode(), usedforsecurity=False)
        else:
            return True
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest() == self.checksum


def _folder(model: str, models: Path) -> Path:
    if model in REPOSITORIES:
        return models / model
    return Path(model).expanduser().resolve()  # a speech process works in another folder


def _find_checkpoint(model: str, models: Path) -> Model:
    """openai-whisper's weights: `model` is a .pt file, a folder that holds one, or a name."""
    path = Path(model).expanduser().resolve()
    for candidate in (path, *sorted(path.glob("*.pt")), models / f"{path.name}.pt"):
        if candidate.suffix == ".pt" and candidate.is_file() and candidate.stat().st_size:
            return Model(candidate.stem, "openai-whisper", candidate)
    raise ModelMissing(models, (f"{path.name.removesuffix('.pt')}.pt",))


def _spoken_name(folder: Path) -> str:
    return folder.resolve().name.removeprefix("faster-").removeprefix("whisper-")


def _has(folder: Path, name: str) -> bool:
    path = folder / name
    return path.is_file() and path.stat().st_size > 0
