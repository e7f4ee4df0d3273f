"""The demo school's hours: rules in force, a draft to try out, and what was decided."""

import msgspec
from sqlalchemy import exists, select

from server.accounts.person import Person
from server.hours.ledger import adjust, recognise
from server.hours.line import HoursRules
from server.hours.reckoning import Reckoning
from server.hours.rules import EXAMPLE, Band, Coverage, Rule
from server.hours.versions import put_in_force, save_draft
from server.http.context import House

DISCUSSION = Rule("discussion", (Band(0, 25, included=True),), least=3, most=300)


async def set_rules(house: House) -> None:
    """Once: the example as the school's own version, where nine hours make somebody trained; and
    a draft that also counts discussion and gives half to those who came late."""
    year = house.part(Reckoning).this_year
    async with house.database.session() as session:
        if await session.scalar(select(exists().where(HoursRules.version > 0))):
            return
        people = {
            person.login: person.id
            for person in await session.scalars(
                select(Person).where(Person.login.in_(("xue", "an", "chen-jing", "wang-lei")))
            )
        }
        if "xue" not in people:
            return
        xue = people["xue"]
        ours = msgspec.structs.replace(EXAMPLE, coverage=Coverage("hours", 900))
        first = await save_draft(session, year, ours, xue, 0)
        await put_in_force(session, first.version, xue, first.revision)
        attended, *others = EXAMPLE.rules
        half = msgspec.structs.replace(attended, statuses={**attended.statuses, "late": 50})
        rules = (half, *others, DISCUSSION)
        await save_draft(session, year, msgspec.structs.replace(ours, rules=rules), xue, 0)
        if "chen-jing" in people:
            await recognise(
                session, people["chen-jing"], year, 16, "demo:provincial", xue,
                "省委党校结业证书，已核对", "基层治理省级示范班",
            )  # fmt: skip
        if "wang-lei" in people:
            await adjust(session, people["wang-lei"], year, 2, xue, "受派到社区带教，补记")
