"""Checking in by the code, and what does not work."""

from datetime import timedelta

from sqlalchemy import func, select

from server.attendance.branch import Branch, seat
from server.attendance.check_in import CheckInRound, set_rules
from server.attendance.device import COOKIE
from server.attendance.evidence import Evidence
from server.attendance.flags import flags
from server.attendance.scanning import CheckIn
from server.courses.cohort import CohortMember
from server.store.database import new_id
from tests.conftest import SiteMaker
from tests.server.attendance.checking_in import scan, scans, set_clock, together, token
from tests.server.lessons.making import School, found_school


async def _enrol(school: School, login: str) -> None:
    async with school.site.house.database.session() as session:
        person_id = school.site.people[login].id
        session.add(CohortMember(cohort_id=school.cohort_id, person_id=person_id))


async def test_a_code_that_is_shown_checks_in_and_the_page_says_so_in_one_big_word(
    school: School,
) -> None:
    set_clock(school.site)
    lesson = await school.lesson()
    an = await school.site.sign_in("an")
    page = await an.get("/check-in")
    assert "网格化管理" in page.text
    answer = await scan(an, token(school.site, lesson))
    assert answer.json() == {"to": f"/check-in/lessons/{lesson.id}"}
    (row,) = await scans(school.site, lesson)
    assert (row.person_id, row.source, row.body["way"]) == (an.person.id, "code", "camera")
    assert row.device
    done = await an.get(f"/check-in/lessons/{lesson.id}")
    assert "签到成功" in done.text
    assert "网格化管理" in done.text


async def test_a_photo_forwarded_15_seconds_later_is_refused(school: School) -> None:
    clock = set_clock(school.site)
    lesson = await school.lesson()
    photo = token(school.site, lesson)
    an = await school.site.sign_in("an")
    clock.later(seconds=15)
    answer = await scan(an, photo)
    assert answer.status_code == 409
    assert answer.json()["sentence"] == "码已经换了，请对准屏幕再扫一次。"
    assert await scans(school.site, lesson) == []
    page = await an.get(f"/check-in/{photo}")  # by the phone's own camera: sent on by the page
    assert photo in page.text
    again = await an.post("/check-in", {"token": photo})
    assert "码已经换了" in again.text
    assert await scans(school.site, lesson) == []


async def test_the_step_before_is_still_accepted_and_no_older_one(school: School) -> None:
    clock = set_clock(school.site)
    lesson = await school.lesson()
    shown = token(school.site, lesson)
    an = await school.site.sign_in("an")
    clock.later(seconds=7.9)  # 9.9 s after the step began
    assert (await scan(an, shown)).status_code == 200


async def test_fifty_posts_at_once_and_a_replay_after_a_restart_make_one_row(
    make_site: SiteMaker,
) -> None:
    site = await make_site()
    school = await found_school(site)
    set_clock(site)
    lesson = await school.lesson()
    an, shown = await site.sign_in("an"), token(site, lesson)
    assert set(await together(an, shown, 50)) == {200}
    (row,) = await scans(site, lesson)
    fresh = CheckIn(lambda: site.house.folder.secret("check-in"))  # as after a restart
    async with site.house.database.session() as session:
        again = await fresh.scan(session, an.person, shown, "another-device")
    assert (again.new, again.at) == (False, row.at)
    assert len(await scans(site, lesson)) == 1


async def test_the_clock_of_the_phone_changes_nothing(school: School) -> None:
    clock = set_clock(school.site)
    lesson = await school.lesson()
    an = await school.site.sign_in("an")
    for date in ("Tue, 24 Nov 2026 03:00:00 GMT", "Tue, 24 Nov 2099 05:00:00 GMT"):
        assert (await scan(an, token(school.site, lesson), date=date)).status_code == 200
    (row,) = await scans(school.site, lesson)
    assert row.at == clock.moment
    for hours in (-1, 1):
        late = token(school.site, lesson)
        clock.later(hours=hours)  # a code of another hour by the server's clock
        await _enrol(school, "bo") if hours < 0 else None
        bo = await school.site.sign_in("bo")
        assert (await scan(bo, late)).status_code == 409
        clock.later(hours=-hours)
    assert len(await scans(school.site, lesson)) == 1


