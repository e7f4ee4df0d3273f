"""The first start: a demo school, or an administrator with a one-time link."""

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from media.vtt import from_vtt
from media.words import Transcript
from rehearsal.plan import plan_from_yaml
from server.accounts.passwords import hash_password
from server.accounts.person import Person, RoleGrant
from server.accounts.signin import make_link
from server.courses.access import deck_of_plan
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import Course, CourseCohort, CourseStaff
from server.courses.lesson_plan import LessonPlan, PlanVersion
from server.courses.plan import to_body
from server.courses.slide_deck import SlideDeck
from server.courses.slides import SlideShelf
from server.demo.attendance import bring_life
from server.demo.check_in import open_branch
from server.demo.credentials import give_certificates
from server.demo.hours import set_rules
from server.demo.questions import bring_questions
from server.demo.records import bring_records
from server.http.context import House
from server.lessons.found import PageTurn, Turns, keep_turns, keep_words
from server.lessons.lesson import Lesson
from server.lessons.receiving import IMPORT, IMPORTING, given_file
from server.recordings.recording import Recording, recording_folder
from server.recordings.step import RecordingStep
from server.store.database import now
from server.takes.jobs import EVENTS, UPLOAD
from server.takes.pipeline import Events
from server.takes.rehearsal import Rehearsal
from server.takes.starting import new_take
from server.takes.take import QUEUED, take_folder

LESSON = Path(__file__).resolve().parents[2] / "demo" / "lesson_grid_zh"
SHIPPED = "result-shipped"

# sign-in name: name, unit, role
CAST = {
    "lin": ("林", "教研室", "teacher"),
    "mei": ("梅", "教研室", "assistant"),
    "an": ("安", "石桥街道", "trainee"),
    "bo": ("薄", "东湖镇", "trainee"),
    "du": ("杜", "督导组", "supervisor"),
    "yan": ("严", "党建教研室", "expert"),
    "zhou": ("周", "教务处", "class_adviser"),
    "xue": ("薛", "教务处", "learning_admin"),
    "guan": ("管", "信息中心", "system_admin"),
    "fang": ("方", "信息中心", "security_admin"),
    "shen": ("申", "纪检室", "audit_admin"),
}


async def prepare(house: House) -> list[str]:
    """Make an empty installation usable; returns the lines the console prints."""
    async with house.database.session() as session:
        empty = not await session.scalar(select(exists().where(Person.id.is_not(None))))
        unused = not await session.scalar(select(exists().where(Person.password_hash.is_not(None))))
    if house.settings.demo:
        if empty:
            await found_school(house)
        await bring_life(house)
        await bring_records(house)
        await set_rules(house)
        await open_branch(house)
        await bring_questions(house)
        await _timetable(house)
        return _passwords(house)
    return await _first_administrator(house, empty) if empty or unused else []


async def _first_administrator(house: House, empty: bool) -> list[str]:
    """Until somebody has set a password, every start prints a fresh link."""
    async with house.database.session() as session:
        if empty:
            session.add(
                Person(login="admin", name="Admin", grants=[RoleGrant(role="system_admin")])
            )
            await session.flush()
        first = await session.scalar(select(Person.id).order_by(Person.created_at).limit(1))
    path = await make_link(house.database, str(first))
    return [f"第一位管理员 First administrator (admin): {house.settings.address}{path}"]


def _passwords(house: House) -> list[str]:
    file = house.folder.sub("secrets") / "demo-passwords"
    if not file.exists():
        return []
    listed = file.read_text("utf-8").split()
    return ["演示学校 Demo school — 用户名 / 密码 sign-in name / password:"] + [
        f"  {login:6} {password}  {CAST[login][0]} ({CAST[login][2]})"
        for login, password in (line.split("=", 1) for line in listed)
        if login in CAST
    ]


async def found_school(house: House) -> None:
    """The cast, a cohort, a course, Lin's plan with its slides, and one take."""
    passwords = {login: f"{login}-{secrets.token_hex(4)}" for login in CAST}
    hashed = {login: await hash_password(password) for login, password in passwords.items()}
    file = house.folder.sub("secrets") / "demo-passwords"
    file.touch(mode=0o600)
    file.write_text("\n".join(f"{login}={word}" for login, word in passwords.items()), "utf-8")
    people = {
        login: Person(
            login=login,
            name=name,
            unit=unit,
            password_hash=hashed[login],
            grants=[RoleGrant(role=role)],
        )
        for login, (name, unit, role) in CAST.items()
    }
    async with house.database.session() as session:
        session.add_all(people.values())
        await session.flush()
        plan, version = await _teaching(session, people)
    deck = await house.part(SlideShelf).take_in(
        "网格化管理.pdf",
        _chunks(LESSON.with_suffix(".pdf")),
        owner_id=plan.owner_id,
        plan_id=plan.id,
    )
    async with house.database.session() as session:
        session.add(deck)
        await session.flush()
        await _take(session, house, version, deck)
        await _held_lesson(session, house, version, deck)
    await give_certificates(house)


