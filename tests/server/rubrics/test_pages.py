"""Schools define their rubrics: examples, drafts, versions, who may."""

import re

from sqlalchemy import func, select

from server.rubrics.rubric import Rubric, RubricVersion
from tests.conftest import Site, Visitor

FORM = {
    "title": "新表",
    "total": "sum",
    "items": [{"id": "a", "title": "内容", "scale": "points", "low": 0, "high": 10, "step": 1}],
}


async def count(site: Site, table: type) -> int:
    async with site.house.database.session() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def new(who: Visitor, **more: str) -> str:
    answer = await who.post("/rubrics", dict(more))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_examples_are_there_from_the_first_use_and_once(site: Site) -> None:
    xue = await site.sign_in("xue")
    for _ in range(2):
        page = (await xue.get("/rubrics")).text
        assert "课堂教学评价表（五项）" in page
    assert await count(site, Rubric) == 2
    for login in ("lin", "an", "guan"):
        visitor = await site.sign_in(login)
        assert (await visitor.get("/rubrics")).status_code == 403, login


async def test_a_draft_is_saved_published_and_retired(site: Site) -> None:
    xue = await site.sign_in("xue")
    path = await new(xue)
    assert (await xue.post(f"{path}/publish")).status_code == 400, "it has no title"
    saved = await xue.post_json(f"{path}/draft", {"revision": 1, "body": FORM}, "PUT")
    assert saved.json() == {"revision": 2}
    stale = await xue.post_json(f"{path}/draft", {"revision": 1, "body": FORM}, "PUT")
    assert stale.status_code == 409
    wrong = {**FORM, "items": [{**FORM["items"][0], "high": -1}]}
    refused = await xue.post_json(f"{path}/draft", {"revision": 2, "body": wrong}, "PUT")
    assert (refused.status_code, refused.json()["field"]) == (400, "items.0.high")
    for _ in range(2):
        assert (await xue.post(f"{path}/publish")).status_code == 303
    assert await count(site, RubricVersion) == 1, "the same draft is the same version"
    changed = {**FORM, "title": "新表（二）"}
    await xue.post_json(f"{path}/draft", {"revision": 2, "body": changed}, "PUT")
    await xue.post(f"{path}/publish")
    assert "新表（二）" in (await xue.get(f"{path}/versions/2")).text
    assert "新表（二）" not in (await xue.get(f"{path}/versions/1")).text
    assert (await xue.get(f"{path}/versions/9")).status_code == 404
    await xue.post(f"{path}/retire", {"retired": "yes"})
    assert "已停用" in (await xue.get("/rubrics")).text


async def test_a_copy_goes_its_own_way(site: Site) -> None:
    xue = await site.sign_in("xue")
    page = (await xue.get("/rubrics")).text
    source = re.search(r'name="copy" value="([^"]+)"', page)
    assert source
    path = await new(xue, copy=source[1])
    assert "（副本）" in (await xue.get(path)).text
    assert (await xue.post("/rubrics", {"copy": "absent"})).status_code == 404
