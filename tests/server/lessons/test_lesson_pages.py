"""Planning, moving, cancelling and restoring on the pages; who is told; who may."""

from datetime import timedelta

from server.classroom.acts.recording import RecordingStarted
from server.classroom.event import tag
from server.classroom.event_log import StoredEvent
from server.lessons.lesson import Lesson
from server.store.database import new_id, now
from tests.conftest import Visitor
from tests.server.classroom.opening import page_of
from tests.server.courses.making import new_plan, save
from tests.server.lessons.making import School, at, local, plan, planned

WHO = ("mei", "an", "zhou")  # told, besides Lin who does it


async def post(who: Visitor, lesson: Lesson, what: str, **sent: object):
    return await who.post(f"/lessons/{lesson.id}/{what}".rstrip("/"), {"scope": "one", **sent})


def weekly(**more: object) -> dict[str, object]:
    return {"repeat": "week", "end": "times", "times": "4", **more}


async def test_a_lesson_is_planned_and_everybody_told(school: School) -> None:
    lin, an = await school.site.sign_in("lin"), await school.site.sign_in("an")
    address = await plan(lin, school)
    (lesson,) = await school.lessons()
    assert address == f"/lessons/{lesson.id}"
    assert (lesson.title, lesson.place, lesson.minutes) == ("网格化管理", "东楼 201", 90)
    assert local(lesson) == "2099-03-02 14:00"
    assert lesson.series_id is None
    for login in WHO:
        assert await school.told(login) == ["lesson.planned"], login
    for login in ("lin", "bo", "hai", "du"):
        assert await school.told(login) == [], login
    page = (await an.get(address)).text
    assert "东楼 201" in page
    assert "林老师" in page
    assert "秋季班" in page
    assert "/edit" not in page


async def test_a_series_is_planned_with_one_notice(school: School) -> None:
    lin = await school.site.sign_in("lin")
    assert (await plan(lin, school, **weekly())).endswith("/lessons")
    found = await school.lessons()
    days = ["2099-03-02", "2099-03-09", "2099-03-16", "2099-03-23"]
    assert [local(lesson) for lesson in found] == [f"{day} 14:00" for day in days]
    assert len({lesson.series_id for lesson in found}) == 1
    assert await school.told("an") == ["lesson.planned.series"]
    page = (await lin.get(f"/courses/{school.course_id}/lessons")).text
    assert page.count('<li class="plan-list__row') == 4
    chosen = {"repeat": "days", "weekdays": ["1", "3"], "end": "until", "until": "2099-03-10"}
    await plan(lin, school, title="研讨", **chosen)
    days = ["2099-03-03", "2099-03-05", "2099-03-10"]
    assert [local(one)[:10] for one in await school.lessons() if one.title == "研讨"] == days


WRONG = [
    ({"title": " "}, "必填"),
    ({"title": "长" * 201}, "最多 200"),
    ({"place": "长" * 101}, "最多 100"),
    ({"minutes": "4"}, "5 到 600"),
    ({"minutes": "601"}, "5 到 600"),
    ({"minutes": "x"}, "5 到 600"),
    ({"at": "25:00"}, "填写时间"),
    ({"at": ""}, "必填"),
    ({"at": "14:00+01:00"}, "填写时间"),
    ({"day": "2099-02-30"}, "填写日期"),
    ({"day": "1066-10-14"}, "填写日期"),
    ({"day": ""}, "填写日期"),
    ({"language": "xx"}, "列表"),
    ({"repeat": "hourly"}, "列表"),
    ({"repeat": "week", "end": "never"}, "列表"),
    ({"repeat": "week", "times": "201"}, "1 到 200"),
    ({"repeat": "week", "end": "until"}, "填写日期"),
    ({"repeat": "week", "end": "until", "until": "2099-03-01"}, "没有一次课"),
    ({"repeat": "workdays", "end": "until", "until": "2100-02-01"}, "最多安排 200"),
    ({"repeat": "days", "times": "3"}, "星期几"),
    ({"repeat": "days", "weekdays": ["7", "x"], "times": "3"}, "星期几"),
]


async def test_what_cannot_be_planned_is_said_and_what_was_typed_stays(school: School) -> None:
    lin = await school.site.sign_in("lin")
    for sent, said in WRONG:
        answer = await lin.post(f"/courses/{school.course_id}/lessons", planned(**sent))
        assert answer.status_code == 400, sent
        assert said in answer.text, sent
        assert 'value="90"' in answer.text or "minutes" in sent
    assert await school.lessons() == []


async def test_one_lesson_of_a_series_is_moved(school: School) -> None:
    lin = await school.site.sign_in("lin")
    await plan(lin, school, **weekly())
    second = (await school.lessons())[1]
    moved = await post(lin, second, "move", day="2099-03-11", at="09:30", minutes="60")
    assert moved.headers["location"] == f"/lessons/{second.id}"
    days = ["2099-03-02 14:00", "2099-03-11 09:30", "2099-03-16 14:00", "2099-03-23 14:00"]
    assert [local(lesson) for lesson in await school.lessons()] == days
    assert (await school.again(second)).minutes == 60
    for login in WHO:
        assert await school.told(login) == ["lesson.planned.series", "lesson.moved"], login
    an = await school.site.sign_in("an")
    page = (await an.get("/notices")).text
    assert "2099年3月9日 14:00 改到 2099年3月11日 09:30" in page


