"""Words on a PDF page as outlines, so that a certificate looks the same wherever it is opened.

Outlines come from the system's Noto CJK (fonts-noto-cjk); no font is part of this repository, nor
of the file. Where it is missing, STSong-Light is named instead, which readers of PDF bring along.
An invisible line of text under the outlines lets people select and search.
"""

import mmap
from functools import lru_cache
from pathlib import Path
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTCollection, TTFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FOLDERS = (Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/noto-cjk"))
SIMPLIFIED = "CJK SC"
NAMED = "STSong-Light"


class _Path(BasePen):  # type: ignore[misc]
    """Draws a glyph into a path of reportlab, shifted and scaled."""

    def __init__(self, glyphs: Any, path: Any, scale: float, x: float, y: float) -> None:
        super().__init__(glyphs)
        self._path, self._scale, self._x, self._y = path, scale, x, y

    def _at(self, point: tuple[float, float]) -> tuple[float, float]:
        return self._x + point[0] * self._scale, self._y + point[1] * self._scale

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self._path.moveTo(*self._at(pt))

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self._path.lineTo(*self._at(pt))

    def _curveToOne(  # noqa: N802
        self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]
    ) -> None:
        self._path.curveTo(*self._at(pt1), *self._at(pt2), *self._at(pt3))

    def _closePath(self) -> None:  # noqa: N802
        self._path.close()


class Face:
    """One typeface, as outlines. `font` None: only its name is known."""

    def __init__(self, font: Any) -> None:
        self._font = font
        if font is not None:
            self._glyphs, self._names = font.getGlyphSet(), font.getBestCmap()
            self._units = font["head"].unitsPerEm

    def width(self, text: str, size: float) -> float:
        """How wide the text is, points."""
        if self._font is None:
            return float(pdfmetrics.stringWidth(text, _named(), size))
        wide = sum(float(self._glyphs[self._name(letter)].width) for letter in text)
        return wide * size / float(self._units)

    def draw(self, canvas: Canvas, x: float, y: float, text: str, size: float) -> None:
        """The text from `x` on along the base line `y`, in the canvas' fill colour."""
        line = canvas.beginText(x, y)
        line.setFont(_named(), size)
        if self._font is not None:
            line.setTextRenderMode(3)  # invisible
            scale, path, at = size / self._units, canvas.beginPath(), x
            for letter in text:
                glyph = self._glyphs[self._name(letter)]
                glyph.draw(_Path(self._glyphs, path, scale, at, y))
                at += glyph.width * scale
            canvas.drawPath(path, stroke=0, fill=1)
        line.textOut(text)
        canvas.drawText(line)

    def _name(self, letter: str) -> str:
        return str(self._names.get(ord(letter), ".notdef"))


@lru_cache(maxsize=4)
def face(*, bold: bool = False) -> Face:
    """The serif face: for people's eyes, not for screens."""
    name = f"NotoSerifCJK-{'Bold' if bold else 'Regular'}.ttc"
    for folder in FOLDERS:
        if (folder / name).exists():
            return Face(_simplified(folder / name))
    return Face(None)


def _simplified(file: Path) -> TTFont:
    with file.open("rb") as opened:
        mapped = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    for font in TTCollection(mapped, lazy=True).fonts:
        if SIMPLIFIED in str(font["name"].getDebugName(1)):
            return font
    raise OSError(f"{file} has no simplified Chinese.")


@lru_cache(maxsize=1)
def _named() -> str:
    pdfmetrics.registerFont(UnicodeCIDFont(NAMED))
    return NAMED
