"""A school that reviews: a lesson with its recording, supervisors, experts, and what they send."""

import re
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import select

from server.accounts.passwords import hash_password
from server.accounts.person import Person, RoleGrant
from server.classroom.rooms import Rooms
from server.classroom.things import Agenda
from server.lessons.lesson import Lesson
from server.publishing.rules import set_rules
from server.publishing.workload import WorkloadLine
from server.recordings.recording import Recording, recording_folder
from server.recordings.release import Release, release_of
from server.store.database import new_id, now
from tests.conftest import PASSWORD, Site, Visitor
from tests.server.lessons.making import School, found_school

MORE = {"qin": "supervisor", "yan": "expert", "ye": "expert"}
REVIEW = ("position", "quotations", "symbols", "secrets", "aims", "sound", "rights", "privacy")


@dataclass
class Bureau:
    """The school, with Du and Qin who supervise, Yan and Ye who are experts."""

    school: School
    visitors: dict[str, Visitor] = field(default_factory=dict)

    @property
    def site(self) -> Site:
        return self.school.site

    async def visitor(self, login: str) -> Visitor:
        """Somebody's browser, the same each time."""
        if login not in self.visitors:
            self.visitors[login] = await self.site.sign_in(login)
        return self.visitors[login]

    async def rules(self, course_id: str | None = None, **body: Any) -> None:
        """What the school, or a course, says of publishing."""
        async with self.site.house.database.session() as session:
            set_rules(session, course_id, body, self.site.people["xue"].id)

    async def lesson(self, minutes: float = 40, **more: Any) -> Lesson:
        """A lesson that was held and recorded."""
        site = self.site
        lin = site.people["lin"]
        recording = Recording(id=new_id(), owner_id=lin.id, kind="lesson", state="ready")
        recording.duration = minutes * 60
        room_id = await site.house.part(Rooms).open(
            kind="lesson", owner=lin, title="网格化管理", agenda=Agenda(), language="zh", after="/",
            folder=recording_folder(site.house.folder, recording.id),
        )  # fmt: skip
        async with site.house.database.session() as session:
            session.add(recording)
        held = {"recording_id": recording.id, "room_id": room_id, "ended_at": now()}
        return await self.school.lesson(**held | more)

    async def show(self, login: str, lesson: Lesson) -> httpx.Response:
        """The page of the review as somebody gets it."""
        return await (await self.visitor(login)).get(f"/lessons/{lesson.id}/recording/review")

    async def seen(self, login: str, lesson: Lesson) -> int:
        """The number of the last step that the page shows."""
        found = re.search(r'name="seen" value="(\d+)"', (await self.show(login, lesson)).text)
        return int(found[1]) if found else 0

    async def act(
        self, login: str, lesson: Lesson, act: str, seen: int | None = None, **sent: Any
    ) -> httpx.Response:
        """Send a step; `seen`: what the page showed when it was loaded, else what it shows now."""
        number = await self.seen(login, lesson) if seen is None else seen
        path = f"/lessons/{lesson.id}/recording/review/{act}"
        return await (await self.visitor(login)).post(path, {"seen": number, **sent})

    async def submit(self, lesson: Lesson, **sent: Any) -> httpx.Response:
        """Lin hands it in."""
        lin = self.site.people["lin"].id
        given = {"edition": 0, "ticks": ["own_check"], "credited": [lin]}
        return await self.act("lin", lesson, "submit", **given | sent)

    async def decide(
        self, login: str, lesson: Lesson, decision: str, **sent: Any
    ) -> httpx.Response:
        """A supervisor's decision, with everything checked."""
        return await self.act(
            login, lesson, "decide", decision=decision, **{"ticks": REVIEW, **sent}
        )

    async def publish(self, lesson: Lesson) -> None:
        """Hand in and approve, without experts."""
        await self.rules(expert_percent=0)
        assert (await self.submit(lesson)).status_code == 303
        answer = await self.decide("du", lesson, "approve_publish")
        assert answer.status_code == 303, answer.text

    async def release(self, lesson: Lesson) -> Release:
        """How viewers stand to it."""
        async with self.site.house.database.session() as session:
            return await release_of(session, str(lesson.recording_id))

    async def ledger(self, login: str = "lin") -> list[WorkloadLine]:
        """Somebody's lines, oldest first."""
        async with self.site.house.database.session() as session:
            found = select(WorkloadLine).where(WorkloadLine.person_id == self.site.people[login].id)
            return list(await session.scalars(found.order_by(WorkloadLine.id)))


async def found_bureau(site: Site) -> Bureau:
    """The school and its reviewers."""
    school = await found_school(site)
    hashed = await hash_password(PASSWORD)
    async with site.house.database.session() as session:
        for login, role in MORE.items():
            person = Person(login=login, name=login, password_hash=hashed, language="zh")
            person.grants = [RoleGrant(role=role)]
            session.add(person)
            site.people[login] = person
    return Bureau(school)
