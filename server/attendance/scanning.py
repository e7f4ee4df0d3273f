"""Checking in by the code: every rule of it, by the server's clock alone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.attendance.branch import Branch, branches_of
from server.attendance.check_in import Rules, Window, round_of, rules_of, window_of
from server.attendance.code import (
    Code,
    age,
    digits_of,
    left_of,
    match_digits,
    read_token,
    step_at,
    token_of,
)
from server.attendance.evidence import Evidence, add
from server.attendance.fact import Fact
from server.errors import Conflict, Invalid, NotFound, TooMany
from server.lessons.access import belongs
from server.lessons.lesson import Lesson
from server.store.database import now

TRIES = 8  # of one person in a minute: typed digits, and codes that were none
AROUND = timedelta(hours=24)  # a lesson that one checks in to now began or begins within


@dataclass(frozen=True, slots=True)
class Shown:
    """What a screen shows now, and for how many seconds more."""

    token: str
    digits: str
    left: float
    round: int
    closes_at: datetime | None  # of a further round


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody checked in, now or before (`new` False)."""

    lesson: Lesson
    at: datetime
    round: int
    branch_id: str | None
    new: bool


@dataclass(frozen=True, slots=True)
class OpenLesson:
    """A lesson that is or will soon be checked in to."""

    lesson: Lesson
    window: Window
    rules: Rules
    arrival: datetime | None  # when the person did, for the first time


def scan_key(lesson_id: str, person_id: str, number: int) -> str:
    """The key of the evidence: one for each person and round."""
    return f"scan:{lesson_id}:{person_id}" + (f":{number}" if number > 1 else "")


