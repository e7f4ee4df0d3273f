"""The certificate 证书 on paper: A4 landscape, in both languages, with a QR to the verify page."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import segno
from babel.dates import format_date
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from server.credentials.typesetting import face

WIDTH, HEIGHT = landscape(A4)
INK, SOFT, FAINT = HexColor("#22201c"), HexColor("#4a463e"), HexColor("#676256")
CINNABAR, RULE, PAPER = HexColor("#b0301f"), HexColor("#c9bfa9"), HexColor("#fdfbf6")
WIDEST = WIDTH - 84 * mm
MIDDLE = WIDTH / 2


@dataclass(frozen=True, slots=True)
class Certificate:
    """What stands on it. `page`: the address of the verify page; `sample`: it is none."""

    holder: str
    title: str
    title_en: str
    description: str
    hours: float
    school: str
    issued: date
    until: date | None
    number: str
    page: str
    sample: bool = False


def drawn(one: Certificate) -> bytes:
    """The PDF; some 100 ms of the processor."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1)
    canvas.setTitle(f"{one.title} · {one.holder}")
    canvas.setAuthor(one.school)
    canvas.setSubject(one.page)
    _frame(canvas)
    _words(canvas, one)
    _foot(canvas, one)
    if one.sample:
        _sample(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _frame(canvas: Canvas) -> None:
    canvas.setFillColor(PAPER)
    canvas.rect(0, 0, WIDTH, HEIGHT, stroke=0, fill=1)
    for inset, width, colour in ((10, 2.2, CINNABAR), (12.2, 0.5, CINNABAR), (14.5, 0.5, RULE)):
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(width)
        canvas.rect(inset * mm, inset * mm, WIDTH - 2 * inset * mm, HEIGHT - 2 * inset * mm)


def _words(canvas: Canvas, one: Certificate) -> None:
    _seal(canvas, MIDDLE, HEIGHT - 33 * mm)
    _centred(canvas, HEIGHT - 56 * mm, "证 书", 38, INK, bold=True)
    _centred(canvas, HEIGHT - 64.5 * mm, "C E R T I F I C A T E", 11, FAINT)
    _centred(canvas, HEIGHT - 82 * mm, "兹 证 明   ·   This is to certify that", 11, FAINT)
    _centred(canvas, HEIGHT - 98 * mm, one.holder, 30, INK, bold=True)
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.6)
    canvas.line(MIDDLE - 45 * mm, HEIGHT - 102 * mm, MIDDLE + 45 * mm, HEIGHT - 102 * mm)
    _centred(canvas, HEIGHT - 113 * mm, "完成了   ·   has completed", 11, FAINT)
    _centred(canvas, HEIGHT - 126 * mm, one.title, 21, CINNABAR, bold=True)
    if one.title_en:
        _centred(canvas, HEIGHT - 134 * mm, one.title_en, 12.5, SOFT)
    told = one.description.splitlines()[0] if one.description else ""
    if one.hours:
        hours = f"{one.hours:g}"
        worth = f"计 {hours} 学时   ·   {hours} hours"
        _centred(canvas, HEIGHT - 144 * mm, worth, 12, INK)
        _centred(canvas, HEIGHT - 152 * mm, told, 10, FAINT)
    else:
        _centred(canvas, HEIGHT - 144 * mm, told, 10, FAINT)


def _foot(canvas: Canvas, one: Certificate) -> None:
    left, base = 26 * mm, 26 * mm
    lines = [(one.school, 14, INK, True), (_both(one.issued), 10.5, SOFT, False)]
    if one.until:
        lines.append((f"有效期至 Valid until {one.until.isoformat()}", 9, FAINT, False))
    lines.append((f"编号 No. {one.number}", 8, FAINT, False))
    for at, (text, size, colour, bold) in enumerate(lines):
        _text(canvas, left, base + (len(lines) - 1 - at) * 6.6 * mm, text, size, colour, bold=bold)
    side = 27 * mm
    x, y = WIDTH - 26 * mm - side, 24 * mm
    _code(canvas, one.page, x, y, side)
    _right(canvas, x - 4 * mm, y + 15 * mm, "扫码查验真伪", 10, SOFT)
    _right(canvas, x - 4 * mm, y + 10 * mm, "Scan to verify", 9, FAINT)
    if len(one.page) < 90:
        _right(canvas, x - 4 * mm, y + 4 * mm, one.page, 6.5, FAINT)


def _seal(canvas: Canvas, x: float, y: float) -> None:
    """The mark of the house, as a seal."""
    side = 13 * mm
    canvas.setFillColor(CINNABAR)
    canvas.roundRect(x - side / 2, y - side / 2, side, side, 2 * mm, stroke=0, fill=1)
    canvas.setFillColor(PAPER)
    type_face = face(bold=True)
    for at, letter in enumerate("讲台"):
        wide = type_face.width(letter, 15)
        type_face.draw(canvas, x - wide / 2, y + (0.7 - 5.6 * at) * mm, letter, 15)


def _code(canvas: Canvas, text: str, x: float, y: float, side: float) -> None:
    """A QR code of dark squares, in runs so that no reader shows seams."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    unit = side / len(rows)
    canvas.setFillColor(INK)
    path = canvas.beginPath()
    for at, row in enumerate(rows):
        start = None
        for column, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                top = y + side - (at + 1) * unit
                path.rect(x + start * unit, top, (column - start) * unit, unit)
                start = None
    canvas.drawPath(path, stroke=0, fill=1)


def _sample(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.translate(MIDDLE, HEIGHT / 2)
    canvas.rotate(24)
    text, type_face = "样张 SAMPLE", face(bold=True)
    canvas.setFillColor(Color(0.69, 0.19, 0.12, alpha=0.14))
    type_face.draw(canvas, -type_face.width(text, 90) / 2, -30, text, 90)
    canvas.restoreState()


def _both(day: date) -> str:
    chinese = format_date(day, "y年M月d日", locale="zh")
    return f"{chinese}   ·   {format_date(day, 'd MMMM y', locale='en')}"


def _centred(
    canvas: Canvas, y: float, text: str, size: float, colour: Color, *, bold: bool = False
) -> None:
    _put(canvas, lambda wide: MIDDLE - wide / 2, y, text, size, colour, bold)


def _right(canvas: Canvas, x: float, y: float, text: str, size: float, colour: Color) -> None:
    _put(canvas, lambda wide: x - wide, y, text, size, colour, False)


def _text(
    canvas: Canvas, x: float, y: float, text: str, size: float, colour: Color, *, bold: bool
) -> None:
    _put(canvas, lambda wide: x, y, text, size, colour, bold, widest=WIDEST / 2)


def _put(
    canvas: Canvas,
    place: Callable[[float], float],
    y: float,
    text: str,
    size: float,
    colour: Color,
    bold: bool,
    *,
    widest: float = WIDEST,
) -> None:
    """The line, smaller where it would be too wide, cut where it would be too small to read."""
    type_face, text = face(bold=bold), " ".join(text.split()) if "   " not in text else text
    wide = type_face.width(text, size)
    if wide > widest:
        size = max(size * 0.55, size * widest / wide)
        while text and type_face.width(text, size) > widest:
            text = text[:-2] + "…"
        wide = type_face.width(text, size)
    canvas.setFillColor(colour)
    type_face.draw(canvas, place(wide), y, text, size)