async def test_another_person_s_session_and_another_class_s_lesson(school: School) -> None:
    set_clock(school.site)
    lesson = await school.lesson()
    shown = token(school.site, lesson)
    stranger = await school.site.visitor()
    await stranger.get("/sign-in")
    assert (await scan(stranger, shown)).status_code == 401
    page = await stranger.get(f"/check-in/{shown}")
    assert page.headers["location"] == f"/sign-in?next=/check-in/{shown}"
    for login in ("bo", "lin", "xue", "zhou"):  # not on the roster
        visitor = await school.site.sign_in(login)
        answer = await scan(visitor, shown)
        assert answer.status_code == 404, login
        data = {"csrf": visitor.csrf, "token": shown, "person": school.site.people["an"].id}
        await visitor.http.post("/check-in", data=data)
    forged = await (await school.site.sign_in("an")).post("/check-in", {"token": shown}, headers={})
    assert forged.status_code in (200, 303)  # An's own
    an = await school.site.sign_in("an")
    an.csrf = "stolen"
    assert (await scan(an, shown)).status_code == 403
    assert [row.person_id for row in await scans(school.site, lesson)] == [an.person.id]


async def test_a_forged_token_is_refused_and_many_of_them_slowed_down(school: School) -> None:
    set_clock(school.site)
    lesson = await school.lesson()
    shown, an = token(school.site, lesson), await school.site.sign_in("an")
    other = "A" if shown[30] != "A" else "B"
    forged = shown[:30] + other + shown[31:]
    answers = [await scan(an, forged) for _ in range(9)]
    assert [answer.status_code for answer in answers] == [400] * 8 + [429]
    assert "不是本校的签到码" in answers[0].json()["sentence"]
    assert (await scan(an, "x" * 1900)).status_code == 429
    assert (await scan(an, shown)).status_code == 200  # a true one is never in the way of that


async def test_only_while_check_in_is_open(school: School) -> None:
    clock = set_clock(school.site)
    lesson = await school.lesson(timedelta(minutes=16))
    an = await school.site.sign_in("an")
    early = await scan(an, token(school.site, lesson))
    assert (early.status_code, early.json()["error"]) == (409, "error.check_in.early")
    async with school.site.house.database.session() as session:
        set_rules(session, school.course_id, {"opens_before": 20}, an.person.id)
    clock.later(minutes=62)
    late = await scan(an, token(school.site, lesson))
    assert late.json()["error"] == "error.check_in.over"
    clock.later(minutes=-62)
    assert (await scan(an, token(school.site, lesson))).status_code == 200
    called_off = await school.lesson(cancelled_at=clock.moment)
    assert (await scan(an, token(school.site, called_off))).status_code == 409


async def test_digits_for_who_has_no_camera(school: School) -> None:
    clock = set_clock(school.site)
    lesson = await school.lesson()
    an, lin = await school.site.sign_in("an"), await school.site.sign_in("lin")
    shown = (await lin.http.get(f"/lessons/{lesson.id}/check-in/code.json")).json()
    assert shown["came"] == "已签到 0 / 1 人"
    wrong = await an.post("/check-in", {"digits": "000 00x"})
    assert "数字不对" in wrong.text
    clock.later(seconds=4)
    right = await an.post("/check-in", {"digits": f"{shown['digits'][:3]} {shown['digits'][3:]}"})
    assert right.headers["location"] == f"/check-in/lessons/{lesson.id}"
    (row,) = await scans(school.site, lesson)
    assert row.body["way"] == "digits"
    counted = (await lin.http.get(f"/lessons/{lesson.id}/check-in/code.json")).json()
    assert counted["came"] == "已签到 1 / 1 人"
    assert counted["path"] != shown["path"]
    tries = [(await an.post("/check-in", {"digits": f"{n:06d}"})).status_code for n in range(8)]
    assert tries[-1] == 429


