"""Slide files: looked at, read, drawn and converted, always in a process of their own.

Every function here blocks (call them by `asyncio.to_thread`), takes files of any origin, and raises
`Refused` with the key of a sentence (`slides.error.…`) where the file is not one we take.
"""

import io
import os
import shutil
import subprocess
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import pypdfium2
from PIL import Image

from media.confined import Broken, Confined, Refused, TooSlow

T = TypeVar("T")
Kind = Literal["pdf", "pptx", "odp"]

LARGEST_FILE = 100 << 20  # bytes
MOST_PAGES = 500
LARGEST_UNPACKED = 400 << 20  # bytes in all the parts of a PPTX or ODP
MOST_PARTS = 20_000
LONGEST_TEXT = 20_000  # characters of one page
WIDEST = 2560  # pixels
_TITLE_BOXES = 200  # of a page's text, among which the title is looked for

_READING = 1 << 30  # bytes of memory for PDFium
_CONVERTING = 6 << 30  # address space for LibreOffice, which maps far more than it uses
_ODP = b"application/vnd.oasis.opendocument.presentation"


@dataclass(frozen=True, slots=True)
class Slides:
    """What a PDF holds. `width` and `height` of page 1 in points; a title may be ""."""

    pages: int
    width: float
    height: float
    titles: tuple[str, ...]


def inspect(path: Path, seconds: float = 60) -> Slides:
    """Pages, size and titles of a PDF. Refuses what is encrypted, too long, too large or no PDF."""
    return _read(path, "inspect", Slides, seconds)


def texts(path: Path, seconds: float = 120) -> tuple[str, ...]:
    """The text of page 1, 2, … of a PDF, "" for a page of pictures."""
    return _read(path, "texts", tuple[str, ...], seconds)


def render(path: Path, page: int, width: int, seconds: float = 30) -> bytes:
    """Page `page` (1-based) as WebP, `width` pixels wide (at most WIDEST)."""
    return _read(path, "render", bytes, seconds, page, width)


def render_pages(path: Path, width: int, seconds: float = 30) -> Iterator[bytes]:
    """Every page in order as WebP, by one process; `seconds` is what one page may take."""
    pages = inspect(path).pages
    with Confined(__name__, memory=_READING) as worker:
        for page in range(1, pages + 1):
            yield _ask(worker, "render", bytes, seconds, str(path.resolve()), page, width)


def kind_of(path: Path) -> Kind:
    """What the bytes are, whatever the name says. Refuses what is empty, too large or no slides."""
    size = path.stat().st_size
    if size == 0:
        raise Refused("slides.error.empty")
    if size > LARGEST_FILE:
        raise Refused("slides.error.too_large", megabytes=LARGEST_FILE >> 20)
    with path.open("rb") as file:
        head = file.read(1024)
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"\xd0\xcf\x11\xe0"):  # an OLE file: PPT, or a PPTX with a password
        raise Refused("slides.error.old_or_locked")
    if head.startswith(b"PK"):
        return _kind_of_archive(path)
    raise Refused("slides.error.not_slides")


def convert(path: Path, out: Path, seconds: float = 120) -> None:
    """Write the slides of a PPTX or ODP to `out` as PDF. Needs LibreOffice, refuses without it."""
    kind = kind_of(path)
    if kind == "pdf":
        raise Refused("slides.error.already_pdf")
    if not shutil.which("soffice"):
        raise Refused("slides.error.no_converter")
    with Confined(__name__, memory=_CONVERTING, file_size=LARGEST_FILE) as worker:
        given, made = worker.folder / f"slides.{kind}", worker.folder / "slides.pdf"
        shutil.copyfile(path, given)
        _ask(worker, "convert", type(None), seconds, str(given))
        inspect(made)
        part = out.with_name(f"{out.name}.part")
        shutil.copyfile(made, part)
        os.replace(part, out)


def _read(path: Path, job: str, returns: type[T], seconds: float, *arguments: Any) -> T:
    if kind_of(path) != "pdf":
        raise Refused("slides.error.not_pdf")
    with Confined(__name__, memory=_READING) as worker:
        return _ask(worker, job, returns, seconds, str(path.resolve()), *arguments)


def _ask(worker: Confined, job: str, returns: type[T], seconds: float, *arguments: Any) -> T:
    try:
        return worker.call(job, *arguments, returns=returns, seconds=seconds)
    except TooSlow as error:
        raise Refused("slides.error.too_slow") from error
    except Broken as error:
        raise Refused("slides.error.damaged") from error


