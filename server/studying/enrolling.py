"""Joining a course of the catalogue, waiting for a seat, leaving again, and who moves up."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import active
from server.accounts.person import Person
from server.courses.cohort import CohortMember
from server.courses.course import Course
from server.courses.enrolment import join, leave
from server.errors import Conflict, NotFound
from server.events import Bus, Enrolled
from server.notices.postbox import Postbox
from server.store.database import now
from server.studying.offer import Applicant, Offer

MOST_WAITING = 5000
MOST_OFFERS = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to an offer: "in", "asked" (the staff decides), "waiting" (for a seat,
    as number `place`), or "out". `taken`, `waiting`: seats taken, people waiting for one."""

    state: str
    taken: int
    waiting: int
    place: int = 0


class Enrolment:
    """Changes who is in. Each call belongs in one transaction; the offer's row is its lock."""

    def __init__(self, session: AsyncSession, postbox: Postbox, bus: Bus) -> None:
        self._session = session
        self._postbox = postbox
        self._bus = bus
        self._entered: list[Enrolled] = []

    async def ask(self, offer_id: str, person: Person) -> Standing:
        """Join, or wait. Nothing changes for who is in or waits already. NotFound, Conflict."""
        offer = await self._locked(offer_id)
        if not offer.is_open(now()):
            raise Conflict("error.offer.closed")
        standing = await standing_of(self._session, offer, person)
        if standing.state != "out":
            return standing
        if standing.waiting >= MOST_WAITING:
            raise Conflict("error.offer.crowded")
        self._session.add(
            Applicant(offer_id=offer.id, person_id=person.id, admitted=not offer.approval)
        )
        await self._session.flush()
        await self._move_up(offer, tell=False)
        return await standing_of(self._session, offer, person)

    async def give_up(self, offer_id: str, person: Person) -> None:
        """Leave, or wait no more; the next one moves up. Conflict once the offer is closed."""
        offer = await self._locked(offer_id)
        standing = await standing_of(self._session, offer, person)
        if standing.state == "in" and not offer.is_open(now()):
            raise Conflict("error.offer.too_late")
        await self.remove(offer, person.id)

    async def remove(self, offer: Offer, person_id: str) -> None:
        """Take somebody off the course or its list, whenever."""
        await self._session.execute(
            delete(Applicant).where(
                Applicant.offer_id == offer.id, Applicant.person_id == person_id
            )
        )
        if await self._session.scalar(select(CohortMember.id).where(*_seat(offer, person_id))):
            await leave(self._session, offer.cohort_id, person_id)
        await self._move_up(offer)

    async def admit(self, offer: Offer, person_id: str) -> None:
        """The staff agrees: a seat at once, or a place in the queue. NotFound."""
        applicant = await self._applicant(offer, person_id)
        applicant.admitted = True
        await self._session.flush()
        await self._move_up(offer)

    async def decline(self, offer: Offer, person_id: str, why: str) -> None:
        """The staff does not agree; the person is told why. NotFound."""
        applicant = await self._applicant(offer, person_id)
        await self._session.delete(applicant)
        await self._tell("offer_declined", offer, person_id, why=why)

    async def fill(self, offer: Offer) -> None:
        """Let people in as far as there are seats: after there are more."""
        await self._move_up(offer)

    def publish(self) -> None:
        """Tell the house who came in, once the transaction has ended well."""
        for event in self._entered:
            self._bus.publish(event)

    async def _locked(self, offer_id: str) -> Offer:
        offer = await self._session.scalar(
            select(Offer).where(Offer.id == offer_id, Offer.listed).with_for_update()
        )
        if offer is None:
            raise NotFound
        return offer

    async def _applicant(self, offer: Offer, person_id: str) -> Applicant:
        found = await self._session.scalar(
            select(Applicant).where(
                Applicant.offer_id == offer.id, Applicant.person_id == person_id
            )
        )
        if found is None:
            raise NotFound
        return found

    async def _move_up(self, offer: Offer, tell: bool = True) -> None:
        free = offer.places - await taken(self._session, offer) if offer.places else MOST_WAITING
        if free <= 0:
            return
        queue = await self._session.scalars(
            select(Applicant).where(*_queue(offer)).order_by(Applicant.id).limit(free)
        )
        for applicant in queue.all():
            person = await self._session.get_one(Person, applicant.person_id)
            await self._session.delete(applicant)
            await join(self._session, person, offer.cohort_id, person.id)
            self._entered.append(Enrolled(person.id, offer.course_id))
            if tell:
                await self._tell("offer_seat", offer, person.id)
        await self._session.flush()

    async def _tell(self, kind: str, offer: Offer, person_id: str, **params: str) -> None:
        person = await self._session.get_one(Person, person_id)
        course = await self._session.get_one(Course, offer.course_id)
        await self._postbox.tell(
            self._session,
            [person],
            kind,
            subject=offer.id,
            path=f"/catalogue/{offer.id}",
            course=course.title,
            **params,
        )


