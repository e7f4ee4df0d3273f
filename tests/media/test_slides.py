import io
import os
import shutil
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from pptx import Presentation
from reportlab.pdfgen.canvas import Canvas

from media.confined import Refused
from media.slides import LARGEST_FILE, convert, inspect, kind_of, render, render_pages, texts
from tests.media.decks import TITLES, deck

office = pytest.mark.skipif(
    not shutil.which("soffice"), reason="LibreOffice is not installed (libreoffice-impress)"
)


def refused(work: object) -> str:
    with pytest.raises(Refused) as caught:
        work()  # type: ignore[operator]
    return caught.value.key


def test_a_deck_is_measured_and_read(tmp_path: Path) -> None:
    path = deck(tmp_path / "deck.pdf")
    seen = inspect(path)
    assert (seen.pages, seen.width, seen.height) == (5, 960, 540)
    assert seen.titles == TITLES
    assert texts(path)[3].splitlines()[0] == "案例 加装电梯"
    assert "采集信息、排查隐患" in texts(path)[3]


def test_a_page_is_drawn_as_wide_as_asked(tmp_path: Path) -> None:
    path = deck(tmp_path / "deck.pdf")
    picture = Image.open(io.BytesIO(render(path, 2, 480)))
    assert (picture.format, picture.size) == ("WEBP", (480, 270))
    red, green, blue = picture.getpixel((240, 2))  # the coloured band along the top
    assert red > 150 > green > blue
    assert len(list(render_pages(path, 120))) == 5


def test_a_page_of_absurd_shape_is_drawn_small(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "thin.pdf"), pagesize=(2, 14000))
    canvas.rect(0, 0, 1, 7000, fill=1)
    canvas.save()
    picture = Image.open(io.BytesIO(render(tmp_path / "thin.pdf", 1, 2000)))
    assert picture.width * picture.height < 2560 * 5121


def test_a_page_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = deck(tmp_path / "deck.pdf")
    assert refused(lambda: render(path, 6, 100)) == "slides.error.no_such_page"
    assert refused(lambda: render(path, 0, 100)) == "slides.error.no_such_page"


def test_a_locked_deck_is_refused(tmp_path: Path) -> None:
    path = deck(tmp_path / "locked.pdf", password="secret")
    assert refused(lambda: inspect(path)) == "slides.error.locked"


def test_2000_pages_are_refused_with_their_number(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "long.pdf"))
    for _ in range(2000):
        canvas.showPage()
    canvas.save()
    with pytest.raises(Refused) as caught:
        inspect(tmp_path / "long.pdf")
    assert caught.value.key == "slides.error.too_many_pages"
    assert caught.value.params == {"pages": 2000, "most": 500}


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "slides.error.empty"),
        (b"Hello, this is text.\n" * 50, "slides.error.not_slides"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "slides.error.not_slides"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "slides.error.old_or_locked"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "slides.error.damaged"),
        (b"PK\x03\x04" + bytes(200), "slides.error.damaged"),
    ],
)
def test_what_is_no_deck_is_refused(tmp_path: Path, content: bytes, key: str) -> None:
    path = tmp_path / "slides.pdf"
    path.write_bytes(content)
    assert refused(lambda: inspect(path)) == key


def test_a_cut_deck_is_refused_or_read_but_never_breaks(tmp_path: Path) -> None:
    whole = deck(tmp_path / "deck.pdf").read_bytes()
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(whole[: len(whole) // 3])
    assert refused(lambda: inspect(cut)) == "slides.error.damaged"


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.pdf"
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(LARGEST_FILE + 1)
    assert refused(lambda: inspect(path)) == "slides.error.too_large"


def test_a_deck_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = deck(tmp_path / "deck.pdf")
    assert refused(lambda: inspect(path, seconds=0.01)) == "slides.error.too_slow"


def archive(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def test_the_bytes_say_what_a_file_is(tmp_path: Path) -> None:
    odp = {"mimetype": b"application/vnd.oasis.opendocument.presentation"}
    assert kind_of(deck(tmp_path / "deck.pptx")) == "pdf"
    assert kind_of(archive(tmp_path / "a", {"ppt/presentation.xml": b"<p/>"})) == "pptx"
    assert kind_of(archive(tmp_path / "b", odp)) == "odp"
    word = archive(tmp_path / "c.pptx", {"word/document.xml": b"<w/>"})
    assert refused(lambda: kind_of(word)) == "slides.error.not_slides"


def test_an_archive_that_swells_is_not_unpacked(tmp_path: Path) -> None:
    zeros = bytes(50 << 20)
    parts = {"ppt/presentation.xml": b"<p/>"} | {f"ppt/{n}": zeros for n in range(9)}
    bomb = archive(tmp_path / "bomb.pptx", parts)
    assert bomb.stat().st_size < 1 << 20
    refusal = refused(lambda: convert(bomb, tmp_path / "out.pdf"))
    assert refusal == "slides.error.unpacks_too_large"


def test_a_machine_without_libreoffice_asks_for_pdf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = archive(tmp_path / "a.pptx", {"ppt/presentation.xml": b"<p/>"})
    assert refused(lambda: convert(path, tmp_path / "out.pdf")) == "slides.error.no_converter"


@office
def test_a_pptx_becomes_a_pdf_without_what_it_points_at(tmp_path: Path) -> None:
    """A picture that lies elsewhere on this machine must not get into the slides."""
    secret = tmp_path / "secret.png"
    Image.new("RGB", (400, 300), (0, 255, 0)).save(secret)
    given = tmp_path / "lesson.pptx"
    presentation(given, linked=secret)
    convert(given, tmp_path / "lesson.pdf")
    assert texts(tmp_path / "lesson.pdf")[0].startswith("网格化管理")
    page = Image.open(io.BytesIO(render(tmp_path / "lesson.pdf", 1, 320))).convert("RGB")
    colours = [colour for _, colour in page.getcolors(1 << 20) or []]
    assert not [c for c in colours if c[1] > 200 and c[0] < 100 and c[2] < 100]
    assert sorted(os.listdir(tmp_path)) == ["lesson.pdf", "lesson.pptx", "secret.png"]


@office
def test_what_cannot_be_converted_says_so(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.pptx", {"ppt/presentation.xml": b"<not really>"})
    assert refused(lambda: convert(path, tmp_path / "out.pdf")) in (
        "slides.error.not_converted",
        "slides.error.damaged",
    )
    assert not (tmp_path / "out.pdf").exists()


def presentation(path: Path, linked: Path) -> None:
    """One slide with Chinese text and a picture that is linked, not held."""
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "网格化管理"
    held = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 200, 200)).save(held, "PNG")
    held.seek(0)
    shape = slide.shapes.add_picture(held, 1000000, 2000000, 4000000, 3000000)
    image_type = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    link = slide.part.rels.get_or_add_ext_rel(image_type, linked.as_uri())
    blip = shape._element.blipFill.blip
    office_ns = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
    del blip.attrib[f"{office_ns}embed"]
    blip.set(f"{office_ns}link", link)
    deck.save(str(path))
