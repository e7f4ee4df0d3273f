"""The catalogue: people join by themselves, wait for a seat in order, and move up."""

import asyncio

from server.events import Enrolled
from tests.conftest import Site, Visitor


async def offered(site: Site, **how: object) -> tuple[Visitor, str, str]:
    """Lin's course in the catalogue: Lin, the course's path, the offer's."""
    lin = await site.sign_in("lin")
    await lin.get("/courses")
    course = (await lin.post("/courses", {"title": "基层治理"})).headers["location"]
    form = {"summary": "", "places": 0, "approval": "no", "listed": "yes", **how}
    answer = await lin.post(f"{course}/offer", form)
    assert answer.status_code == 303, answer.text
    page = (await lin.get("/catalogue")).text
    offer = page.split('href="/catalogue/')[1].split('"')[0]
    return lin, course, f"/catalogue/{offer}"


async def test_who_joins_has_the_course_on_the_timetable(site: Site) -> None:
    told: list[object] = []
    site.house.bus.subscribe(Enrolled, told.append)
    _, course, offer = await offered(site, summary="网格员怎样走访")
    an = await site.sign_in("an")
    assert "网格员怎样走访" in (await an.get("/catalogue")).text
    await an.get(offer)
    for _ in range(2):  # a second click changes nothing
        assert (await an.post(f"{offer}/join")).status_code == 303
    assert "您已选上这门课" in (await an.get(offer)).text
    assert "基层治理" in (await an.get("/")).text
    assert told == [Enrolled(site.people["an"].id, course.rsplit("/", 1)[-1])]
    await an.post(f"{offer}/leave")
    assert "您已选上" not in (await an.get(offer)).text
    assert "基层治理" not in (await an.get("/")).text


async def test_the_queue_moves_up_in_order_and_is_told(site: Site) -> None:
    lin, course, offer = await offered(site, places=1)
    an, bo, mei = [await site.sign_in(name) for name in ("an", "bo", "mei")]
    for who in (an, bo, mei):
        await who.post(f"{offer}/join")
    assert "候补第 1 位" in (await bo.get(offer)).text
    assert "候补第 2 位" in (await mei.get(offer)).text
    await an.post(f"{offer}/leave")
    assert "有了名额" in (await bo.get("/notices")).text
    assert "您已选上" in (await bo.get(offer)).text
    assert "候补第 1 位" in (await mei.get(offer)).text
    form = {"summary": "", "places": 2, "approval": "no", "listed": "yes"}
    await lin.post(f"{course}/offer", form)
    assert "您已选上" in (await mei.get(offer)).text


async def test_who_ask_at_once_get_the_seats_there_are(site: Site) -> None:
    _, _, offer = await offered(site, places=2)
    people = [await site.sign_in(name) for name in ("an", "bo", "mei", "xue")]
    await asyncio.gather(*(who.post(f"{offer}/join") for who in people for _ in range(5)))
    pages = [(await who.get(offer)).text for who in people]
    assert sum("您已选上" in page for page in pages) == 2
    for place in (1, 2):
        assert sum(f"候补第 {place} 位" in page for page in pages) == 1


async def test_with_approval_the_staff_decides_and_says_why(site: Site) -> None:
    lin, course, offer = await offered(site, approval="yes")
    an, bo = await site.sign_in("an"), await site.sign_in("bo")
    for who in (an, bo):
        await who.post(f"{offer}/join")
    assert "您的申请已提交" in (await an.get(offer)).text
    desk = f"{course}/offer/people"
    assert "安学员" in (await lin.get(f"{course}/offer")).text
    await lin.post(f"{desk}/{site.people['an'].id}", {"decision": "admit"})
    assert "您已选上" in (await an.get(offer)).text
    declined = f"{desk}/{site.people['bo'].id}"
    assert (await lin.post(declined, {"decision": "decline", "why": ""})).status_code == 400
    await lin.post(declined, {"decision": "decline", "why": "先修课没有学完"})
    assert "先修课没有学完" in (await bo.get("/notices")).text
    assert "您的申请" not in (await bo.get(offer)).text
    assert (await lin.post(declined, {"decision": "admit"})).status_code == 404


async def test_outside_its_days_nobody_joins_or_leaves(site: Site) -> None:
    lin, course, offer = await offered(site)
    an, bo = await site.sign_in("an"), await site.sign_in("bo")
    await an.post(f"{offer}/join")
    over = {"summary": "", "places": 0, "approval": "no", "listed": "yes", "closes": "2020-01-01"}
    await lin.post(f"{course}/offer", over)
    refused = await bo.post(f"{offer}/join")
    assert refused.status_code == 409
    assert 'role="alert"' in refused.text
    assert (await an.post(f"{offer}/leave")).status_code == 409
    await lin.post(f"{course}/offer", over | {"listed": "no"})
    assert (await bo.get(offer)).status_code == 404
    assert (await an.get(offer)).status_code == 200
    wrong = over | {"opens": "2021-01-01", "places": -1}
    assert (await lin.post(f"{course}/offer", wrong)).status_code == 400


async def test_the_staff_of_other_courses_finds_no_offer(site: Site) -> None:
    _, course, _ = await offered(site)
    mei, an = await site.sign_in("mei"), await site.sign_in("an")
    assert (await mei.get(f"{course}/offer")).status_code == 404
    assert (await an.get(f"{course}/offer")).status_code == 403
