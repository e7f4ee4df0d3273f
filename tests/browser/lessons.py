"""A live lesson for stories: what its people do, and what their browsers see and hear."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from server.accounts.person import Person
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import Course, CourseCohort, CourseStaff
from server.courses.slide_deck import SlideDeck, deck_file
from server.lessons.lesson import Lesson
from server.store.database import Database, new_id, now, sqlite_url
from server.store.folder import DataFolder
from tests.browser.rooms import PAGES, SLIDES

MINUTE = 60_000  # ms
# what is received of a kind: frames decoded, or the energy heard, by stream
WATCHED = """async (kind) => {
  const received = {}
  for (const [number, peer] of (window.peers ?? []).entries()) {
    if (peer.connectionState === 'closed') continue
    for (const [id, report] of await peer.getStats()) {
      if (report.type !== 'inbound-rtp' || report.kind !== kind) continue
      const { framesDecoded, totalAudioEnergy } = report
      received[`${number} ${id}`] = kind === 'video' ? framesDecoded : totalAudioEnergy
    }
  }
  return received
}"""
# so that a story can ask the connections of a page for their statistics
KEEP_PEERS = """(() => {
  const Own = window.RTCPeerConnection
  window.peers = []
  window.RTCPeerConnection = class extends Own {
    constructor(...given) { super(...given); window.peers.push(this) }
  }
})()"""


def put_lesson(data: Path, trainees: Sequence[str] = ("an",)) -> str:
    """The path of a lesson that begins soon: Lin gives it, Mei assists, An is a trainee. The data
    folder must not be in use."""
    with ThreadPoolExecutor() as apart:  # Playwright keeps a loop running in this thread
        put = apart.submit(asyncio.run, _put(DataFolder(data), trainees))
        return f"/lessons/{put.result()}"


async def _put(folder: DataFolder, trainees: Sequence[str]) -> str:
    database = Database(sqlite_url(folder.database_file))
    course, cohort, deck, lesson = new_id(), new_id(), new_id(), new_id()
    async with database.session() as session:
        people = {person.login: person.id for person in await session.scalars(select(Person))}
        deck_file(folder, deck).write_bytes(SLIDES.read_bytes())
        session.add_all(
            [
                Course(id=course, title="基层治理"),
                Cohort(id=cohort, name="秋季班"),
                SlideDeck(
                    id=deck, owner_id=people["lin"], file_name="slides.pdf", sha256="", bytes=1,
                    pages=PAGES, width=960, height=540, titles=[""] * PAGES,
                ),
            ]
        )  # fmt: skip
        await session.flush()
        staff = [CourseStaff(course_id=course, person_id=people[login]) for login in ("lin", "mei")]
        members = [
            CohortMember(cohort_id=cohort, person_id=people[login], part="trainee")
            for login in trainees
        ]
        session.add_all([*staff, *members, CourseCohort(course_id=course, cohort_id=cohort)])
        session.add(
            Lesson(
                id=lesson, course_id=course, title="网格化管理", minutes=45, deck_id=deck,
                starts_at=now() + timedelta(minutes=10),
            )
        )  # fmt: skip
    await database.close()
    return lesson


def keep_peers(page: Page) -> None:
    """Remember the connections this page makes from now on."""
    page.context.add_init_script(KEEP_PEERS)


def enter(page: Page, path: str) -> None:
    """From the lesson's page into its room."""
    page.goto(path)
    page.locator("form[action$='/enter'] button").first.click()
    page.wait_for_url("**/rooms/*")
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("main")).not_to_have_attribute("data-role", "")


def pass_check(page: Page) -> None:
    """Look at the devices and go on."""
    check = page.locator("dialog[data-room=check]")
    expect(check).to_be_visible()
    expect(page.locator("select[data-room=microphone] option")).not_to_have_count(0)
    page.locator("[data-room=goOn]").click()
    expect(check).to_be_hidden()


def start(page: Page) -> None:
    """As soon as sound arrives, begin."""
    page.locator("[data-control=course]").click(timeout=MINUTE)
    expect(page.locator("main")).to_have_attribute("data-light", "recording", timeout=MINUTE)


def sees(page: Page, pictures: int) -> None:
    """At least so many pictures move."""
    _grows(page, "video", pictures)


def hears(page: Page, voices: int) -> None:
    """At least so many voices sound."""
    _grows(page, "audio", voices)


def _grows(page: Page, kind: str, count: int) -> None:
    before: dict[str, float] = page.evaluate(WATCHED, kind)
    for _ in range(MINUTE // 1000):
        page.wait_for_timeout(1000)
        now = page.evaluate(WATCHED, kind)
        if sum((now[id] or 0) > (before.get(id) or 0) for id in now) >= count:
            return
        before = now
    raise AssertionError(f"no {count} of {kind} go on: {before}")
