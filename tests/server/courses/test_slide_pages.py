"""Slides: taken in, shown page by page, replaced, kept for whoever used them, and refused."""

import re
import shutil
from pathlib import Path

import pytest
from pptx import Presentation

from server.accounts.person import Person
from server.courses.access import DeckReaders
from server.courses.slide_deck import SlideDeck
from tests.conftest import Site, Visitor
from tests.media.decks import deck
from tests.server.courses.making import new_plan, shared_course


async def upload(who: Visitor, plan: str, content: bytes, name: str = "课件.pdf"):
    """Send a file as the form does."""
    return await who.post(f"{plan}/slides", files={"slides": (name, content)})


async def deck_address(who: Visitor, plan: str) -> str:
    """Where the slides on a plan's page are."""
    page = await who.get(plan)
    found = re.search(r'href="(/slides/[0-9a-f-]+)/slides\.pdf"', page.text)
    assert found, page.text
    return found[1]


async def test_a_pdf_is_shown_page_by_page_and_whole(site: Site, tmp_path: Path) -> None:
    lin = await site.sign_in("lin")
    plan = await new_plan(lin)
    content = deck(tmp_path / "a.pdf").read_bytes()
    assert (await upload(lin, plan, content)).status_code == 303
    page = await lin.get(plan)
    assert "课件.pdf" in page.text
    assert "5 页" in page.text
    slides = await deck_address(lin, plan)
    whole = await lin.get(f"{slides}/slides.pdf")
    assert whole.content == content
    assert whole.headers["content-type"] == "application/pdf"
    for _ in range(2):  # drawn, then from the folder
        picture = await lin.get(f"{slides}/page/1.webp?width=320")
        assert picture.status_code == 200
        assert picture.content[8:12] == b"WEBP"
    for astray in ("/page/0.webp", "/page/6.webp", "/page/1.webp?width=99999", "/page/x.webp"):
        assert (await lin.get(f"{slides}{astray}")).status_code == 404, astray
    ranged = await lin.get(f"{slides}/slides.pdf", headers={"range": "bytes=0-4"})
    assert (ranged.status_code, ranged.content) == (206, b"%PDF-")


async def test_new_slides_take_the_place_of_the_old_which_stay_readable(
    site: Site, tmp_path: Path
) -> None:
    lin = await site.sign_in("lin")
    plan = await new_plan(lin)
    await upload(lin, plan, deck(tmp_path / "a.pdf").read_bytes())
    old = await deck_address(lin, plan)
    await upload(lin, plan, deck(tmp_path / "b.pdf", titles=("一", "二")).read_bytes())
    new = await deck_address(lin, plan)
    assert new != old
    assert (await lin.get(f"{old}/slides.pdf")).status_code == 200
    assert (await lin.post(f"{plan}/slides/remove")).status_code == 303
    assert "/slides.pdf" not in (await lin.get(plan)).text
    assert (await lin.get(f"{new}/slides.pdf")).status_code == 200


async def test_who_may_see_slides(site: Site, tmp_path: Path) -> None:
    lin, mei, bo, an = [await site.sign_in(name) for name in ("lin", "mei", "bo", "an")]
    plan = await new_plan(lin)
    await shared_course(lin, plan, "mei")
    await upload(lin, plan, deck(tmp_path / "a.pdf").read_bytes())
    slides = await deck_address(lin, plan)

    def guests(person: Person):
        return (SlideDeck.id == slides.rsplit("/", 1)[-1]) & (person.login == "an")

    site.house.part(DeckReaders).add(guests)
    for path in ("/slides.pdf", "/page/1.webp"):
        assert (await mei.get(slides + path)).status_code == 200
        assert (await an.get(slides + path)).status_code == 200
        assert (await bo.get(slides + path)).status_code == 404
        assert (await (await site.visitor()).get(slides + path)).status_code == 303
    assert (await upload(bo, plan, b"%PDF-1.4")).status_code == 404


@pytest.mark.parametrize("kind", ["empty", "text", "locked", "torn", "lying"])
async def test_what_is_no_pdf_is_refused_in_a_sentence(
    site: Site, tmp_path: Path, kind: str
) -> None:
    lin = await site.sign_in("lin")
    plan = await new_plan(lin)
    good = deck(tmp_path / "a.pdf").read_bytes()
    content = {
        "empty": b"",
        "text": "我不是课件".encode(),
        "locked": deck(tmp_path / "b.pdf", password="secret").read_bytes(),
        "torn": good[: len(good) // 3],
        "lying": b"PK\x03\x04 not a zip at all",
    }[kind]
    answer = await upload(lin, plan, content)
    assert answer.status_code == 400
    heading = answer.text.split("<h1>")[1].split("</h1>")[0]
    assert "课件" in heading
    assert not list(site.house.folder.sub("slides").iterdir())
    assert "/slides.pdf" not in (await lin.get(plan)).text


async def test_too_many_pages_are_refused(site: Site, tmp_path: Path) -> None:
    lin = await site.sign_in("lin")
    plan = await new_plan(lin)
    long = deck(tmp_path / "a.pdf", titles=("页",) * 501).read_bytes()
    answer = await upload(lin, plan, long)
    assert answer.status_code == 400
    assert "501" in answer.text


async def test_a_file_over_the_limit_is_refused_before_it_is_kept(make_site) -> None:
    site = await make_site(slides_limit=2_000_000)
    lin = await site.sign_in("lin")
    plan = await new_plan(lin)
    for size in (2_500_000, 4_000_000):
        assert (await upload(lin, plan, b"%PDF-" + bytes(size))).status_code == 413
    assert not list(site.house.folder.sub("slides").iterdir())


async def test_a_file_name_is_shown_and_never_a_path(site: Site, tmp_path: Path) -> None:
    lin = await site.sign_in("lin")
    plan = await new_plan(lin)
    content = deck(tmp_path / "a.pdf").read_bytes()
    await upload(lin, plan, content, '../../etc/<b>课"件.pdf')
    page = await lin.get(plan)
    assert "&lt;b&gt;课" in page.text
    assert "../" not in page.text.split('id="slides"')[1].split("</section>")[0]


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
async def test_a_pptx_becomes_a_pdf(site: Site, tmp_path: Path) -> None:
    lin = await site.sign_in("lin")
    lin.http.timeout = 120
    plan = await new_plan(lin)
    presentation = Presentation()
    for title in ("导入", "小结"):
        page = presentation.slides.add_slide(presentation.slide_layouts[5])
        page.shapes.title.text = title
    presentation.save(tmp_path / "a.pptx")
    answer = await upload(lin, plan, (tmp_path / "a.pptx").read_bytes(), "讲稿.pptx")
    assert answer.status_code == 303, answer.text
    whole = await lin.get(f"{await deck_address(lin, plan)}/slides.pdf")
    assert whole.content.startswith(b"%PDF-")
    assert "2 页" in (await lin.get(plan)).text