async def _teaching(
    session: AsyncSession, people: dict[str, Person]
) -> tuple[LessonPlan, PlanVersion]:
    lin = people["lin"]
    cohort = Cohort(name=f"{now().year} 年基层治理专题班", created_by=people["xue"].id)
    course = Course(title="基层治理专题", created_by=lin.id)
    session.add_all([cohort, course])
    await session.flush()
    session.add_all(
        [
            CourseStaff(course_id=course.id, person_id=lin.id),
            CourseStaff(course_id=course.id, person_id=people["mei"].id),
            CourseCohort(course_id=course.id, cohort_id=cohort.id),
            CohortMember(cohort_id=cohort.id, person_id=people["an"].id),
            CohortMember(cohort_id=cohort.id, person_id=people["zhou"].id, part="adviser"),
        ]
    )
    body = to_body(plan_from_yaml(LESSON.with_suffix(".yaml").read_text("utf-8")))
    plan = LessonPlan(
        owner_id=lin.id, course_id=course.id, title=body["title"], draft=body, updated_by=lin.id
    )
    session.add(plan)
    await session.flush()
    version = PlanVersion(plan_id=plan.id, number=1, body=body, saved_by=lin.id)
    session.add(version)
    await session.flush()
    return plan, version


async def _timetable(house: House) -> None:
    """Two lessons of the demo course, one to be entered at once; new ones when both are past."""
    moment = now()
    zone = ZoneInfo(house.settings.timezone)
    async with house.database.session() as session:
        course = await session.scalar(select(Course).order_by(Course.created_at).limit(1))
        ahead = Lesson.starts_at > moment - timedelta(hours=1)
        if course is None or await session.scalar(select(Lesson.id).where(ahead).limit(1)):
            return
        version = await session.scalar(
            select(PlanVersion)
            .join(LessonPlan, LessonPlan.id == PlanVersion.plan_id)
            .where(LessonPlan.course_id == course.id)
            .order_by(PlanVersion.number.desc())
            .limit(1)
        )
        deck = await deck_of_plan(session, version.plan_id) if version else None
        soon = (moment + timedelta(minutes=15)).replace(second=0, microsecond=0)
        tomorrow = moment.astimezone(zone).date() + timedelta(days=1)
        for title, starts in (
            (version.body["title"] if version else course.title, soon),
            ("网格员入户走访实务", datetime.combine(tomorrow, time(9), zone)),
        ):
            session.add(
                Lesson(
                    course_id=course.id,
                    title=title,
                    starts_at=starts,
                    minutes=45,
                    place="东楼 201",
                    plan_version_id=version.id if version and starts == soon else None,
                    deck_id=deck.id if deck and starts == soon else None,
                )
            )


async def _take(session: AsyncSession, house: House, version: PlanVersion, deck: SlideDeck) -> None:
    """One take: the real pipeline is due; until it has run, what it once found is shown."""
    rehearsal = Rehearsal(
        owner_id=deck.owner_id,
        title=version.body["title"],
        plan_version_id=version.id,
        deck_id=deck.id,
        language="zh",
    )
    session.add(rehearsal)
    await session.flush()
    take = await new_take(session, rehearsal, source="demo", state=QUEUED)
    take.ended_at, take.result = now(), SHIPPED
    folder = take_folder(house.folder, take.id)
    shutil.copyfile(LESSON.with_suffix(".opus"), folder / UPLOAD)
    shutil.copyfile(LESSON.with_suffix(".events.json"), folder / EVENTS)
    shipped = folder / SHIPPED
    shipped.mkdir()
    shutil.copyfile(LESSON.with_suffix(".report.json"), shipped / "report.json")
    shutil.copyfile(LESSON.with_suffix(".vtt"), shipped / "transcript.vtt")


async def _held_lesson(
    session: AsyncSession, house: House, version: PlanVersion, deck: SlideDeck
) -> None:
    """Yesterday's lesson, recorded: read in beside the running site; its words and slide turns are
    shipped, so it needs no model."""
    plan = await session.get_one(LessonPlan, version.plan_id)
    recording = Recording(owner_id=deck.owner_id, kind="lesson", source="demo", state=IMPORTING)
    session.add(recording)
    await session.flush()
    zone = ZoneInfo(house.settings.timezone)
    yesterday = now().astimezone(zone).date() - timedelta(days=1)
    lesson = Lesson(
        course_id=str(plan.course_id),
        title=version.body["title"],
        starts_at=datetime.combine(yesterday, time(14), zone),
        minutes=45,
        place="东楼 201",
        plan_version_id=version.id,
        deck_id=deck.id,
        recording_id=recording.id,
    )
    lesson.ended_at = lesson.ends_at
    session.add_all([lesson, RecordingStep(recording_id=recording.id, step=IMPORT)])
    shutil.copyfile(LESSON.with_suffix(".opus"), given_file(house.folder, recording.id))
    folder = recording_folder(house.folder, recording.id)
    events = msgspec.json.decode(LESSON.with_suffix(".events.json").read_bytes(), type=Events)
    turns = tuple(PageTurn(turn.at, turn.page) for turn in events.slides)
    keep_turns(folder, Turns("events", turns))
    segments = from_vtt(LESSON.with_suffix(".vtt").read_text("utf-8"))
    keep_words(folder, Transcript(segments, "zh"))


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    yield await asyncio.to_thread(path.read_bytes)