async def test_a_second_code_at_another_moment_is_a_row_of_its_own(school: School) -> None:
    clock = set_clock(school.site)
    lesson = await school.lesson()
    an, lin = await school.site.sign_in("an"), await school.site.sign_in("lin")
    assert (await scan(an, token(school.site, lesson))).status_code == 200
    await lin.get(f"/lessons/{lesson.id}/check-in/code")
    for _ in range(2):  # pressed twice
        path = f"/lessons/{lesson.id}/check-in/rounds"
        assert (await lin.post(path, {"minutes": "5"})).status_code == 303
    async with school.site.house.database.session() as session:
        assert await session.scalar(select(func.count()).select_from(CheckInRound)) == 1
    shown = (await lin.http.get(f"/lessons/{lesson.id}/check-in/code.json")).json()
    assert "第 2 次签到" in shown["round"]
    assert shown["came"] == "已签到 0 / 1 人"
    for _ in range(2):
        assert (await scan(an, token(school.site, lesson, number=2))).status_code == 200
    keys = [row.key for row in await scans(school.site, lesson)]
    assert keys == [f"scan:{lesson.id}:{an.person.id}", f"scan:{lesson.id}:{an.person.id}:2"]
    clock.later(minutes=6)
    assert (await lin.http.get(f"/lessons/{lesson.id}/check-in/code.json")).json()["round"] == ""


async def test_a_branch_s_code_says_where_somebody_is(school: School) -> None:
    set_clock(school.site)
    lesson, branch, people = (
        await school.lesson(),
        Branch(id=new_id(), name="东湖镇"),
        school.site.people,
    )
    async with school.site.house.database.session() as session:
        session.add(branch)
        await session.flush()
        ids = {people["an"].id}
        await seat(session, people["xue"], branch.id, ids, cohort_id=school.cohort_id)
    an = await school.site.sign_in("an")
    assert (await scan(an, token(school.site, lesson, branch.id))).status_code == 200
    (row,) = await scans(school.site, lesson)
    assert row.branch_id == branch.id
    assert "东湖镇" in (await an.get(f"/check-in/lessons/{lesson.id}")).text


async def test_a_second_account_on_one_device_is_flagged_and_a_new_device_noted(
    school: School,
) -> None:
    clock = set_clock(school.site)
    await _enrol(school, "bo")
    first, second = await school.lesson(), await school.lesson(timedelta(minutes=12))
    an, bo = await school.site.sign_in("an"), await school.site.sign_in("bo")
    assert (await scan(an, token(school.site, first))).status_code == 200
    phone = an.http.cookies[COOKIE]
    bo.http.cookies.set(COOKIE, phone, domain="127.0.0.1")
    clock.later(seconds=20)
    assert (await scan(bo, token(school.site, first))).status_code == 200  # never refused for it
    database = school.site.house.database
    async with database.session() as session:
        (flag,) = await flags(session, first.id)
    assert (flag.kind, flag.person_ids) == ("shared_device", (an.person.id, bo.person.id))
    assert len(flag.evidence_ids) == 2
    del an.http.cookies[COOKIE]
    an.http.cookies.set(COOKIE, phone[:-1] + ("0" if phone[-1] != "0" else "1"), domain="127.0.0.1")
    assert (await scan(an, token(school.site, second))).status_code == 200
    assert an.http.cookies[COOKIE] != phone  # a forged cookie is worth nothing: a new device
    async with database.session() as session:
        (flag,) = await flags(session, second.id)
        devices = set(await session.scalars(select(Evidence.device)))
    assert (flag.kind, flag.person_ids) == ("new_device", (an.person.id,))
    assert phone.split(".")[0] not in devices  # evidence keeps a hash


async def test_from_the_live_room_leaders_come_to_its_code(school: School) -> None:
    lesson = await school.lesson()
    lin, an = await school.site.sign_in("lin"), await school.site.sign_in("an")
    await lin.get(f"/lessons/{lesson.id}")
    room = (await lin.post(f"/lessons/{lesson.id}/enter")).headers["location"]
    assert f'href="{room}/check-in"' in (await lin.get(room)).text
    led = await lin.get(f"{room}/check-in")
    assert led.headers["location"] == f"/lessons/{lesson.id}/check-in/code"
    assert (await an.get(f"{room}/check-in")).status_code == 404
