"""The door of a lesson: one room for all, and what is kept when it ends; guests by link."""

import asyncio
import re
from datetime import timedelta

from sqlalchemy import select

from server.accounts.person import Person
from server.classroom.event_log import StoredRoom
from server.classroom.rooms import Rooms
from server.courses.access import DeckReaders, deck_for
from server.courses.slide_deck import SlideDeck
from server.events import RecordingFinished
from server.lessons.access import role_in
from server.lessons.guests import MOST_GUESTS
from server.lessons.lesson import GuestLink, Lesson, LessonGuest
from server.lessons.rooms import LessonRooms
from server.recordings.access import Watchers
from server.recordings.keeping import Keeping
from server.recordings.recording import Recording
from server.store.database import new_id, now
from tests.conftest import Site, Visitor
from tests.server.lessons.making import School


async def rooms(site: Site) -> list[StoredRoom]:
    async with site.house.database.session() as session:
        return list(await session.scalars(select(StoredRoom)))


async def enter(who: Visitor, lesson: Lesson):
    return await who.post(f"/lessons/{lesson.id}/enter")


async def test_two_who_enter_at_once_find_one_room(school: School) -> None:
    lesson, an, lin = await school.lesson(), await school.site.sign_in("an"), None
    lin = await school.site.sign_in("lin")
    answers = await asyncio.gather(*(enter(who, lesson) for who in (an, lin, an, lin)))
    (room,) = await rooms(school.site)
    assert {answer.headers["location"] for answer in answers} == {f"/rooms/{room.id}"}
    assert (room.kind, room.owner_id) == ("lesson", school.site.people["lin"].id)
    assert room.after == f"/lessons/{lesson.id}/recording"
    kept = await school.again(lesson)
    assert kept.room_id == room.id
    assert room.folder == f"recordings/{kept.recording_id}"


async def test_who_is_what_in_the_room(school: School) -> None:
    lesson = await school.lesson()
    roles = {}
    async with school.site.house.database.session() as session:
        for login, person in school.site.people.items():
            roles[login] = await role_in(session, person, lesson)
    assert roles == {
        "lin": "teacher", "mei": "assistant", "an": "trainee", "zhou": "supervisor",
        "du": "supervisor", "bo": None, "hai": None, "xue": None, "guan": None,
    }  # fmt: skip


async def test_only_who_is_let_in_finds_the_room(school: School) -> None:
    lesson, lin = await school.lesson(), await school.site.sign_in("lin")
    room = (await enter(lin, lesson)).headers["location"]
    for login in ("lin", "mei", "an", "zhou", "du"):
        assert (await (await school.site.sign_in(login)).get(room)).status_code == 200, login
    for login in ("bo", "hai", "xue", "guan"):
        assert (await (await school.site.sign_in(login)).get(room)).status_code == 404, login
    guest, link = await school.site.visitor(), await invite(lin, lesson)
    await guest.get(link)
    await guest.post(link, {"name": "高校长"})
    assert (await guest.get(room)).status_code == 200
    remove = re.search(
        r"/lessons/[\w-]+/guests/[\w-]+/remove", (await lin.get(f"/lessons/{lesson.id}")).text
    )
    await lin.post(remove[0])
    assert (await guest.get(room)).status_code == 303, "signed out"


async def test_before_its_time_the_page_says_when(school: School) -> None:
    lesson = await school.lesson(timedelta(days=2))
    for login in ("lin", "an"):
        who = await school.site.sign_in(login)
        assert "可以进入" in (await who.get(f"/lessons/{lesson.id}")).text
        refused = await enter(who, lesson)
        assert refused.status_code == 409
        assert "还没到时间" in refused.text
    assert await rooms(school.site) == []


async def test_a_cancelled_lesson_and_one_without_staff_open_nothing(school: School) -> None:
    lin = await school.site.sign_in("lin")
    off = await school.lesson(cancelled_at=now(), cancelled_why="病")
    assert (await enter(lin, off)).status_code == 409
    du, alone = await school.site.sign_in("du"), await school.lesson()
    for login in ("lin", "mei"):
        await lin.post(f"/courses/{school.course_id}/staff/{school.site.people[login].id}/remove")
        lin = await school.site.sign_in("mei")
    refused = await enter(du, alone)
    assert refused.status_code == 409
    assert "还没有教师" in refused.text


