"""The subscribed calendar: what programs read, what its link opens, and when it stops."""

import re
from datetime import UTC, datetime, timedelta

from icalendar import Calendar

from server.accounts.person import Person
from server.accounts.roster import deactivate
from server.http.problems import loggable
from server.lessons.lesson import Lesson
from server.store.database import now
from tests.conftest import Visitor
from tests.server.lessons.making import School

INJECTED = "课\r\nEND:VEVENT\r\nBEGIN:VEVENT; a, b\\c " + "长" * 60


async def link(who: Visitor) -> str:
    await who.get("/timetable/calendar")
    page = await who.post("/timetable/calendar")
    return re.search(r'value="http[^"]*(/calendar/[\w-]+\.ics)"', page.text)[1]


async def events(school: School, path: str) -> list[dict]:
    answer = await (await school.site.visitor()).http.get(path)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content).walk("VEVENT")


async def test_a_program_reads_the_lessons_without_a_session(school: School) -> None:
    lesson = await school.lesson(title=INJECTED, place="三楼, 东")
    await school.lesson(cancelled_at=now(), cancelled_why="老师生病", title="停课的课")
    path = await link(await school.site.sign_in("an"))
    answer = await (await school.site.visitor()).http.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    lines = answer.content.split(b"\r\n")
    assert max(map(len, lines)) <= 75  # RFC 5545, 3.1: octets
    assert b"\n" not in answer.content.replace(b"\r\n", b"")
    assert b"\r" not in answer.content.replace(b"\r\n", b"")
    text = answer.content.replace(b"\r\n ", b"").decode()
    assert text.count("BEGIN:VEVENT\r\n") == 2
    assert "SUMMARY:课 END:VEVENT BEGIN:VEVENT\\; a\\, b\\\\c 长" in text
    first, second = sorted(await events(school, path), key=lambda one: str(one["status"]))[::-1]
    assert str(first["uid"]) == f"{lesson.id}@jiangtai"
    assert first["dtstart"].dt == lesson.starts_at.replace(microsecond=0).astimezone(UTC)
    assert first["dtend"].dt - first["dtstart"].dt == timedelta(minutes=45)
    assert first.walk("VALARM")[0]["trigger"].dt == timedelta(minutes=-15)
    assert (str(first["location"]), str(first["url"])[-36:]) == ("三楼, 东", lesson.id)
    assert second["status"] == "CANCELLED"
    assert "老师生病" in second["description"]
    assert not second.walk("VALARM")
    outsider = await link(await school.site.sign_in("bo"))
    assert await events(school, outsider) == []


async def test_changes_raise_the_sequence_and_nothing_else_does(school: School) -> None:
    lesson = await school.lesson()
    path = await link(await school.site.sign_in("an"))
    program = (await school.site.visitor()).http
    first = await program.get(path)
    same = await program.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")

    async def change(**values: object) -> dict:
        async with school.site.house.database.session() as session:
            stored = await session.get_one(Lesson, lesson.id)
            for name, value in values.items():
                setattr(stored, name, value)
        return (await events(school, path))[0]

    assert (await change(language="en", ended_at=None))["sequence"] == 0
    moved = await change(starts_at=datetime(2026, 12, 1, 1, 0, tzinfo=UTC))
    assert (moved["sequence"], str(moved["uid"])) == (1, f"{lesson.id}@jiangtai")
    assert moved["last-modified"].dt >= lesson.created_at.replace(microsecond=0)
    cancelled = await change(cancelled_at=now())
    assert (cancelled["sequence"], cancelled["status"]) == (2, "CANCELLED")
    other = await program.get(path, headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200


async def test_a_link_stops_when_renewed_withdrawn_or_its_person_leaves(school: School) -> None:
    an = await school.site.sign_in("an")
    program = (await school.site.visitor()).http
    old = await link(an)
    new = await link(an)
    assert (await program.get(old)).status_code == 404
    assert (await program.get(new)).status_code == 200
    assert new not in (await an.get("/timetable/calendar")).text
    assert (await program.get("/timetable", headers={"accept": "text/html"})).status_code == 303
    assert "session" not in " ".join(program.cookies)
    await an.post("/timetable/calendar/withdraw")
    assert (await program.get(new)).status_code == 404
    last = await link(an)
    async with school.site.house.database.session() as session:
        deactivate(await session.get_one(Person, school.site.people["an"].id), active=False)
    assert (await program.get(last)).status_code == 404


async def test_tokens_stay_out_of_logs_and_guesses_are_slowed_down(school: School) -> None:
    assert loggable("/calendar/abc.ics") == "/calendar/…"
    program = (await school.site.visitor()).http
    answers = {(await program.get(f"/calendar/guess{n}.ics")).status_code for n in range(70)}
    assert answers == {404, 429}
