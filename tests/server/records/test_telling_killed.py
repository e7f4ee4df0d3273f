"""Exactly once, though the server is killed while it tells."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from server.accounts.person import Person
from server.courses.course import Course
from server.lessons.lesson import Lesson
from server.store.database import Database, new_id, now, sqlite_url
from server.store.folder import DataFolder
from server.studying.quiz import QuizAttempt, QuizQuestion
from tests.conftest import free_port

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60.0


async def answer(file: Path, many: int) -> None:
    """So many people answered a question, before there was a store."""
    database = Database(sqlite_url(file))
    async with database.session() as session:
        course = Course(id=new_id(), title="基层治理")
        session.add(course)
        await session.flush()
        lesson = Lesson(id=new_id(), course_id=course.id, title="网格", minutes=45)
        lesson.starts_at = now() - timedelta(days=1)
        session.add(lesson)
        await session.flush()
        question = QuizQuestion(
            id=new_id(), lesson_id=lesson.id, at=None, kind="text", question="?"
        )
        people = [Person(id=new_id(), login=f"p{n}", name=f"学员{n}") for n in range(many)]
        session.add_all([question, *people])
        await session.flush()
        session.add_all(
            QuizAttempt(
                question_id=question.id, person_id=one.id, number=1, answer=["是"], right=None
            )
            for one in people
        )
    await database.close()


def count(file: Path) -> tuple[int, int]:
    """Statements, and ids among them."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30) as database:
        found = database.execute("SELECT count(*), count(DISTINCT id) FROM lrs_statement")
        return tuple(found.fetchone())


def serve_until(folder: Path, file: Path, enough: int) -> int:
    """Serve until so many statements are there, and kill -9; how many there are then."""
    command = [sys.executable, "-m", "server", "serve", "--port", str(free_port())]
    environment = {**os.environ, "JIANGTAI_WHISPER_MODEL": "none"}
    with subprocess.Popen([*command, "--data", str(folder)], cwd=ROOT, env=environment) as server:
        try:
            until = time.monotonic() + PATIENCE_S
            while count(file)[0] < enough:
                assert server.poll() is None
                assert time.monotonic() < until
                time.sleep(0.02)
        finally:
            server.kill()
    return count(file)[0]


@pytest.mark.parametrize(
    ("many", "kills"), [(1500, 1), pytest.param(6000, 8, marks=pytest.mark.long)]
)
def test_killed_servers_tell_everything_once(
    migrated: Path, tmp_path: Path, many: int, kills: int
) -> None:
    folder = tmp_path / "data"
    file = DataFolder(folder).database_file
    file.parent.mkdir(parents=True)
    shutil.copy(migrated, file)
    with ThreadPoolExecutor() as apart:
        apart.submit(asyncio.run, answer(file, many)).result()
    there = [serve_until(folder, file, many * kill // (kills + 1) + 1) for kill in range(kills)]
    assert any(0 < some < many for some in there), "killed in the middle"
    serve_until(folder, file, many)
    assert count(file) == (many, many)
