"""People, lessons and evidence, as tests of hours need them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server.attendance.result import StoredResult
from server.events import AttendanceChanged
from server.hours.ledger import Line, lines_of, missed_of, totals
from server.hours.reckoning import Reckoning
from server.hours.rules import Entry
from server.lessons.lesson import Lesson
from tests.server.lessons.making import School

AGO = -timedelta(hours=5)


@dataclass
class Office:
    """A school with lessons that are over, and who counts their hours."""

    school: School

    @property
    def reckoning(self) -> Reckoning:
        """The part of the house."""
        return self.school.site.house.part(Reckoning)

    @property
    def year(self) -> int:
        """This one."""
        return self.reckoning.this_year

    def id(self, login: str) -> str:
        """Of a person."""
        return self.school.site.people[login].id

    async def held(self, login: str = "an", status: str = "present", **more: Any) -> Lesson:
        """A lesson that is over, and how somebody attended it."""
        lesson = await self.school.lesson(more.pop("starts", AGO), **more)
        await self.attendance(lesson, login, status)
        return lesson

    async def attendance(self, lesson: Lesson, login: str, status: str, tell: bool = True) -> None:
        """What attendance says from now on."""
        row = StoredResult(
            lesson_id=lesson.id,
            person_id=self.id(login),
            status=status,
            reckoned=status,
            minutes=float(lesson.minutes),
            share=1.0,
            reasons=[],
        )
        async with self.school.site.house.database.session() as session:
            await session.merge(row)
        if tell:
            bus = self.school.site.house.bus
            bus.publish(AttendanceChanged(lesson.id, (self.id(login),)))
            await bus.settle()
            await self.reckoning.settle()

    async def lines(self, login: str = "an", year: int | None = None) -> list[Line]:
        """Somebody's ledger."""
        async with self.school.site.house.database.session() as session:
            return await lines_of(session, self.id(login), year or self.year)

    async def missed(self, login: str = "an") -> list[Entry]:
        """What did not count."""
        async with self.school.site.house.database.session() as session:
            return await missed_of(session, self.id(login), self.year)

    async def totals(self, year: int | None = None) -> dict[str, int]:
        """Everybody's, by sign-in name."""
        async with self.school.site.house.database.session() as session:
            found = await totals(session, None, year or self.year)
        logins = {person.id: login for login, person in self.school.site.people.items()}
        return {logins[person_id]: amount for person_id, amount in found.items() if amount}