class CheckIn:
    """Makes codes, and lets people check in by them. `clock` is the only one that counts."""

    def __init__(self, secret: Callable[[], bytes], clock: Callable[[], datetime] = now) -> None:
        self._secret = secret
        self.clock = clock
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rate = RateLimitItemPerMinute(TRIES)

    async def shown(self, session: AsyncSession, lesson_id: str, branch_id: str | None) -> Shown:
        """What the screen of a lesson, or of a branch, shows now."""
        moment = self.clock()
        further = await round_of(session, lesson_id, moment)
        number = further.number if further else 1
        code = Code(lesson_id, branch_id, number, step_at(moment))
        return Shown(
            token=token_of(self._secret(), code),
            digits=digits_of(self._secret(), code),
            left=left_of(moment),
            round=number,
            closes_at=further.closes_at if further else None,
        )

    async def scan(self, session: AsyncSession, person: Person, token: str, device: str) -> Arrival:
        """Check in by a code that was read. Invalid (none of ours), NotFound (not this person's
        lesson), Conflict (too old, or not the time), TooMany."""
        code = read_token(self._secret(), token)
        if code is None:
            await self._count(person)
            raise Invalid("error.check_in.foreign", field="token")
        lesson = await _expected(session, person, code.lesson_id)
        there = await _arrival(session, lesson, person.id, code.round)
        if there is None:
            moment = self.clock()
            await self._check_open(session, lesson, moment)
            if age(code, step_at(moment)) != "now":
                raise Conflict("error.check_in.changed")
        return there or await self._arrive(session, lesson, person, code, device, "camera")

    async def type(
        self, session: AsyncSession, person: Person, digits: str, device: str
    ) -> Arrival:
        """Check in by the six digits, to whichever lesson the person has now. NotFound where they
        have none, Invalid where the digits are not its own now, TooMany."""
        await self._count(person)
        moment = self.clock()
        lessons = {one.lesson.id: one.lesson for one in await self.open_now(session, person)}
        if not lessons:
            raise NotFound("error.check_in.nothing_open")
        codes = []
        for lesson in lessons.values():
            further = await round_of(session, lesson.id, moment)
            rounds = {1, further.number} if further else {1}
            places = [None, *(site.branch.id for site in await branches_of(session, lesson))]
            step = step_at(moment)
            codes += [Code(lesson.id, place, one, step) for place in places for one in rounds]
        found = match_digits(self._secret(), "".join(digits.split()), codes)
        if found is None:
            raise Invalid("error.check_in.digits", field="digits")
        lesson = lessons[found.lesson_id]
        there = await _arrival(session, lesson, person.id, found.round)
        return there or await self._arrive(session, lesson, person, found, device, "digits")

    async def by_face(self, session: AsyncSession, person: Person, lesson_id: str) -> Arrival:
        """Check in to a lesson after a face was found to be this person's. NotFound, Conflict."""
        moment = self.clock()
        lesson = await _expected(session, person, lesson_id)
        further = await round_of(session, lesson.id, moment)
        code = Code(lesson.id, None, further.number if further else 1, step_at(moment))
        there = await _arrival(session, lesson, person.id, code.round)
        if there is None:
            await self._check_open(session, lesson, moment)
        return there or await self._arrive(session, lesson, person, code, None, "face")

    async def open_now(self, session: AsyncSession, person: Person) -> list[OpenLesson]:
        """The lessons the person can check in to at this moment, the first to begin first."""
        moment = self.clock()
        return [one for one in await self.around(session, person) if one.window.is_open(moment)]

    async def around(self, session: AsyncSession, person: Person) -> list[OpenLesson]:
        """The person's lessons whose check-in is not over, of this day and the next."""
        moment = self.clock()
        found = await session.scalars(
            select(Lesson)
            .where(
                belongs(person, "trainee"),
                Lesson.cancelled_at.is_(None),
                Lesson.starts_at > moment - AROUND,
                Lesson.starts_at < moment + AROUND,
            )
            .order_by(Lesson.starts_at, Lesson.id)
        )
        listed = []
        for lesson in found.all():
            rules = await rules_of(session, lesson.course_id)
            window = window_of(lesson, rules)
            if moment < window.closes_at:
                arrival = await _arrival(session, lesson, person.id)
                listed.append(OpenLesson(lesson, window, rules, arrival.at if arrival else None))
        return listed

    async def arrival(
        self, session: AsyncSession, person: Person, lesson_id: str
    ) -> Arrival | None:
        """When the person last checked in to a lesson that is theirs. NotFound where it is not."""
        return await _arrival(session, await _expected(session, person, lesson_id), person.id)

    async def _arrive(
        self,
        session: AsyncSession,
        lesson: Lesson,
        person: Person,
        code: Code,
        device: str | None,
        way: str,
    ) -> Arrival:
        branch = await session.get(Branch, code.branch_id or "")
        fact = Fact(
            "scanned",
            scan_key(lesson.id, person.id, code.round),
            self.clock(),
            person_id=person.id,
            branch_id=branch.id if branch else None,
            source="face" if way == "face" else "code",
            device=device,
            by=person.id,
            body={"round": code.round, "step": code.step, "way": way},
        )
        new = await add(session, lesson.id, fact) > 0
        kept = await _arrival(session, lesson, person.id, code.round)
        assert kept is not None
        return replace(kept, new=new)

    async def _check_open(self, session: AsyncSession, lesson: Lesson, moment: datetime) -> None:
        if lesson.cancelled_at is not None:
            raise Conflict("error.lesson.cancelled")
        window = window_of(lesson, await rules_of(session, lesson.course_id))
        if moment < window.opens_at:
            raise Conflict("error.check_in.early", title=lesson.title)
        if moment >= window.closes_at:
            raise Conflict("error.check_in.over", title=lesson.title)

    async def _count(self, person: Person) -> None:
        if not await self._limiter.hit(self._rate, "check-in", person.id):
            raise TooMany("error.check_in.too_many", seconds=60)


async def came(session: AsyncSession, lesson_id: str, number: int = 1) -> set[str]:
    """Ids of who has checked in by code in this round."""
    found = await session.execute(
        select(Evidence.person_id, Evidence.body).where(
            Evidence.lesson_id == lesson_id, Evidence.kind == "scanned"
        )
    )
    return {str(person_id) for person_id, body in found if body.get("round", 1) == number}


async def _expected(session: AsyncSession, person: Person, lesson_id: str) -> Lesson:
    """A lesson on whose roster the person is. NotFound."""
    found: Lesson | None = await session.scalar(
        select(Lesson).where(Lesson.id == lesson_id, belongs(person, "trainee"))
    )
    if found is None:
        raise NotFound("error.check_in.not_on_roster")
    return found


async def _arrival(
    session: AsyncSession, lesson: Lesson, person_id: str, number: int | None = None
) -> Arrival | None:
    """The person's check-in of this round; without one, their first."""
    chosen = select(Evidence).where(
        Evidence.lesson_id == lesson.id,
        Evidence.person_id == person_id,
        Evidence.kind == "scanned",
    )
    if number is not None:
        chosen = chosen.where(Evidence.key == scan_key(lesson.id, person_id, number))
    row = await session.scalar(chosen.order_by(Evidence.at, Evidence.id).limit(1))
    if row is None:
        return None
    return Arrival(lesson, row.at, int(row.body.get("round", 1)), row.branch_id, new=False)
