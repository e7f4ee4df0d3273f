"""The desk of reviews and the card on Home: what waits for whom."""

from datetime import timedelta

from sqlalchemy import update

from server.publishing.review import Review
from server.store.database import now
from tests.server.publishing.making import Bureau


async def seen_by(bureau: Bureau, login: str, show: str = "mine") -> str:
    return (await (await bureau.visitor(login)).get(f"/reviews?show={show}")).text


async def test_what_waits_for_whom(bureau: Bureau) -> None:
    await bureau.rules(expert_percent=0)
    lesson = await bureau.lesson(title="走访实务")
    link = f"/lessons/{lesson.id}/recording/review"
    assert link in await seen_by(bureau, "lin"), "the teacher may hand it in"
    await bureau.submit(lesson)
    assert link not in await seen_by(bureau, "lin")
    assert link in await seen_by(bureau, "lin", "open")
    assert link in await seen_by(bureau, "du")
    assert link in await seen_by(bureau, "qin")
    assert link not in await seen_by(bureau, "yan", "all")
    home = (await (await bureau.visitor("du")).get("/")).text
    assert "走访实务" in home

    await bureau.act("qin", lesson, "assign", reviewer=bureau.site.people["qin"].id)
    assert link not in await seen_by(bureau, "du"), "Qin has taken it on"
    assert link in await seen_by(bureau, "qin")
    await bureau.decide("qin", lesson, "send_back", why="重录")
    assert link in await seen_by(bureau, "lin"), "back with the teacher"
    await bureau.submit(lesson)
    await bureau.decide("du", lesson, "approve")
    assert link in await seen_by(bureau, "qin", "approved")
    await bureau.act("du", lesson, "publish")
    assert link in await seen_by(bureau, "lin", "published")
    await bureau.act("du", lesson, "withdraw", why="撤")
    assert link in await seen_by(bureau, "du", "withdrawn")
    assert link not in await seen_by(bureau, "du", "published")
    an = await (await bureau.visitor("an")).get("/reviews")
    assert an.status_code == 403


async def test_what_is_late_comes_first(bureau: Bureau) -> None:
    first, late = await bureau.lesson(title="甲"), await bureau.lesson(title="乙")
    for lesson in (first, late):
        await bureau.submit(lesson)
    async with bureau.site.house.database.session() as session:
        await session.execute(
            update(Review)
            .where(Review.lesson_id == late.id)
            .values(due_at=now() - timedelta(days=1))
        )
    page = await seen_by(bureau, "du")
    assert page.index("乙") < page.index("甲")
    assert "已逾期" in page
