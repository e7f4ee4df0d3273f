"""Print demo/slides.html to demo/lesson_grid_zh.pdf.

Needs Chromium, the Noto CJK fonts (Debian: fonts-noto-cjk), playwright and pikepdf. The PDF holds
the few characters it needs of Noto Sans CJK SC and Noto Serif CJK SC (SIL Open Font License 1.1,
which allows that).

    python demo/make_slides.py [path of chromium]
"""

import io
import sys
from pathlib import Path

import pikepdf
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent


def main(chromium: str = "/usr/bin/chromium") -> None:
    """Write the PDF anew."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto((HERE / "slides.html").as_uri())
        printed = page.pdf(prefer_css_page_size=True, print_background=True, tagged=False)
        browser.close()
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        pdf.save(
            HERE / "lesson_grid_zh.pdf",
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            recompress_flate=True,
            deterministic_id=True,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
