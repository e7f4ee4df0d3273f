"""Home: what is next, and the way in."""

from datetime import timedelta

from server.store.database import now
from tests.server.lessons.making import School

SEEING = ("lin", "mei", "an", "zhou", "du")


async def test_what_is_next_is_on_everybodys_desk_and_one_click_away(school: School) -> None:
    lesson = await school.lesson(timedelta(minutes=10))
    await school.lesson(timedelta(days=3), title="后来的课")
    for login in SEEING:
        who = await school.site.sign_in(login)
        page = (await who.get("/")).text
        assert f'action="/lessons/{lesson.id}/enter"' in page, login
        assert "后来的课" in page, login
        assert (await who.post(f"/lessons/{lesson.id}/enter")).status_code == 303, login
    for login in ("bo", "hai", "xue", "guan"):
        assert "网格化管理" not in (await (await school.site.sign_in(login)).get("/")).text, login


async def test_leaders_may_come_early_others_see_when(school: School) -> None:
    moment = now()
    lesson = await school.lesson(timedelta(minutes=59))
    lin, an = await school.site.sign_in("lin"), await school.site.sign_in("an")
    enter = f'action="/lessons/{lesson.id}/enter"'
    assert enter in (await lin.get("/")).text
    page = (await an.get("/")).text
    assert enter not in page
    assert lesson.starts_at > moment


async def test_what_was_cancelled_is_said_and_what_is_over_is_gone(school: School) -> None:
    await school.lesson(cancelled_at=now(), cancelled_why="教师出差", title="取消的课")
    await school.lesson(ended_at=now(), title="上完的课")
    await school.lesson(timedelta(hours=-20), title="过去的课")
    an = await school.site.sign_in("an")
    page = (await an.get("/")).text
    assert "取消的课" in page
    assert "教师出差" in page
    assert "/enter" not in page
    assert "上完的课" not in page.split("这些课怎么样")[0]  # it is only asked how it was
    assert "过去的课" not in page
