"""Asking for leave, deciding about it, and giving it up again."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.attendance.deciders import deciders_of, decides_about, trainees_decided_by
from server.attendance.evidence import Evidence, add
from server.attendance.fact import Fact
from server.attendance.leave import APPROVED, ASKED, CANCELLED, REFUSED, LeaveRequest
from server.attendance.leave_facts import leave_fact
from server.errors import Conflict, Invalid, NotFound
from server.lessons.access import belongs
from server.lessons.lesson import Lesson
from server.notices.postbox import Postbox
from server.notices.wording import moment as moment_told
from server.store.database import new_id, now

LONGEST_REASON = 500
LATEST = timedelta(days=7)  # after a lesson one may still ask
AHEAD = timedelta(days=180)
LONGEST = timedelta(days=92)
MOST = 100


async def ask(
    session: AsyncSession,
    postbox: Postbox,
    person: Person,
    kind: str,
    reason: str,
    *,
    lesson_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> LeaveRequest:
    """Ask for a lesson of one's own, or for all that begin in [since, until); who decides is told.

    NotFound; Invalid where the days make no sense; Conflict where it was asked before.
    """
    moment = now()
    if lesson_id is not None:
        lesson = await session.scalar(
            select(Lesson).where(Lesson.id == lesson_id, askable(person, moment))
        )
        if lesson is None:
            raise NotFound
        at = lesson.starts_at
        same: ColumnElement[bool] = LeaveRequest.lesson_id == lesson_id
    else:
        if since is None or until is None or not since < until <= since + LONGEST:
            raise Invalid("error.leave.days", field="first")
        if until <= moment - LATEST or since > moment + AHEAD:
            raise Invalid("error.leave.days", field="first")
        at = since
        same = (LeaveRequest.since == since) & (LeaveRequest.until == until)
    # Twice at once is asked once.
    await session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    known = select(LeaveRequest.id).where(
        LeaveRequest.person_id == person.id, LeaveRequest.state.in_((ASKED, APPROVED)), same
    )
    if await session.scalar(known) is not None:
        raise Conflict("error.leave.asked")
    made = LeaveRequest(
        id=new_id(), person_id=person.id, kind=kind, reason=reason,
        lesson_id=lesson_id, since=since, until=until,
    )  # fmt: skip
    session.add(made)
    await session.flush()
    await postbox.tell(
        session,
        await deciders_of(session, person.id),
        "leave.asked",
        subject=made.id,
        path="/attendance#waiting",
        name=person.name,
        at=moment_told(at),
        why=reason,
    )
    return made


async def decide(
    session: AsyncSession, postbox: Postbox, leave: LeaveRequest, by: Person, yes: bool, word: str
) -> list[str]:
    """Grant or refuse it; the person is told. Ids of the lessons it is evidence of now, for which
    `EvidenceGiven` is to be published. Conflict where it is no longer asked for."""
    if leave.state != ASKED:
        raise Conflict("error.leave.decided")
    leave.state = APPROVED if yes else REFUSED
    leave.decided_by, leave.decided_at, leave.word = by.id, now(), word
    person = await session.get_one(Person, leave.person_id)
    lessons = await _lessons(session, person, leave) if yes else []
    for lesson in lessons:
        await add(session, lesson.id, leave_fact(leave))
    await postbox.tell(
        session,
        [person],
        f"leave.{leave.state}",
        subject=leave.id,
        path="/leave",
        by=by.name,
        at=moment_told(await begins(session, leave)),
        why=word,
    )
    return [lesson.id for lesson in lessons]


async def cancel(session: AsyncSession, leave: LeaveRequest) -> list[str]:
    """The person gives it up, before it begins. Ids of lessons, as `decide`. Conflict."""
    moment = now()
    if leave.state not in (ASKED, APPROVED):
        raise Conflict("error.leave.decided")
    if leave.state == APPROVED and await begins(session, leave) <= moment:
        raise Conflict("error.leave.begun")
    leave.state = CANCELLED
    granted = select(Evidence.lesson_id).where(
        Evidence.person_id == leave.person_id, Evidence.key == f"leave:{leave.id}:{APPROVED}"
    )
    lessons = list(await session.scalars(granted))
    fact = Fact(
        "leave",
        f"leave:{leave.id}:{CANCELLED}",
        moment,
        leave.person_id,
        source="leave",
        by=leave.person_id,
        body={"request": leave.id, "state": CANCELLED, "kind": leave.kind},
    )
    for lesson_id in lessons:
        await add(session, lesson_id, fact)
    return lessons


async def begins(session: AsyncSession, leave: LeaveRequest) -> datetime:
    """The first moment it is for."""
    if leave.since is not None:
        return leave.since
    return (await session.get_one(Lesson, leave.lesson_id)).starts_at


async def own_leave(session: AsyncSession, person: Person, leave_id: str) -> LeaveRequest:
    """A request of one's own, held until the transaction is over. NotFound."""
    found = await session.get(LeaveRequest, leave_id, with_for_update=True)
    if found is None or found.person_id != person.id:
        raise NotFound
    return found


async def leave_to_decide(session: AsyncSession, by: Person, leave_id: str) -> LeaveRequest:
    """A request about which somebody decides; nobody else does meanwhile. NotFound."""
    found = await session.get(LeaveRequest, leave_id, with_for_update=True)
    if found is None or not await decides_about(session, by, found.person_id):
        raise NotFound
    return found


async def leaves_waiting(
    session: AsyncSession, by: Person
) -> list[tuple[LeaveRequest, Person, Lesson | None]]:
    """Those that wait for this person's decision, the oldest first."""
    among = await trainees_decided_by(session, by)
    conditions = [LeaveRequest.state == ASKED, LeaveRequest.person_id != by.id]
    if among is not None:
        conditions.append(LeaveRequest.person_id.in_(among))
    return await _listed(session, *conditions)


async def leaves_of(
    session: AsyncSession, person: Person
) -> list[tuple[LeaveRequest, Person, Lesson | None]]:
    """One's own, the newest first."""
    return (await _listed(session, LeaveRequest.person_id == person.id))[::-1]


def askable(person: Person, moment: datetime) -> ColumnElement[bool]:
    """Condition on Lesson: the person may ask for leave from it."""
    return (
        belongs(person, "trainee")
        & Lesson.cancelled_at.is_(None)
        & (Lesson.starts_at > moment - LATEST)
        & (Lesson.starts_at < moment + AHEAD)
    )


async def _listed(
    session: AsyncSession, *conditions: ColumnElement[bool]
) -> list[tuple[LeaveRequest, Person, Lesson | None]]:
    rows = await session.execute(
        select(LeaveRequest, Person, Lesson)
        .join(Person, Person.id == LeaveRequest.person_id)
        .outerjoin(Lesson, Lesson.id == LeaveRequest.lesson_id)
        .where(*conditions)
        .order_by(LeaveRequest.asked_at.desc())
        .limit(MOST)
    )
    found: list[tuple[LeaveRequest, Person, Lesson | None]] = []
    for leave, person, lesson in rows:
        found.insert(0, (leave, person, lesson))
    return found


async def _lessons(session: AsyncSession, person: Person, leave: LeaveRequest) -> list[Lesson]:
    if leave.since is None or leave.until is None:
        return [await session.get_one(Lesson, leave.lesson_id)]
    within = (Lesson.starts_at >= leave.since) & (Lesson.starts_at < leave.until)
    found = await session.scalars(
        select(Lesson).where(belongs(person, "trainee"), within, Lesson.cancelled_at.is_(None))
    )
    return list(found)
