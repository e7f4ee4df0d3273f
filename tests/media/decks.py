"""Slides and pictures of them, made by hand."""

from pathlib import Path

import cv2
import numpy as np
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from media.picture import Picture, decode
from media.slides import render_pages

TITLES = ("导入 三个目标", "概念 网格化管理", "职责 采集信息", "案例 加装电梯", "小结 问题清单")
_LINES = (
    "理解网格化管理的含义",
    "掌握网格员的主要职责",
    "人在格中走，事在格中办",
    "采集信息、排查隐患",
    "调解纠纷、服务群众",
    "高层支持，一楼反对",
    "先听再谈",
    "调整电梯位置并补偿",
)


def deck(path: Path, *, password: str = "", titles: tuple[str, ...] = TITLES) -> Path:
    """A PDF of 960 × 540 points: one template, one title and three lines of Chinese a page."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    lock = StandardEncryption(password, "owner") if password else None
    canvas = Canvas(str(path), pagesize=(960, 540), encrypt=lock)
    for number, title in enumerate(titles):
        canvas.setFillColorRGB(0.97, 0.95, 0.9)
        canvas.rect(0, 0, 960, 540, fill=1, stroke=0)
        canvas.setFillColorRGB(0.8, 0.2, 0.1)
        canvas.rect(0, 525, 960, 15, fill=1, stroke=0)
        canvas.setFillColorRGB(0.1, 0.1, 0.1)
        canvas.setFont("STSong-Light", 44)
        canvas.drawString(60, 450, title)
        canvas.setFont("STSong-Light", 26)
        for line in range(3):
            canvas.drawString(80, 370 - 60 * line, _LINES[(number + line * 3) % len(_LINES)])
        canvas.setFont("STSong-Light", 14)
        canvas.drawString(60, 30, "网格化管理 · 林老师")
        canvas.showPage()
    canvas.save()
    return path


def pictures_of_pages(path: Path) -> list[Picture]:
    """Every page, 960 pixels wide."""
    return [decode(page) for page in render_pages(path, 960)]


class Room:
    """Pictures as a recording would have them: `view` says how the page is shown."""

    def __init__(self, pages: list[Picture], view: str) -> None:
        self.pages = pages
        self.view = view
        self._random = np.random.default_rng(3)
        self._noise = self._random.integers(0, 7, (768, 1280, 3)).astype(np.uint8)
        self._person = self._random.integers(0, 255, (24, 32, 3)).astype(np.uint8)

    def at(self, page: int | None, second: int) -> Picture:
        """The picture at a second: a page (1-based) or something else, a pointer, and noise."""
        shown = self._other(second) if page is None else self._shown(self.pages[page - 1])
        if self.view == "camera":
            turned = np.roll(self._person, int(self._random.integers(-3, 4)), axis=1)
            shown[480:720, 960:1280] = cv2.resize(turned, (320, 240))
        across, down = 200 + 11 * second, 300 + 4 * second
        shown[down : down + 18, across : across + 12] = 0
        noise = np.roll(self._noise, 37 * second, axis=1)[: shown.shape[0], : shown.shape[1]]
        noisy = cv2.add(shown, np.ascontiguousarray(noise))
        _, jpeg = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 60])
        return decode(jpeg.tobytes())

    def _shown(self, page: Picture) -> Picture:
        if self.view == "bars":
            frame = np.zeros((768, 1024, 3), np.uint8)
            frame[96:672] = cv2.resize(page, (1024, 576))
        elif self.view == "projected":
            frame = self._projected(page)
        else:
            frame = np.full((720, 1280, 3), (60, 50, 45), np.uint8)
            frame[:40] = 200
            frame[60:645, 60:1100] = cv2.resize(page, (1040, 585))
        return frame

    @staticmethod
    def _projected(page: Picture) -> Picture:
        high, wide = page.shape[:2]
        corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
        wall = np.array([[180, 110], [1120, 60], [1090, 600], [210, 640]], np.float32)
        bent = cv2.getPerspectiveTransform(corners, wall)
        frame = np.full((720, 1280, 3), (70, 80, 90), np.uint8)
        mask = cv2.warpPerspective(np.full((high, wide), 255, np.uint8), bent, (1280, 720))
        frame[mask > 0] = cv2.warpPerspective(page, bent, (1280, 720))[mask > 0]
        return np.asarray(frame * 0.8, np.uint8)

    @staticmethod
    def _other(second: int) -> Picture:
        """A desktop full of windows, which is no page."""
        random = np.random.default_rng(9)
        frame = np.full((720, 1280, 3), (120, 90, 60), np.uint8)
        for _ in range(40):
            left, top = int(random.integers(0, 1100)), int(random.integers(0, 600))
            colour = [int(value) for value in random.integers(0, 255, 3)]
            cv2.rectangle(frame, (left, top), (left + 160, top + 90), colour, -1)
            cv2.putText(frame, f"app {left}", (left, top + 50), 0, 1, (255, 255, 255), 2)
        return frame