async def test_when_the_room_ends_the_recording_is_there(school: School) -> None:
    lesson, lin, an = await school.lesson(), await school.site.sign_in("lin"), None
    an = await school.site.sign_in("an")
    room_id = (await enter(lin, lesson)).headers["location"].rsplit("/", 1)[-1]
    address = f"/lessons/{lesson.id}/recording"
    assert "课堂还开着" in (await an.get(address)).text
    await school.site.house.part(Rooms).end(room_id)
    for _ in range(200):
        kept = await school.again(lesson)
        if kept.ended_at:
            break
        await asyncio.sleep(0.05)
    assert kept.ended_at
    assert (await enter(an, lesson)).headers["location"] == address
    assert "没有录下" in (await an.get(address)).text
    school.site.house.bus.publish(RecordingFinished(room_id, 61.0))
    for _ in range(200):
        async with school.site.house.database.session() as session:
            recording = await session.get_one(Recording, kept.recording_id)
        if recording.duration:
            break
        await asyncio.sleep(0.05)
    assert (recording.state, recording.duration) == ("ready", 61.0)
    assert "1:01" in (await an.get(address)).text


async def test_what_a_crash_left_out_is_made_up_for(school: School) -> None:
    lesson, lin = await school.lesson(), await school.site.sign_in("lin")
    await enter(lin, lesson)
    async with school.site.house.database.session() as session:
        room = (await session.scalars(select(StoredRoom))).one()
        room.ended_at = room.finished_at = now()
    await LessonRooms(school.site.house).start()
    await Keeping(school.site.house).start()
    kept = await school.again(lesson)
    assert kept.ended_at
    async with school.site.house.database.session() as session:
        assert (await session.get_one(Recording, kept.recording_id)).state == "ready"


async def test_who_sees_the_lesson_watches_it_and_reads_its_slides(school: School) -> None:
    people, house = school.site.people, school.site.house
    deck = SlideDeck(
        id=new_id(), owner_id=people["lin"].id, file_name="课.pdf", sha256="", bytes=1,
        pages=1, width=1, height=1, titles=[""],
    )  # fmt: skip
    recording = Recording(id=new_id(), owner_id=people["lin"].id, kind="lesson")
    async with house.database.session() as session:
        session.add_all([deck, recording])
    await school.lesson(deck_id=deck.id, recording_id=recording.id)
    allowed = {}
    for login, person in people.items():
        async with house.database.session() as session:
            try:
                await deck_for(session, person, deck.id, house.part(DeckReaders))
                await house.part(Watchers).recording(session, person, recording.id)
                allowed[login] = True
            except Exception:
                allowed[login] = False
    assert {login for login, may in allowed.items() if may} == {
        "lin", "mei", "an", "zhou", "du", "xue"
    }  # fmt: skip


async def invite(who: Visitor, lesson: Lesson) -> str:
    page = await who.post(f"/lessons/{lesson.id}/guest-link")
    assert page.status_code == 200, page.text
    return re.search(r"/join/[\w-]+", page.text)[0]


async def test_a_guest_comes_by_link_to_this_lesson_alone(school: School) -> None:
    lesson, other = await school.lesson(), await school.lesson(title="别的课")
    lin, guest = await school.site.sign_in("lin"), await school.site.visitor()
    link = await invite(lin, lesson)
    async with school.site.house.database.session() as session:
        assert link.rsplit("/", 1)[-1] not in list(await session.scalars(select(GuestLink.id)))
    page = await guest.get(link)
    assert "网格化管理" in page.text
    assert "秋季班" not in page.text
    assert (await guest.post(link, {"name": " "})).status_code == 400
    assert (await guest.post(link, {"name": "长" * 61})).status_code == 400
    joined = await guest.post(link, {"name": "高 校长"})
    assert joined.headers["location"] == f"/lessons/{lesson.id}"
    own = await guest.get(f"/lessons/{lesson.id}")
    assert own.status_code == 200
    assert "秋季班" not in own.text
    assert (await guest.get(f"/lessons/{other.id}")).status_code == 404
    assert "别的课" not in (await guest.get("/timetable")).text
    assert "网格化管理" in (await guest.get("/")).text
    assert (await enter(guest, lesson)).status_code == 303
    assert (await guest.get(link)).headers["location"] == f"/lessons/{lesson.id}"
    xue = await school.site.sign_in("xue")
    assert "高 校长" not in (await xue.get("/people")).text
    assert "高 校长" in (await xue.get("/people?q=校长")).text
    assert "高 校长" not in (await lin.get(f"/courses/{school.course_id}")).text


