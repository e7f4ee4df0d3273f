"""The demo school's branch classroom: those from 西岭乡 sit together, and Mei looks after it."""

from sqlalchemy import exists, select

from server.accounts.person import Person
from server.attendance.branch import Branch, keep_by, seat
from server.courses.cohort import CohortMember
from server.http.context import House
from server.store.database import new_id

UNIT, NAME, PLACE, KEEPER = "西岭乡", "西岭乡分课堂", "乡政府二楼会议室", "mei"


async def open_branch(house: House) -> None:
    """Once. Nothing where the class is not there."""
    async with house.database.session() as session:
        if await session.scalar(select(exists().where(Branch.id.is_not(None)))):
            return
        rows = await session.execute(
            select(CohortMember.cohort_id, Person.id)
            .join(Person, Person.id == CohortMember.person_id)
            .where(Person.unit == UNIT, CohortMember.part == "trainee")
        )
        pairs = [(cohort_id, person_id) for cohort_id, person_id in rows]
        giver = await session.scalar(select(Person).where(Person.login == "xue"))
        keeper = await session.scalar(select(Person).where(Person.login == KEEPER))
        if not pairs or giver is None or keeper is None:
            return
        branch = Branch(id=new_id(), name=NAME, place=PLACE, created_by=giver.id)
        session.add(branch)
        await session.flush()
        await keep_by(session, giver, branch.id, {keeper.id})
        for cohort_id in {cohort_id for cohort_id, _ in pairs}:
            ids = {person_id for cohort, person_id in pairs if cohort == cohort_id}
            await seat(session, giver, branch.id, ids, cohort_id=cohort_id)
