"""Codes, phones and a clock, as the tests of checking in need them."""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import select

from server.attendance.code import Code, step_at, token_of
from server.attendance.evidence import Evidence
from server.attendance.scanning import CheckIn
from server.lessons.lesson import Lesson
from tests.conftest import Site, Visitor

NOON = datetime(2026, 11, 24, 4, 0, 2, tzinfo=UTC)  # two seconds into a step


@dataclass
class Clock:
    """The server's clock, that a test sets on."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.moment

    def later(self, **by: float) -> None:
        """So much later."""
        self.moment += timedelta(**by)


def set_clock(site: Site) -> Clock:
    """Give check-in a clock of its own, two seconds into a step."""
    clock = Clock()
    clock.moment -= timedelta(seconds=clock.moment.timestamp() % 5 - 2)
    site.house.part(CheckIn).clock = clock
    return clock


def token(site: Site, lesson: Lesson, branch_id: str | None = None, number: int = 1) -> str:
    """What the screen shows now."""
    moment = site.house.part(CheckIn).clock()
    key = site.house.folder.secret("check-in")
    return token_of(key, Code(lesson.id, branch_id, number, step_at(moment)))


async def scan(who: Visitor, code: str, **headers: str) -> httpx.Response:
    """What the page of a phone sends."""
    headers = {"accept": "application/json", **headers}
    return await who.http.post("/check-in", data={"csrf": who.csrf, "token": code}, headers=headers)


async def scans(site: Site, lesson: Lesson) -> list[Evidence]:
    """The evidence of codes, in order."""
    async with site.house.database.session() as session:
        found = await session.scalars(
            select(Evidence)
            .where(Evidence.lesson_id == lesson.id, Evidence.kind == "scanned")
            .order_by(Evidence.id)
        )
        return list(found)


async def together(who: Visitor, code: str, n: int) -> list[int]:
    """`n` posts at once; their statuses."""
    answers = await asyncio.gather(*(scan(who, code) for _ in range(n)))
    return [answer.status_code for answer in answers]


def said(answer: httpx.Response) -> str:
    """The sentence of a page's alert or status."""
    found = re.search(r'data-check-in-scan-target="status"[^>]*>([^<]*)<', answer.text)
    return found[1] if found else ""
