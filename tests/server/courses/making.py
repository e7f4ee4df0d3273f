"""Plans and courses as people make them on the pages."""

from typing import Any

from tests.conftest import Visitor


def body(**changes: Any) -> dict[str, Any]:
    """A small plan within bounds."""
    segments = [
        {"title": "导入", "minutes": 5, "activity": "question", "questions": ["最先找谁？"]},
        {"title": "概念", "minutes": 12.5, "key_points": ["人在格中走"], "first_slide": 2},
    ]
    return {"title": "网格化管理", "glossary": ["网格员"], "segments": segments, **changes}


async def new_plan(teacher: Visitor, **changes: Any) -> str:
    """The address of a plan with `body(**changes)`."""
    await teacher.get("/plans")
    made = await teacher.post("/plans")
    assert made.status_code == 303, made.text
    address = made.headers["location"]
    saved = await save(teacher, address, body(**changes))
    assert saved.status_code == 200, saved.text
    return address


async def save(who: Visitor, address: str, content: dict[str, Any], revision: int = 1, **more: Any):
    """Send a draft as the editor does."""
    sent = {"revision": revision, "body": content, **more}
    return await who.post_json(f"{address}/draft", sent, method="PUT")


async def draft(who: Visitor, address: str) -> dict[str, Any]:
    """The draft as it is stored."""
    answer = await who.get(f"{address}/draft")
    assert answer.status_code == 200
    return answer.json()


async def shared_course(teacher: Visitor, address: str, *logins: str) -> str:
    """Put the plan into a new course and these people on its staff; the course's address."""
    await teacher.get("/courses")
    course = (await teacher.post("/courses", {"title": "基层治理"})).headers["location"]
    for login in logins:
        assert (await teacher.post(f"{course}/staff", {"login": login})).status_code == 303
    chosen = {"course": course.rsplit("/", 1)[-1]}
    assert (await teacher.post(f"{address}/course", chosen)).status_code == 303
    return course