async def test_this_and_the_following_are_moved_but_not_what_was_held(school: School) -> None:
    lin = await school.site.sign_in("lin")
    await plan(lin, school, **weekly())
    first, second, _, last = await school.lessons()
    await post(lin, second, "move", scope="following", day="2099-03-10", at="08:00", minutes="90")
    days = ["2099-03-02 14:00", "2099-03-10 08:00", "2099-03-17 08:00", "2099-03-24 08:00"]
    assert [local(lesson) for lesson in await school.lessons()] == days
    assert await school.told("an") == ["lesson.planned.series", "lesson.moved.series"]
    await post(lin, last, "move", scope="following", day="2099-04-01", at="08:00", minutes="90")
    assert local(await school.again(first)) == "2099-03-02 14:00"
    assert local(await school.again(last)) == "2099-04-01 08:00"


async def test_lessons_are_cancelled_with_a_reason_and_restored(school: School) -> None:
    lin, an = await school.site.sign_in("lin"), await school.site.sign_in("an")
    await plan(lin, school, **weekly())
    first, second, third, last = await school.lessons()
    assert (await post(lin, first, "cancel", why=" ")).status_code == 400
    await post(lin, second, "cancel", why="教师\n出差", scope="following")
    for lesson in (second, third, last):
        assert (await school.again(lesson)).cancelled_why == "教师 出差"
    assert (await school.again(first)).cancelled_at is None
    page = (await an.get(f"/lessons/{second.id}")).text
    assert "已取消：教师 出差" in page
    assert "/enter" not in page
    when = {"day": "2099-03-11", "at": "09:30", "minutes": "60"}
    assert (await post(lin, third, "move", **when)).status_code == 409
    await post(lin, third, "restore")
    assert (await school.again(third)).cancelled_at is None
    assert (await school.again(last)).cancelled_at is not None
    told = ["lesson.planned.series", "lesson.cancelled.series", "lesson.restored"]
    assert await school.told("an") == told
    await post(lin, third, "restore")
    assert await school.told("an") == told, "nothing changed, nobody is told"


async def test_who_waits_for_a_lesson_does_not_keep_it_from_being_moved(school: School) -> None:
    lin, an = await school.site.sign_in("lin"), await school.site.sign_in("an")
    lesson = await school.lesson()
    room = (await an.post(f"/lessons/{lesson.id}/enter")).headers["location"]
    async with page_of(school.site, an, room.rsplit("/", 1)[-1]) as page:
        await page.until("snapshot")
        when = {"day": "2099-03-11", "at": "09:30", "minutes": "60"}
        assert (await post(lin, lesson, "move", **when)).status_code == 303
        after = (await page.until("finished"))["after"]
    assert (await an.get(after)).headers["location"] == f"/lessons/{lesson.id}"
    assert (await school.again(lesson)).room_id is None
    again = await school.lesson()
    await an.post(f"/lessons/{again.id}/enter")
    await post(lin, again, "cancel", why="病")
    await post(lin, again, "restore")
    second = (await an.post(f"/lessons/{again.id}/enter")).headers["location"]
    assert (await an.get(second)).status_code == 200
    assert (await school.again(again)).ended_at is None


async def test_what_is_held_or_past_can_no_longer_be_moved(school: School) -> None:
    lin = await school.site.sign_in("lin")
    lesson = await school.lesson()
    await lin.post(f"/lessons/{lesson.id}/enter")
    body = {"type": tag(RecordingStarted.__name__), "seq": 1, "at": 0, "page": 1}
    async with school.site.house.database.session() as session:
        room_id = (await session.get_one(Lesson, lesson.id)).room_id
        session.add(StoredEvent(room_id=room_id, seq=1, at=0, body=body))
    when = {"day": "2099-03-11", "at": "09:30", "minutes": "60"}
    assert (await post(lin, lesson, "move", **when)).status_code == 409
    assert (await post(lin, lesson, "cancel", why="病")).status_code == 409
    assert "改时间" not in (await lin.get(f"/lessons/{lesson.id}/edit")).text
    past = await school.lesson(timedelta(days=-3))
    await post(lin, past, "cancel", why="没有上成")
    assert await school.told("an") == [], "nobody needs to know of what is past"