def _kind_of_archive(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > LARGEST_UNPACKED:
                raise Refused("slides.error.unpacks_too_large")
            names = {part.filename for part in parts}
            if "ppt/presentation.xml" in names:
                return "pptx"
            if "mimetype" in names and _mimetype(archive).startswith(_ODP):
                return "odp"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise Refused("slides.error.damaged") from error
    raise Refused("slides.error.not_slides")


def _mimetype(archive: zipfile.ZipFile) -> bytes:
    with archive.open("mimetype") as part:
        return part.read(len(_ODP) + 1)


# ── in the process of its own ────────────────────────────────────────────────────────────────────


def _open(path: str) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (
            pypdfium2.raw.FPDF_ERR_PASSWORD,
            pypdfium2.raw.FPDF_ERR_SECURITY,
        )
        raise Refused("slides.error.locked" if locked else "slides.error.damaged") from error
    if len(document) > MOST_PAGES:
        raise Refused("slides.error.too_many_pages", pages=len(document), most=MOST_PAGES)
    return document


def _inspect(path: str) -> Slides:
    document = _open(path)
    width, height = document.get_page_size(0)
    titles = tuple(_title(document, page) for page in range(len(document)))
    return Slides(len(document), width, height, titles)


def _texts(path: str) -> tuple[str, ...]:
    document = _open(path)
    return tuple(_text(document, page) for page in range(len(document)))


def _render(path: str, page: int, width: int) -> bytes:
    document = _open(path)
    if not 1 <= page <= len(document):
        raise Refused("slides.error.no_such_page", page=page)
    sheet = document[page - 1]
    wide, high = sheet.get_size()
    # A page of 1 × 14400 points must not become a picture of gigabytes.
    scale = min(max(1, min(width, WIDEST)) / wide, 2 * WIDEST / high)
    picture: Image.Image = sheet.render(scale=scale).to_pil().convert("RGB")
    webp = io.BytesIO()
    picture.save(webp, "WEBP", quality=82)
    return webp.getvalue()


def _text(document: pypdfium2.PdfDocument, page: int) -> str:
    sheet = document[page]
    text_page = sheet.get_textpage()
    characters = min(text_page.count_chars(), LONGEST_TEXT)
    text: str = text_page.get_text_range(0, characters) if characters else ""
    text_page.close()
    sheet.close()
    return _plain(text)


def _plain(text: str) -> str:
    plain = "".join(_unified(character) for character in text.replace("\r\n", "\n"))
    return "\n".join(line.strip() for line in plain.splitlines() if line.strip())


def _unified(character: str) -> str:
    """Some PDF printers write 人 as the radical ⼈, which no search would find."""
    if "\u2e80" <= character <= "\u2fdf":
        return unicodedata.normalize("NFKC", character)
    return character if character.isprintable() or character == "\n" else ""


def _title(document: pypdfium2.PdfDocument, page: int) -> str:
    """The first of the tallest lines, which is what a slide is called."""
    sheet = document[page]
    text_page = sheet.get_textpage()
    boxes = [text_page.get_rect(i) for i in range(min(text_page.count_rects(), _TITLE_BOXES))]
    title = ""
    if boxes:
        tallest = max(top - bottom for _, bottom, _, top in boxes)
        boxes = [box for box in boxes if box[3] - box[1] > 0.8 * tallest]
        line = [box for box in boxes if box[1] < boxes[0][3] and box[3] > boxes[0][1]]
        left, right = min(box[0] for box in line), max(box[2] for box in line)
        bottom, top = min(box[1] for box in line), max(box[3] for box in line)
        title = _plain(text_page.get_text_bounded(left - 1, bottom - 1, right + 1, top + 1))
    text_page.close()
    sheet.close()
    return " ".join(title.split())[:80]


def _convert(given: str) -> None:
    home = Path(os.environ["HOME"])
    profile = home / "office"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SAFE_OFFICE, "utf-8")
    command = ["soffice", "--headless", "--norestore", "--nolockcheck", "--nodefault"]
    command += [f"-env:UserInstallation={profile.as_uri()}"]
    command += ["--convert-to", "pdf:impress_pdf_Export", "--outdir", str(Path(given).parent)]
    quiet = subprocess.DEVNULL
    done = subprocess.run([*command, given], stdin=quiet, stdout=quiet, stderr=quiet, check=False)
    if done.returncode != 0 or not Path(given).with_suffix(".pdf").is_file():
        raise Refused("slides.error.not_converted")


def _office_setting(path: str, name: str, value: str) -> str:
    return (
        f'<item oor:path="/org.openoffice.Office.Common/{path}"><prop oor:name="{name}" '
        f'oor:op="fuse"><value>{value}</value></prop></item>'
    )


# No macros, no active content, and nothing fetched that the file only points at.
_SAFE_OFFICE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    + _office_setting("Security/Scripting", "MacroSecurityLevel", "3")
    + _office_setting("Security/Scripting", "DisableMacrosExecution", "true")
    + _office_setting("Security/Scripting", "DisableActiveContent", "true")
    + _office_setting("Security/Scripting", "BlockUntrustedRefererLinks", "true")
    + _office_setting("Save/Document", "WarnAlienFormat", "false")
    + "</oor:items>\n"
)

JOBS: dict[str, Callable[..., Any]] = {
    "inspect": _inspect,
    "texts": _texts,
    "render": _render,
    "convert": _convert,
}