async def standing_of(session: AsyncSession, offer: Offer, person: Person) -> Standing:
    """How the person stands to the offer now."""
    filled, queue = await taken(session, offer), await _count(session, *_queue(offer))
    if await session.scalar(select(CohortMember.id).where(*_seat(offer, person.id))):
        return Standing("in", filled, queue)
    mine = await session.scalar(select(Applicant).where(*_asks(offer, person.id)))
    if mine is None:
        return Standing("out", filled, queue)
    if not mine.admitted:
        return Standing("asked", filled, queue)
    ahead = await _count(session, *_queue(offer), Applicant.id < mine.id)
    return Standing("waiting", filled, queue, ahead + 1)


async def taken(session: AsyncSession, offer: Offer) -> int:
    """How many seats are taken."""
    found = select(func.count()).select_from(CohortMember).where(*_seat(offer))
    return await session.scalar(found) or 0


async def catalogue(session: AsyncSession) -> Sequence[tuple[Offer, Course]]:
    """What is in the catalogue, by title."""
    found = await session.execute(
        select(Offer, Course)
        .join(Course, Course.id == Offer.course_id)
        .where(Offer.listed)
        .order_by(Course.title, Offer.id)
        .limit(MOST_OFFERS)
    )
    return [(offer, course) for offer, course in found]


async def offer_in_catalogue(
    session: AsyncSession, person: Person, offer_id: str
) -> tuple[Offer, Course]:
    """One that is listed, or whose course the person has joined. NotFound."""
    inside = exists().where(
        CohortMember.cohort_id == Offer.cohort_id, CohortMember.person_id == person.id
    )
    found = (
        await session.execute(
            select(Offer, Course)
            .join(Course, Course.id == Offer.course_id)
            .where(Offer.id == offer_id, Offer.listed | inside)
        )
    ).first()
    if found is None:
        raise NotFound
    return found[0], found[1]


async def applicants(session: AsyncSession, offer: Offer) -> Sequence[tuple[Person, Applicant]]:
    """Who asks or waits, in the order of their coming."""
    found = await session.execute(
        select(Person, Applicant)
        .join(Applicant, Applicant.person_id == Person.id)
        .where(Applicant.offer_id == offer.id, active())
        .order_by(Applicant.id)
    )
    return [(person, applicant) for person, applicant in found]


def _seat(offer: Offer, person_id: str | None = None) -> list[ColumnElement[bool]]:
    seat = [CohortMember.cohort_id == offer.cohort_id, CohortMember.part == "trainee"]
    return seat if person_id is None else [*seat, CohortMember.person_id == person_id]


def _asks(offer: Offer, person_id: str) -> list[ColumnElement[bool]]:
    return [Applicant.offer_id == offer.id, Applicant.person_id == person_id]


def _queue(offer: Offer) -> list[ColumnElement[bool]]:
    return [
        Applicant.offer_id == offer.id,
        Applicant.admitted.is_(True),
        Applicant.person_id.in_(select(Person.id).where(active())),
    ]


async def _count(session: AsyncSession, *where: ColumnElement[bool]) -> int:
    found = select(func.count()).select_from(Applicant).where(*where)
    return await session.scalar(found) or 0
