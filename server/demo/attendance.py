"""The demo school's class, and what is known of who came to its lessons in the last weeks."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person, RoleGrant
from server.attendance.evidence import add
from server.attendance.fact import Fact
from server.attendance.leave import APPROVED, LeaveRequest
from server.attendance.leave_facts import leave_fact
from server.attendance.results import settle
from server.courses.cohort import CohortMember
from server.courses.course import Course, CourseCohort
from server.http.context import House
from server.lessons.lesson import Lesson
from server.store.database import now

# how many days ago, and what it was about; the last is the recorded one
LESSONS = (
    (26, "基层治理的历史沿革"),
    (24, "网格员的职责与边界"),
    (19, "入户走访：准备与记录"),
    (17, "矛盾纠纷的调解方法"),
    (12, "群众工作中的沟通"),
    (10, "数据平台与隐私保护"),
    (5, "突发事件的先期处置"),
    (3, "民主协商议事规则"),
)
MINUTES = 90
# sign-in name: name, unit, rank, post, and a letter for each lesson (see FACTS below)
TRAINEES = {
    "an": ("", "", "四级主任科员", "网格长", "pbplpppps"),
    "chen-jing": ("陈静", "石桥街道", "一级科员", "网格员", "pppppppps"),
    "wang-lei": ("王磊", "石桥街道", "二级科员", "网格员", "plplbpalp"),
    "liu-yang": ("刘洋", "石桥街道", "四级主任科员", "综治专干", "ppppppppp"),
    "zhang-min": ("张敏", "东湖镇", "三级主任科员", "党建专干", "pppbppppp"),
    "zhao-qiang": ("赵强", "东湖镇", "一级科员", "网格员", "aalaraaap"),
    "sun-li": ("孙丽", "东湖镇", "二级科员", "网格员", "ppxxppppp"),
    "zhou-tao": ("周涛", "东湖镇", "四级主任科员", "综治专干", "ppppplppp"),
    "wu-xia": ("吴霞", "西岭乡", "一级科员", "网格员", "sssssssss"),
    "zheng-hao": ("郑浩", "西岭乡", "二级科员", "网格员", "ssssassls"),
    "feng-yan": ("冯燕", "西岭乡", "三级主任科员", "党建专干", "sssssssss"),
    "chu-wei": ("褚伟", "西岭乡", "一级科员", "网格员", "slsassesp"),
    "jiang-nan": ("蒋楠", "南山街道", "四级主任科员", "网格长", "ppppppppp"),
    "shen-jie": ("沈洁", "南山街道", "二级科员", "网格员", "pppbpppbp"),
    "han-bing": ("韩冰", "南山街道", "一级科员", "网格员", "eepeaplae"),
    "yang-fan": ("杨帆", "南山街道", "一级科员", "综治专干", "ppppmpppp"),
    "zhu-hong": ("朱红", "北关街道", "三级主任科员", "党建专干", "ppppppppp"),
    "qin-feng": ("秦峰", "北关街道", "二级科员", "网格员", "prprpprpp"),
    "xu-hui": ("许慧", "北关街道", "一级科员", "网格员", "ppxpppppp"),
    "he-jun": ("何军", "北关街道", "四级主任科员", "网格长", "palppalap"),
    "lv-ting": ("吕婷", "北关街道", "二级科员", "网格员", "pppppbppp"),
}
WHYS = {"m": "签到表上有本人签名，断网未能入会"}


async def bring_life(house: House) -> None:
    """Once: the class of the demo course, eight past lessons, evidence of all of them."""
    zone = ZoneInfo(house.settings.timezone)
    async with house.database.session() as session:
        course = await session.scalar(select(Course).order_by(Course.created_at).limit(1))
        if course is None or await session.scalar(
            select(Person.id).where(Person.login == "chen-jing")
        ):
            return
        people = await _class(session, course)
        adviser = await session.scalar(select(Person).where(Person.login == "zhou"))
        held = await session.scalar(select(Lesson).where(Lesson.ended_at.is_not(None)).limit(1))
        today = now().astimezone(zone).date()
        lessons = [
            Lesson(
                course_id=course.id,
                title=title,
                starts_at=datetime.combine(today - timedelta(days=ago), time(14), zone),
                minutes=MINUTES,
                place="东楼 201",
            )
            for ago, title in LESSONS
        ]
        for lesson in lessons:
            lesson.ended_at = lesson.ends_at
        session.add_all(lessons)
        await session.flush()
        for place, lesson in enumerate([*lessons, *([held] if held else [])]):
            facts = _of_lesson(lesson)
            for number, (login, person) in enumerate(people.items()):
                letter = TRAINEES[login][4][place]
                facts += _of_person(lesson, person.id, letter, number, adviser)
                if letter == "x" and adviser is not None:
                    facts.append(await _leave(session, lesson, person, adviser))
            await add(session, lesson.id, *facts)
            await settle(session, lesson)


async def _class(session: AsyncSession, course: Course) -> dict[str, Person]:
    """The trainees, by sign-in name; all but An cannot sign in."""
    cohort_id = await session.scalar(
        select(CourseCohort.cohort_id).where(CourseCohort.course_id == course.id).limit(1)
    )
    known = {one.login: one for one in await session.scalars(select(Person))}
    found = {}
    for login, (name, unit, rank, post, _) in TRAINEES.items():
        person = known.get(login)
        if person is None:
            person = Person(login=login, name=name, unit=unit, language="zh")
            person.grants = [RoleGrant(role="trainee")]
            session.add(person)
            await session.flush()
            session.add(CohortMember(cohort_id=cohort_id, person_id=person.id))
        person.rank, person.post = rank, post
        found[login] = person
    return found


def _of_lesson(lesson: Lesson) -> list[Fact]:
    return [
        Fact("began", "demo:began", lesson.starts_at + timedelta(seconds=20), source="room"),
        Fact("ended", "demo:ended", lesson.ends_at, source="room"),
    ]


def _of_person(
    lesson: Lesson, person_id: str, letter: str, number: int, adviser: Person | None
) -> list[Fact]:
    """p there, b there with breaks, l late, e left early, s by code, r studied the recording,
    m marked by the adviser, a nothing, x leave."""
    last = lesson.minutes
    early, soon = -1 - number % 8, 1 + number % 5
    rooms = {
        "p": (early, last),
        "b": (early, last * 0.2, last * 0.2 + 1.5, last * 0.5, last * 0.6, last),
        "l": (last * 0.15 + soon + 4, last),
        "e": (early, last * 0.85 - soon),
    }
    facts: list[Fact] = []

    def fact(kind: Any, minutes: float, **more: Any) -> None:
        at = lesson.starts_at + timedelta(minutes=minutes)
        key = f"demo:{kind}:{person_id}:{minutes:g}"
        facts.append(Fact(kind, key, at, person_id, **{"source": "room", **more}))

    for place, minutes in enumerate(rooms.get(letter, ())):
        fact("left" if place % 2 else "joined", minutes)
    if letter in "pb":
        call = {"source": "call", "body": {"call": "demo"}}
        fact("missed" if letter == "b" else "answered", last * 0.55, **call)
    if letter == "s":
        fact("scanned", soon - 4, source="code", body={"step": number})
    if letter == "r":
        fact("watched", 60 * 22 + soon, source="recording", body={"share": 0.95})
    if letter == "m" and adviser is not None:
        said = {"status": "present", "why": WHYS[letter]}
        fact("marked", 60 * 3, source="hand", by=adviser.id, body=said)
    return facts


async def _leave(session: AsyncSession, lesson: Lesson, person: Person, adviser: Person) -> Fact:
    asked = lesson.starts_at - timedelta(days=1)
    leave = LeaveRequest(
        person_id=person.id,
        lesson_id=lesson.id,
        kind="official",
        reason="参加镇里的防汛值班",
        state=APPROVED,
        asked_at=asked,
        decided_at=asked + timedelta(hours=2),
        decided_by=adviser.id,
        word="同意，课后请补看录像。",
    )
    session.add(leave)
    await session.flush()
    return leave_fact(leave)
