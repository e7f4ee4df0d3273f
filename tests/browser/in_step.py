"""Is what the player of a lesson shows what the log says of that moment?"""

from typing import Any

from playwright.sync_api import Page

from server.classroom.acts.polling import ResultsShown
from server.classroom.acts.recording import RecordingStarted, Said, SlideTurned
from server.classroom.acts.showing import Drawn, Undone
from server.classroom.acts.staging import TracksChanged
from server.classroom.acts.talking import Wrote
from tests.browser.held_lesson import Held

APART = 0.3  # seconds within which everything is in step
SLACK = 0.05
LINGERS = 1.5  # a caption stays so long
SEEK = """(at) => new Promise((done) => {
  const video = document.querySelector('[data-lesson-player-target=video]')
  video.pause()
  video.addEventListener('seeked', () => done(video.currentTime), { once: true })
  video.currentTime = at
})"""
SHOWN = """() => ({
  page: Number(document.querySelector('.lesson-stage__page canvas').dataset.page),
  strokes: document.querySelector('.board__sheet').dataset.strokes,
  chat: [...document.querySelectorAll('#side-chat .chat-line__text')].map((n) => n.textContent),
  line: document.querySelector('.player__line').textContent,
  result: Boolean(document.querySelector('#side-asked .poll__results:not([hidden])')),
  screen: !document.querySelector('[data-lesson-player-target=screen]').hidden,
})"""


def until_open(page: Page) -> None:
    """Wait until the player has something to seek in."""
    page.wait_for_selector("[data-open]")
    page.wait_for_function(
        "() => document.querySelector('[data-lesson-player-target=video]').readyState >= 2"
    )


def told(held: Held, media: float) -> dict[str, Any]:
    """What the log says of a moment of the recording."""
    take = held.manifest.to_take(media)
    origin = held.manifest.origin

    def until(kind: Any) -> list[Any]:
        return [event for event in held.of(kind) if event.at / 1000 - origin <= take]

    turns = [*held.of(RecordingStarted), *until(SlideTurned)]
    page = turns[-1].page
    gone = {event.stroke for event in until(Undone)}
    strokes = [e.stroke.id for e in until(Drawn) if e.page == page and e.stroke.id not in gone]
    said = [e for e in held.of(Said) if e.start / 1000 - origin <= take]
    spoken = said[-1:] if said and take < said[-1].end / 1000 - origin + LINGERS else []
    shared = [
        e.tracks for e in until(TracksChanged) if e.person == held.of(TracksChanged)[-1].person
    ]
    return {
        "page": page,
        "strokes": " ".join(strokes),
        "chat": [event.text for event in until(Wrote)],
        "line": "".join(f"{event.name}：{event.text}" for event in spoken),
        "result": bool(until(ResultsShown)),
        "screen": bool(shared and "screen" in shared[-1]),
    }


def in_step(page: Page, held: Held, media: float) -> None:
    """At `media` seconds of the player everything shown is what the log says."""
    at = page.evaluate(SEEK, media)
    assert abs(at - media) < SLACK
    wanted = [told(held, at - SLACK), told(held, at + SLACK)]
    for _ in range(150):
        shown = page.evaluate(SHOWN)
        wrong = {
            name: value for name, value in shown.items() if value not in [w[name] for w in wanted]
        }
        if not wrong:
            return
        page.wait_for_timeout(200)  # a slide may still be drawn
    raise AssertionError(f"at {at}: {wrong}, not {wanted}")
