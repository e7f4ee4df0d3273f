"""Questions the demo school's trainees brought along."""

from datetime import timedelta

from sqlalchemy import select

from server.accounts.person import Person
from server.courses.cohort import CohortMember
from server.http.context import House
from server.lessons.lesson import Lesson
from server.questions.bank import bring, entries, pick, set_call, take_up, vote
from server.store.database import now

QUESTIONS = (
    ("work", "网格员入户走访时居民不开门、不配合怎么办？"),
    ("theory", "共建共治共享的“共治”在社区里怎样落到制度上？"),
    ("work", "入户走访时，居民不开门怎么办？"),
    ("work", "网格里的数据重复填报太多，怎样减下来？"),
    ("theory", "自治、法治、德治三者发生冲突时以什么为先？"),
    ("work", "物业和业委会长期有矛盾，网格员该不该介入调解？"),
    ("theory", "网格化管理和居民自治的边界在哪里？"),
    ("work", "流动人口变动快，走访记录总是过时，有什么办法？"),
)
VOTES = (6, 2, 0, 9, 1, 4, 0, 3)  # by how many others, of each
WANTED, DUE = 2, timedelta(days=5)


async def bring_questions(house: House) -> None:
    """Once: a few questions of the demo cohort, one picked for a seminar and one taken up."""
    async with house.database.session() as session:
        advising = select(CohortMember).where(CohortMember.part == "adviser").limit(1)
        adviser = await session.scalar(advising)
        if adviser is None or await entries(session, adviser.cohort_id):
            return
        cohort_id = adviser.cohort_id
        trainees = list(
            await session.scalars(
                select(Person)
                .join(CohortMember, CohortMember.person_id == Person.id)
                .where(CohortMember.cohort_id == cohort_id, CohortMember.part == "trainee")
                .where(Person.login != "an")
                .order_by(Person.login)
            )
        )
        if len(trainees) <= len(QUESTIONS):
            return
        keeper = await session.get_one(Person, adviser.person_id)
        await set_call(session, keeper, cohort_id, WANTED, (now() + DUE).date())
        brought = []
        for number, (kind, text) in enumerate(QUESTIONS):
            question = await bring(session, trainees[number], cohort_id, kind, text)
            brought.append(question)
            for voter in trainees[number + 1 :][: VOTES[number]]:
                await vote(session, voter, question)
        await pick(session, keeper, brought[3], None)
        held = select(Lesson).where(Lesson.ended_at.is_not(None)).order_by(Lesson.starts_at.desc())
        await take_up(brought[7], await session.scalar(held.limit(1)))
