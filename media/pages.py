"""Which page of the slides a picture shows: scaled, with bars, with a camera or a pointer over it.

First where in the picture the page lies (as it did last time, the whole picture, what is inside the
bars, or by ORB features and RANSAC), then which page: every page is compared cell by cell by
normalised correlation, so that what covers some cells costs only those.
"""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from media.picture import Picture, Plane

_WIDTH = 640  # pages are laid on sheets of this width, in pixels
_CELL = 20  # side of a cell there; cells are compared at half that size
_TEXTURED = 6.0  # standard deviation of a cell that shows something
_SAME = 0.6  # correlation from which a cell shows the same
_SURE = 0.80  # score from which a known place need not be looked for again
_FOUND = 0.45  # score from which a page is found at all
_TIE = 0.02

Place = NDArray[np.float64]  # 3 × 3, from a drawn page's pixels to the picture's
Cells = NDArray[np.float32]


class Pages:
    """The pages of one file of slides, ready to be found in pictures."""

    def __init__(self, pages: Iterable[Picture]) -> None:
        self._orb = cv2.ORB.create(nfeatures=700)
        self._points: list[NDArray[np.float32]] = []
        self._matcher = cv2.BFMatcher(cv2.NORM_HAMMING)
        self._place: Place | None = None
        self._sheet = (_WIDTH, 0)
        seen = [self._remember(page) for page in pages]
        if not seen:
            raise ValueError("no pages")
        self._texture = np.stack([texture for texture, _ in seen])
        self._spread = np.stack([spread for _, spread in seen])

    def _remember(self, page: Picture) -> tuple[Cells, Cells]:
        high, wide = page.shape[:2]
        if not self._points:  # all pages are taken to have the first one's shape
            rows = min(60, max(8, round(_WIDTH * high / wide / _CELL)))
            self._sheet = (_WIDTH, rows * _CELL)
        drawn = cv2.resize(_grey(page), self._sheet, interpolation=cv2.INTER_AREA)
        points, features = self._orb.detectAndCompute(drawn, None)
        self._points.append(np.array([point.pt for point in points], np.float32))
        self._matcher.add([features if features is not None else np.zeros((0, 32), np.uint8)])
        return _centred(_cells(np.asarray(drawn, np.uint8)))

    def find(self, picture: Picture, last: int | None = None) -> tuple[int | None, float]:
        """(page, confidence 0 … 1), or (None, confidence that it is none of them).

        `last` is the page shown before: of two pages that look the same, the nearer one is meant.
        """
        grey = _grey(picture)
        best, place = self._best(grey, self._likely_places(grey))
        if best.max() < _SURE:
            best, place = self._best(grey, [place, *self._places_by_features(grey)])
        score = float(best.max())
        if score < _FOUND:
            return None, round(1 - score, 3)
        self._place = place
        even = np.flatnonzero(best >= score - _TIE)
        page = int(min(even, key=lambda page: (abs(page + 1 - (last or page + 1)), page)))
        return page + 1, round(score if len(even) == 1 else score / 2, 3)

    def _best(self, grey: Plane, places: list[Place]) -> tuple[NDArray[np.float64], Place]:
        scored = [(self._scores(grey, place), place) for place in places]
        return max(scored, key=lambda pair: float(pair[0].max()))

    def _scores(self, grey: Plane, place: Place) -> NDArray[np.float64]:
        """For each page, the share of the cells with something in them that show the same."""
        flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
        laid = cv2.warpPerspective(grey, place, self._sheet, flags=flags)
        texture, spread = _centred(_cells(np.asarray(laid, np.uint8)))
        product = np.einsum("pcx,cx->pc", self._texture, texture)
        filled = (self._spread > _TEXTURED) | (spread > _TEXTURED)
        same = (product > _SAME) & filled
        return np.asarray(same.sum(axis=1) / np.maximum(filled.sum(axis=1), 12), np.float64)

    def _likely_places(self, grey: Plane) -> list[Place]:
        places = [] if self._place is None else [self._place]
        high, wide = grey.shape
        boxes = [(0, 0, wide, high), _inside_bars(grey)]
        return places + [self._fitted(box) for box in dict.fromkeys(boxes)]

    def _fitted(self, box: tuple[int, int, int, int]) -> Place:
        """The page as large as it can be in the middle of the box."""
        left, top, wide, high = box
        scale = min(wide / self._sheet[0], high / self._sheet[1])
        across = left + (wide - scale * self._sheet[0]) / 2
        down = top + (high - scale * self._sheet[1]) / 2
        return np.array([[scale, 0, across], [0, scale, down], [0, 0, 1]], np.float64)

    def _places_by_features(self, grey: Plane) -> list[Place]:
        points, features = self._orb.detectAndCompute(grey, None)
        if features is None or len(points) < 12:
            return []
        votes: dict[int, list[tuple[int, int]]] = {}
        for match, *_ in self._matcher.knnMatch(features, k=1):
            if match.distance < 60:
                votes.setdefault(match.imgIdx, []).append((match.trainIdx, match.queryIdx))
        most = sorted(votes.items(), key=lambda item: -len(item[1]))[:4]
        places = [_place_of(self._points[page], points, pairs) for page, pairs in most]
        return [place for place in places if place is not None]


def _place_of(
    page: NDArray[np.float32], points: Sequence[cv2.KeyPoint], pairs: list[tuple[int, int]]
) -> Place | None:
    if len(pairs) < 12:
        return None
    source = np.array([page[one] for one, _ in pairs], np.float32)
    target = np.array([points[other].pt for _, other in pairs], np.float32)
    place, inliers = cv2.findHomography(source, target, cv2.RANSAC, 3.0, maxIters=2000)
    if place is None or inliers.sum() < 10 or np.linalg.cond(place) > 1e8:
        return None
    return np.asarray(place, np.float64)


def _grey(picture: Picture) -> Plane:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


def _inside_bars(grey: Plane) -> tuple[int, int, int, int]:
    """Left, top, width and height of what is not a black bar along an edge."""
    rows = np.flatnonzero((grey > 24).mean(axis=1) > 0.02)
    columns = np.flatnonzero((grey > 24).mean(axis=0) > 0.02)
    if rows.size < 16 or columns.size < 16:
        return 0, 0, grey.shape[1], grey.shape[0]
    left, top = int(columns[0]), int(rows[0])
    return left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1


def _cells(sheet: Plane) -> Cells:
    high, wide = sheet.shape
    half = cv2.resize(sheet, (wide // 2, high // 2), interpolation=cv2.INTER_AREA)
    soft = np.asarray(cv2.GaussianBlur(half, (0, 0), 0.8), np.float32)
    rows, columns, side = high // _CELL, wide // _CELL, _CELL // 2
    cells = soft.reshape(rows, side, columns, side).swapaxes(1, 2)
    return cells.reshape(rows * columns, side * side)


def _centred(cells: Cells) -> tuple[Cells, Cells]:
    """Each cell with mean 0 and length 1, and its standard deviation before."""
    plain = cells - cells.mean(axis=1, keepdims=True)
    spread = plain.std(axis=1)
    length = np.linalg.norm(plain, axis=1, keepdims=True)
    return plain / np.maximum(length, 1e-3), spread
