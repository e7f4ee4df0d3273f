"""A class of many, put into a data folder while no server works on it: everybody is signed in."""

import asyncio
import hashlib
import hmac
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import msgspec

from server.accounts.person import Person, RoleGrant
from server.accounts.sessions import COOKIE, Session
from server.classroom.event_log import StoredRoom
from server.classroom.state import RoomState
from server.classroom.things import Agenda, AgendaSegment
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import Course, CourseCohort, CourseStaff
from server.lessons.lesson import Lesson
from server.recordings.recording import Recording, recording_folder
from server.store.database import Database, new_id, now, sqlite_url
from server.store.folder import DataFolder

PAGES = 1000


@dataclass(frozen=True)
class Member:
    """Somebody who is signed in: what their browser sends."""

    id: str
    login: str
    cookie: str
    csrf: str

    @property
    def headers(self) -> dict[str, str]:
        """Of requests and sockets."""
        return {"cookie": f"{COOKIE}={self.cookie}", "x-csrf-token": self.csrf}


@dataclass(frozen=True)
class BigClass:
    """A lesson's room, who teaches it, and who comes."""

    data: Path
    room_id: str
    folder: Path
    teacher: Member
    trainees: list[Member] = field(default_factory=list)


def found_class(data: Path, trainees: int, minutes: int = 90) -> BigClass:
    """A lesson that may begin now, in a fresh data folder."""
    data.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as apart:  # a loop may run in this thread
        return apart.submit(asyncio.run, _found(DataFolder(data), trainees, minutes)).result()


async def _found(folder: DataFolder, count: int, minutes: int) -> BigClass:
    database = Database(sqlite_url(folder.database_file))
    await database.migrate()
    lin = Person(login="lin", name="林老师", language="zh", grants=[RoleGrant(role="teacher")])
    people = [
        Person(
            login=f"t{number}",
            name=f"学员{number}",
            language="zh",
            grants=[RoleGrant(role="trainee")],
        )
        for number in range(count)
    ]
    course, cohort, room_id = Course(title="网格化管理"), Cohort(name="春季班"), new_id()
    async with database.session() as session:
        session.add_all([lin, *people, course, cohort])
        await session.flush()
        recording = Recording(owner_id=lin.id, kind="lesson")
        session.add_all(
            [
                recording,
                CourseStaff(course_id=course.id, person_id=lin.id),
                CourseCohort(course_id=course.id, cohort_id=cohort.id),
                *(CohortMember(cohort_id=cohort.id, person_id=one.id) for one in people),
            ]
        )
        await session.flush()
        below = recording_folder(folder, recording.id).relative_to(folder.path)
        agenda = Agenda((AgendaSegment("新授", 40),), pages=PAGES)
        state = RoomState(room_id, "lesson", "网格化管理", lin.id, lin.name, "zh", agenda)
        session.add(
            StoredRoom(
                id=room_id,
                kind="lesson",
                owner_id=lin.id,
                folder=str(below),
                after="/",
                snapshot=msgspec.to_builtins(state),
            )
        )
        await session.flush()
        session.add(
            Lesson(
                course_id=course.id,
                title="网格化管理",
                starts_at=now() - timedelta(minutes=1),
                minutes=minutes,
                room_id=room_id,
                recording_id=recording.id,
            )
        )
        members = [_sign_in(session, folder, person) for person in (lin, *people)]
    await database.close()
    return BigClass(folder.path, room_id, folder.path / below, members[0], members[1:])


def _sign_in(session: object, folder: DataFolder, person: Person) -> Member:
    token = secrets.token_urlsafe(32)
    session.add(Session(id=hashlib.sha256(token.encode()).hexdigest(), person_id=person.id))
    csrf = hmac.new(folder.secret("csrf"), token.encode(), hashlib.sha256).hexdigest()
    return Member(person.id, person.login, token, csrf)
