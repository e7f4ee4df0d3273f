"""Lin rehearses a whole lesson with slides and plan, and finds what she said and how it went."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import (
    FAKE_DEVICES,
    Server,
    check_accessible,
    open_page,
    sign_in,
)
from tests.browser.lesson import (
    NOTE_WHEN_THE_MICROPHONE_OPENS,
    Lesson,
    load,
    wait_until_lesson,
)
from tests.browser.rehearsing import MINUTE, end, import_plan, open_room
from tests.words import cer, characters

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def _teach(page: Page, lesson: Lesson) -> None:
    """Tap "next" where the truth's segments begin, and turn to the slide that belongs there."""
    turns = {"概念": 2, "案例": 2, "小结": 2}  # pages 1 → 3 → 5 → 7
    for name, (start, _) in list(lesson.segments.items())[1:]:
        wait_until_lesson(page, start)
        page.keyboard.press("n")
        for _ in range(turns[name]):
            page.keyboard.press("ArrowRight")
    wait_until_lesson(page, lesson.length + 1)


def _report(page: Page, take: str) -> dict[str, Any]:
    """The report, once it is there; the page itself tells, without being reloaded."""
    expect(page.locator("#take-report .report")).to_be_visible(timeout=8 * MINUTE)
    return page.request.get(f"/takes/{take}/report.json").json()


def _first_word(report: dict[str, Any]) -> float:
    return report["transcript"][0]["words"][0]["start"]


def _check_words(report: dict[str, Any], lesson: Lesson) -> None:
    heard = "".join(segment["text"] for segment in report["transcript"])
    assert cer(heard, lesson.text) <= 0.12


def _check_questions(report: dict[str, Any], lesson: Lesson, offset: float) -> None:
    truth = lesson.of_kind("open", "closed", "tag")
    found = report["measures"]["questions"]["parts"]["list"]
    kinds = []
    for line in truth:
        near = [q for q in found if abs(q["end"] - offset - line["end"]) <= 1]
        assert near, f"{line['text']} was not found at {line['end'] + offset:.1f} s in {found}"
        kinds.append(near[0]["kind"] == line["kind"])
    assert sum(kinds) >= 3


def _check_pauses(report: dict[str, Any], lesson: Lesson, offset: float) -> None:
    clips = report["measures"]["pauses"]["clips"]
    for line in lesson.lines[:-1]:
        if line["gap_after"] >= 3:
            start = line["end"] + offset
            assert any(
                clip["end"] - clip["start"] >= 2.9 and abs(clip["start"] - start) <= 1
                for clip in clips
            ), f"no pause at {start:.1f} s in {clips}"


def _check_plan(report: dict[str, Any], lesson: Lesson, offset: float) -> None:
    fit = report["measures"]["plan_fit"]["parts"]
    pace = report["measures"]["pace"]["parts"]["segments"]
    assert fit["boundaries_from"] == "marks"
    for planned, paced in zip(fit["segments"], pace, strict=True):
        start, end = lesson.segments[planned["title"]]
        spoken = [line for line in lesson.lines if line["segment"] == planned["title"]]
        units = sum(len(characters(line["text"])) for line in spoken)
        first = planned["title"] == fit["segments"][0]["title"]
        since = 0.0 if first else start + offset  # the first segment begins with the take
        assert abs(planned["actual_s"] - (end + offset - since)) <= 3
        expected = units * 60 / (end - start)
        assert abs(paced["value"] - expected) <= 0.08 * expected, planned["title"]


def _check_playback(page: Page, take: str) -> None:
    """The recording plays, and a click on a word goes to its second."""
    spans = page.request.get(f"/takes/{take}/timeline.json").json()["spans"]
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    line = page.locator(".transcript__line").last
    line.scroll_into_view_if_needed()  # words are drawn where one looks
    word = line.locator(".transcript__word").first
    at = float(word.get_attribute("data-at") or "nan")
    within = next(span for span in reversed(spans) if span["take_start"] <= at)
    word.click()
    page.wait_for_function(
        "at => Math.abs(document.querySelector('video').currentTime - at) < 2",
        arg=at - within["take_start"] + within["media_start"],
    )


def test_lin_rehearses_a_lesson_and_reads_how_it_went(
    serve: Callable[..., Server],
    launch: Callable[..., Browser],
    material: Path,
    tmp_path: Path,
) -> None:
    server = serve(whisper_model=material / "models" / "whisper-base")
    lesson = load(material, tmp_path)
    page = open_page(launch(*FAKE_DEVICES, *lesson.microphone()), server)
    page.context.add_init_script(NOTE_WHEN_THE_MICROPHONE_OPENS)
    sign_in(page, "lin")
    import_plan(page)
    open_room(page)
    _teach(page, lesson)
    take = end(page)
    report = _report(page, take)
    (tmp_path / "report.json").write_text(json.dumps(report, ensure_ascii=False), "utf-8")
    offset = _first_word(report) - lesson.lines[0]["start"]
    _check_words(report, lesson)
    _check_questions(report, lesson, offset)
    _check_pauses(report, lesson, offset)
    _check_plan(report, lesson, offset)
    pages = [turn["page"] for turn in report["slides"]]
    assert pages[-1] == 7
    assert all(one <= other for one, other in pairwise(pages))
    _check_playback(page, take)
    check_accessible(page)
    assert not page.faults