async def test_a_new_place_is_told_and_a_new_title_is_not(school: School) -> None:
    lin = await school.site.sign_in("lin")
    lesson = await school.lesson(timedelta(days=1))
    about = {"title": "新题", "place": "", "language": "en", "plan": "keep"}
    assert (await post(lin, lesson, "", **about)).status_code == 303
    kept = await school.again(lesson)
    assert (kept.title, kept.language) == ("新题", "en")
    assert await school.told("an") == []
    await post(lin, lesson, "", **about | {"place": "西楼"})
    assert await school.told("an") == ["lesson.place"]
    assert (await post(lin, lesson, "", **about | {"title": ""})).status_code == 400


async def test_a_lesson_for_some_cohorts_and_by_some_of_the_staff(school: School) -> None:
    lin, xue = await school.site.sign_in("lin"), await school.site.sign_in("xue")
    await xue.get("/cohorts")
    other = (await xue.post("/cohorts", {"name": "春季班"})).headers["location"].rsplit("/", 1)[-1]
    await xue.post(f"/cohorts/{other}/members", {"login": "bo", "part": "trainee"})
    both = {"title": "基层治理", "cohorts": [school.cohort_id, other]}
    await lin.post(f"/courses/{school.course_id}", both)
    mei = school.site.people["mei"].id
    address = await plan(lin, school, cohorts=[other, "no-such"], staff=[mei, "nobody"])
    an, bo = await school.site.sign_in("an"), await school.site.sign_in("bo")
    assert (await an.get(address)).status_code == 404
    assert (await bo.get(address)).status_code == 200
    assert "梅助教" in (await bo.get(address)).text
    assert "林老师" not in (await bo.get(address)).text.split("facts")[1]
    assert (await lin.get(address)).status_code == 200, "the staff of the course sees it all"
    assert "网格化管理" not in (await lin.get("/timetable?week=2099-W10")).text
    about = {"title": "网格化管理", "place": "东楼 201", "language": "zh", "plan": "keep"}
    await lin.post(address, about | {"cohorts": [school.cohort_id, other], "staff": []})
    assert (await an.get(address)).status_code == 200


async def test_a_plan_gives_the_room_its_agenda(school: School) -> None:
    lin, hai = await school.site.sign_in("lin"), await school.site.sign_in("hai")
    mine, foreign = await new_plan(lin, language="en"), await new_plan(hai)
    address = await plan(lin, school, plan=mine.rsplit("/", 1)[-1])
    (lesson,) = await school.lessons()
    assert lesson.plan_version_id
    assert lesson.language == "en"
    answer = await lin.post(
        f"/courses/{school.course_id}/lessons", planned(plan=foreign.rsplit("/", 1)[-1])
    )
    assert answer.status_code == 404
    assert len(await school.lessons()) == 1
    await save(lin, mine, {"title": "改过", "segments": [], "language": "zh"}, revision=2)
    about = {"title": "课", "place": "东楼 201", "language": "zh"}
    await lin.post(address, about | {"plan": "keep"})
    assert (await school.again(lesson)).plan_version_id == lesson.plan_version_id
    await lin.post(address, about | {"plan": mine.rsplit("/", 1)[-1]})
    assert (await school.again(lesson)).plan_version_id != lesson.plan_version_id
    await lin.post(address, about | {"plan": ""})
    assert (await school.again(lesson)).plan_version_id is None


async def test_lessons_at_the_same_time_are_shown_not_forbidden(school: School) -> None:
    lin = await school.site.sign_in("lin")
    first = await plan(lin, school, title="甲课")
    await plan(lin, school, title="乙课", at="15:29")
    await plan(lin, school, title="丙课", at="15:30")
    page = (await lin.get(first)).text
    assert "同一时间还有别的课" in page
    assert "乙课" in page
    assert "丙课" not in page
    assert "林老师、秋季班" in page
    listed = (await lin.get(f"/courses/{school.course_id}/lessons")).text
    assert listed.count("时间冲突") == 3
    an = await school.site.sign_in("an")
    assert "同一时间" not in (await an.get(first)).text
    elsewhere = Lesson(id=new_id(), course_id=school.course_id, title="x", minutes=5)
    elsewhere.starts_at = at("2099-03-02 15:29")
    async with school.site.house.database.session() as session:
        elsewhere.cancelled_at = now()
        session.add(elsewhere)
    assert "<li>x," not in (await lin.get(first)).text


async def test_arranging_is_for_the_staff_of_the_course_and_the_learning_admin(
    school: School,
) -> None:
    lesson = await school.lesson(timedelta(days=1))
    addresses = [f"/lessons/{lesson.id}", f"/lessons/{lesson.id}/edit"]
    statuses = {}
    for login in sorted(school.site.people):
        who = await school.site.sign_in(login)
        statuses[login] = [(await who.get(address)).status_code for address in addresses]
        statuses[login].append((await post(who, lesson, "cancel", why="")).status_code)
    arranging, seeing, nothing = [200, 200, 400], [200, 404, 404], [404, 404, 404]
    assert statuses == {
        "lin": arranging, "mei": arranging, "xue": arranging,
        "an": seeing, "zhou": seeing, "du": seeing,
        "bo": nothing, "hai": nothing, "guan": nothing,
    }  # fmt: skip
