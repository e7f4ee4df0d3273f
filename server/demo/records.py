"""What the demo school's trainees did beside coming: answers, comments, watching; and what its past
lessons were about."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.comments.comment import Comment
from server.courses.lesson_plan import LessonPlan, PlanVersion
from server.courses.plan import PlanBody, SegmentBody, checked
from server.http.context import House
from server.lessons.lesson import Lesson
from server.notices.postbox import Postbox
from server.store.database import now
from server.studying.quiz import QuizQuestion
from server.studying.quizzes import add, answer
from server.studying.watched import keep_runs, milliseconds
from server.studying.watching import Run

POINTS = {
    "基层治理的历史沿革": ("单位制", "街居制", "社区制"),
    "网格员的职责与边界": ("采集信息", "排查隐患", "调解纠纷", "服务群众"),
    "入户走访：准备与记录": ("走访记录", "采集信息", "先听再谈"),
    "矛盾纠纷的调解方法": ("调解纠纷", "先听再谈", "中立原则"),
    "群众工作中的沟通": ("先听再谈", "服务群众"),
    "数据平台与隐私保护": ("最小必要", "采集信息"),
    "突发事件的先期处置": ("信息报送", "排查隐患"),
    "民主协商议事规则": ("议事规则", "中立原则"),
}
# at which second of the recording, what is asked, what may be answered, which of it is right
QUESTIONS = (
    (34.0, "网格员是不是执法人员？", ("是", "不是"), 1),
    (48.0, "下面哪一项不是网格员的职责？", ("采集信息", "排查隐患", "行政处罚", "服务群众"), 2),
    (70.0, "一楼住户最担心的是什么？", ("采光和噪音", "电费", "停车"), 0),
)
ANSWERS = {
    "an": (1, 0, 0),
    "chen-jing": (1, 2, 0),
    "wang-lei": (0, 2, 2),
    "liu-yang": (1, 2, 0),
    "zhang-min": (1, 1),
    "sun-li": (1, 3, 0),
}
WATCHED = {"an": (0, 64_000), "liu-yang": (0, 101_000), "wang-lei": (5_000, 31_000)}  # ms
REMARKS = (
    ("an", 62.0, "我们街道加装电梯时，也是先到一楼住户家里听意见，再开的协商会。"),
    ("chen-jing", 40.0, "“人在格中走”这句话很形象。"),
)


async def bring_records(house: House) -> None:
    """Once, when the class is there."""
    async with house.database.session() as session:
        people = {one.login: one for one in await session.scalars(select(Person))}
        held = await session.scalar(select(Lesson).where(Lesson.recording_id.is_not(None)).limit(1))
        if held is None or "chen-jing" not in people:
            return
        if await session.scalar(select(QuizQuestion.id).limit(1)):
            return
        await _plans(session, people["lin"], held.course_id)
        await _answers(session, people, held)
        for login, (start, end) in WATCHED.items():
            began = milliseconds() - 5 * 3_600_000
            run = Run(began, began + end - start, start, end)
            await keep_runs(
                session, people[login].id, str(held.recording_id), f"demo.{login}", {1: [run]}
            )
        session.add_all(
            Comment(
                subject_kind="lesson",
                subject_id=held.id,
                author_id=people[login].id,
                at=at,
                text=text,
                part="trainee",
                created_at=now() - timedelta(hours=4),
            )
            for login, at, text in REMARKS
        )
        await house.part(Postbox).tell(
            session,
            [people["an"]],
            "record.reminder",
            subject=people["an"].id,
            path="/record",
            by=people["zhou"].name,
            text="昨天那次课有一道题答错了，看一遍录播里的那一段就清楚了。",
        )


async def _plans(session: AsyncSession, lin: Person, course_id: str) -> None:
    """What the past lessons were about."""
    lessons = await session.scalars(
        select(Lesson).where(Lesson.course_id == course_id, Lesson.plan_version_id.is_(None))
    )
    for lesson in lessons:
        if lesson.title not in POINTS or lesson.starts_at > now():
            continue
        whole = SegmentBody(minutes=float(lesson.minutes), title=lesson.title)
        plan_body = PlanBody(lesson.title, key_points=list(POINTS[lesson.title]), segments=[whole])
        body = checked(plan_body)
        plan = LessonPlan(
            owner_id=lin.id,
            course_id=course_id,
            title=lesson.title,
            draft=body,
            updated_by=lin.id,
            archived_at=now(),
        )
        session.add(plan)
        await session.flush()
        version = PlanVersion(plan_id=plan.id, number=1, body=body, saved_by=lin.id)
        session.add(version)
        await session.flush()
        lesson.plan_version_id = version.id


async def _answers(session: AsyncSession, people: dict[str, Person], held: Lesson) -> None:
    questions = [
        QuizQuestion(
            lesson_id=held.id,
            at=at,
            kind="single",
            question=asked,
            options=list(options),
            correct=[right],
            attempts=2,
            made_by=people["lin"].id,
        )
        for at, asked, options, right in QUESTIONS
    ]
    for question in questions:
        await add(session, question)
    for login, chosen in ANSWERS.items():
        for question, choice in zip(questions, chosen, strict=False):
            await answer(session, question, people[login], [choice])
