from pathlib import Path

import numpy as np
import pytest

from media.pages import Pages
from media.picture import Picture
from tests.media.decks import Room, deck, pictures_of_pages


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Picture]:
    return pictures_of_pages(deck(tmp_path_factory.mktemp("deck") / "deck.pdf"))


def test_each_page_is_found_as_itself(pages: list[Picture]) -> None:
    known = Pages(pages)
    found = [known.find(page) for page in pages]
    assert [page for page, _ in found] == [1, 2, 3, 4, 5]
    assert all(confidence > 0.95 for _, confidence in found)


def test_a_page_that_is_partly_covered_is_found_with_less_confidence(pages: list[Picture]) -> None:
    known, covered = Pages(pages), pages[3].copy()
    covered[270:, 480:] = np.random.default_rng(5).integers(0, 255, (270, 480, 3))
    page, confidence = known.find(covered)
    assert page == 4
    assert 0.3 < confidence < 0.95


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_picture_is_no_page(pages: list[Picture], level: int) -> None:
    assert Pages(pages).find(np.full((540, 960, 3), level, np.uint8))[0] is None


def test_a_page_of_another_deck_is_no_page(pages: list[Picture]) -> None:
    others = [page[::-1, ::-1].copy() for page in pages[:2]]
    assert Pages(others).find(Room(pages, "window").at(4, 0))[0] is None


def test_of_equal_pages_the_nearest_is_meant_and_not_sure(pages: list[Picture]) -> None:
    known = Pages([pages[0], pages[1], pages[2], pages[1], pages[4]])
    assert known.find(pages[1], last=1)[0] == 2
    page, confidence = known.find(pages[1], last=5)
    assert page == 4
    assert confidence <= 0.5


def test_pages_of_another_shape_are_found(pages: list[Picture], tmp_path: Path) -> None:
    narrow = [np.ascontiguousarray(page[:, :720]) for page in pages]
    frame = np.zeros((720, 1280, 3), np.uint8)
    frame[90:630, 280:1000] = narrow[2]
    assert Pages(narrow).find(frame)[0] == 3


def test_no_pages_are_no_deck() -> None:
    with pytest.raises(ValueError, match="no pages"):
        Pages([])
