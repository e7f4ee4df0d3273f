"""Contesting what was reckoned of a lesson, and deciding about it. Both are evidence."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.attendance.deciders import deciders_of, decides_about, trainees_decided_by
from server.attendance.dispute import ACCEPTED, ASKED, REFUSED, Dispute
from server.attendance.evidence import add
from server.attendance.fact import Fact
from server.attendance.reckoning import STATUSES
from server.attendance.results import of_lesson
from server.errors import Conflict, Forbidden, Invalid, NotFound
from server.lessons.lesson import Lesson
from server.notices.postbox import Postbox
from server.store.database import new_id, now

LONGEST_WHY = 500
MOST = 50


async def contest(
    session: AsyncSession, postbox: Postbox, person: Person, lesson_id: str, why: str
) -> Dispute:
    """The person says that their attendance of a lesson was another; who decides is told.

    NotFound where there is no result of theirs; Conflict where they contest it already. When the
    transaction is over, publish `EvidenceGiven`.
    """
    lesson = await session.get(Lesson, lesson_id)
    result = (await of_lesson(session, lesson)).get(person.id) if lesson is not None else None
    if lesson is None or result is None or not lesson.is_over(now()):
        raise NotFound
    # Twice at once is asked once.
    await session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    open_one = await session.scalar(
        select(Dispute.id).where(
            Dispute.lesson_id == lesson_id, Dispute.person_id == person.id, Dispute.state == ASKED
        )
    )
    if open_one is not None:
        raise Conflict("error.attendance.contested")
    made = Dispute(
        id=new_id(), lesson_id=lesson_id, person_id=person.id, stood=result.status, why=why
    )
    session.add(made)
    await session.flush()
    body = {"dispute": made.id, "why": why}
    fact = Fact("dispute", f"dispute:{made.id}", made.asked_at, person.id, by=person.id, body=body)
    await add(session, lesson_id, fact)
    await postbox.tell(
        session,
        await deciders_of(session, person.id),
        "attendance.contested",
        subject=made.id,
        path=_path(made),
        name=person.name,
        title=lesson.title,
        why=why,
    )
    return made


async def decide(
    session: AsyncSession, postbox: Postbox, dispute: Dispute, by: Person, given: str, word: str
) -> None:
    """Decide: `given` is the status that counts from now on, "" leaves it as it is. The person is
    told. Forbidden; Conflict where it was decided. Then publish `EvidenceGiven`."""
    if not await decides_about(session, by, dispute.person_id):
        raise Forbidden
    if dispute.state != ASKED:
        raise Conflict("error.attendance.decided")
    if given and given not in STATUSES:
        raise Invalid("error.form.choice", field="given")
    lesson = await session.get_one(Lesson, dispute.lesson_id)
    dispute.state = ACCEPTED if given else REFUSED
    dispute.given, dispute.word = given, word
    dispute.decided_by, dispute.decided_at = by.id, now()
    body = {"dispute": dispute.id, "accepted": bool(given), "why": word}
    key, at, about = f"dispute:{dispute.id}", dispute.decided_at, dispute.person_id
    facts = [Fact("decided", f"{key}:decided", at, about, source="hand", by=by.id, body=body)]
    if given:
        said = {"status": given, "why": word, "dispute": dispute.id}
        facts.append(
            Fact("correction", f"{key}:correction", at, about, source="hand", by=by.id, body=said)
        )
    await add(session, lesson.id, *facts)
    await postbox.tell(
        session,
        [await session.get_one(Person, about)],
        f"attendance.{dispute.state}",
        subject=dispute.id,
        path="/record",
        title=lesson.title,
        by=by.name,
        why=word,
    )


async def dispute_to_decide(session: AsyncSession, by: Person, dispute_id: str) -> Dispute:
    """One about which the person decides; nobody else does meanwhile. NotFound."""
    found = await session.get(Dispute, dispute_id, with_for_update=True)
    if found is None or not await decides_about(session, by, found.person_id):
        raise NotFound
    return found


async def disputes_waiting(
    session: AsyncSession, by: Person
) -> list[tuple[Dispute, Person, Lesson]]:
    """Those that wait for this person's decision, the oldest first."""
    asked = (
        select(Dispute, Person, Lesson)
        .join(Person, Person.id == Dispute.person_id)
        .join(Lesson, Lesson.id == Dispute.lesson_id)
        .where(Dispute.state == ASKED, Dispute.person_id != by.id)
        .order_by(Dispute.asked_at)
        .limit(MOST)
    )
    among = await trainees_decided_by(session, by)
    if among is not None:
        asked = asked.where(Dispute.person_id.in_(among))
    return [(dispute, person, lesson) for dispute, person, lesson in await session.execute(asked)]


def _path(dispute: Dispute) -> str:
    return f"/attendance/lessons/{dispute.lesson_id}/people/{dispute.person_id}"