async def test_a_guest_who_is_shown_out_has_no_access_left(school: School) -> None:
    lesson, lin = await school.lesson(), await school.site.sign_in("lin")
    guest, link = await school.site.visitor(), await invite(lin, lesson)
    await guest.get(link)
    await guest.post(link, {"name": "高校长"})
    page = (await lin.get(f"/lessons/{lesson.id}")).text
    assert "高校长" in page
    remove = re.search(r"/lessons/[\w-]+/guests/[\w-]+/remove", page)[0]
    assert (await lin.post(remove)).status_code == 303
    assert (await lin.post(remove)).status_code == 404
    gone = await guest.get(f"/lessons/{lesson.id}")
    assert gone.headers["location"].startswith("/sign-in")
    async with school.site.house.database.session() as session:
        person = (await session.scalars(select(Person).where(Person.name == "高校长"))).one()
    assert person.deactivated_at


async def test_a_link_ends_when_it_is_withdrawn_renewed_or_the_lesson_over(school: School) -> None:
    lesson, lin = await school.lesson(), await school.site.sign_in("lin")
    guest, first = await school.site.visitor(), await invite(lin, lesson)
    second = await invite(lin, lesson)
    assert (await guest.get(first)).status_code == 404
    assert (await guest.get(second)).status_code == 200
    await lin.post(f"/lessons/{lesson.id}/guest-link/revoke")
    assert (await guest.get(second)).status_code == 404
    assert (await guest.post(second, {"name": "高校长"})).status_code == 404
    past = await school.lesson(timedelta(days=-1))
    assert (await guest.get(await invite(lin, past))).status_code == 404


async def test_somebody_with_an_account_comes_as_themselves(school: School) -> None:
    lesson, lin = await school.lesson(), await school.site.sign_in("lin")
    hai, link = await school.site.sign_in("hai"), await invite(lin, lesson)
    assert (await hai.get(f"/lessons/{lesson.id}")).status_code == 404
    assert "hai" in (await hai.get(link)).text
    assert (await hai.post(link)).status_code == 303
    assert (await hai.get(f"/lessons/{lesson.id}")).status_code == 200
    remove = f"/lessons/{lesson.id}/guests/{school.site.people['hai'].id}/remove"
    assert (await lin.post(remove)).status_code == 303
    assert (await hai.get(f"/lessons/{lesson.id}")).status_code == 404
    assert (await hai.get("/")).status_code == 200, "the account stays"
    assert (await hai.post(link)).status_code == 404


async def test_a_lesson_has_room_for_so_many_guests(school: School) -> None:
    lesson, lin = await school.lesson(), await school.site.sign_in("lin")
    link, guest = await invite(lin, lesson), await school.site.visitor()
    async with school.site.house.database.session() as session:
        for _ in range(MOST_GUESTS):
            person = Person(id=new_id(), login=new_id(), name="来宾", grants=[])
            session.add(person)
            await session.flush()
            session.add(LessonGuest(lesson_id=lesson.id, person_id=person.id))
    await guest.get(link)
    assert (await guest.post(link, {"name": "高校长"})).status_code == 409


async def test_trying_links_is_slowed_down(school: School) -> None:
    guest = await school.site.visitor()
    found = {(await guest.get(f"/join/guess-{n}")).status_code for n in range(70)}
    assert found == {404, 429}
