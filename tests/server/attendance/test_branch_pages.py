"""Branch classrooms: kept by the learning administrator, shown and counted by their keeper."""

import re
from pathlib import Path

from server.attendance.evidence import facts_of
from tests.conftest import Visitor
from tests.server.attendance.checking_in import scan, set_clock, token
from tests.server.lessons.making import School


async def _branch(school: School, xue: Visitor) -> str:
    """東湖镇 with An in it and Mei as its keeper; its path."""
    await xue.get("/branches")
    path = (await xue.post("/branches", {"name": "东湖镇", "place": "三楼"})).headers["location"]
    await xue.post(f"{path}/keepers", {"login": "mei"})
    people = {"cohort": school.cohort_id, "people": school.site.people["an"].id}
    assert (await xue.post(f"{path}/roster", people)).headers["location"] == path
    return str(path)


async def test_a_branch_has_a_code_a_roster_and_heads_beside_it(school: School) -> None:
    set_clock(school.site)
    lesson = await school.lesson()
    xue, mei = await school.site.sign_in("xue"), await school.site.sign_in("mei")
    path = await _branch(school, xue)
    twice = await xue.post("/branches", {"name": "东湖镇"})
    assert (twice.status_code, "已经有叫这个名称的分课堂" in twice.text) == (400, True)
    assert "东湖镇" in (await mei.get("/")).text
    page = (await mei.get(f"{path}/lessons/{lesson.id}")).text
    assert "名单 1 人" in page
    shown = (await mei.http.get(f"{path}/lessons/{lesson.id}/code.json")).json()
    an = await school.site.sign_in("an")
    branch_id = path.rsplit("/", 1)[1]
    assert (await scan(an, token(school.site, lesson, branch_id))).status_code == 200
    after = (await mei.http.get(f"{path}/lessons/{lesson.id}/code.json")).json()
    assert (shown["came"], after["came"]) == ("已签到 0 / 1 人", "已签到 1 / 1 人")
    mark = re.search(r'name="mark" value="([^"]+)"', page)
    assert mark
    for _ in range(2):  # sent twice, counted once
        data = {"count": "0", "mark": mark[1]}
        assert (await mei.post(f"{path}/lessons/{lesson.id}/head-count", data)).status_code == 303
    async with school.site.house.database.session() as session:
        counts = [one for one in await facts_of(session, lesson.id) if one.kind == "headcount"]
    assert [(one.branch_id, one.person_id, one.body["count"]) for one in counts] == [
        (branch_id, None, 0)
    ]
    board = await (await school.site.sign_in("lin")).get(f"/attendance/lessons/{lesson.id}")
    assert "东湖镇签到 1 人，现场只数到 0 人" in board.text


async def test_a_camera_counts_with_its_error_and_keeps_no_picture(
    school: School, material: Path
) -> None:
    lesson = await school.lesson()
    path = await _branch(school, await school.site.sign_in("xue"))
    mei = await school.site.sign_in("mei")
    picture = (material / "media/faces/grace_hopper.jpg").read_bytes()
    headers = {"x-csrf-token": mei.csrf, "accept": "application/json"}
    address = f"{path}/lessons/{lesson.id}/head-count/picture"
    said = await mei.http.post(address, content=picture, headers=headers)
    assert said.json() == {"said": "摄像头数到 1 人，误差 ±2"}
    bad = await mei.http.post(address, content=b"no picture", headers=headers)
    assert bad.status_code == 400
    async with school.site.house.database.session() as session:
        (fact,) = await facts_of(session, lesson.id)
    assert fact.body == {"count": 1, "error": 2, "way": "camera"}
    data = school.site.house.settings.data
    kept = [
        one for one in data.rglob("*") if one.is_file() and picture[100:200] in one.read_bytes()
    ]
    assert kept == []


async def test_who_sits_in_one_branch_sits_in_no_other(school: School) -> None:
    lesson, xue = await school.lesson(), await school.site.sign_in("xue")
    first = await _branch(school, xue)
    second = (await xue.post("/branches", {"name": "石桥"})).headers["location"]
    people = {"cohort": school.cohort_id, "people": school.site.people["an"].id}
    await xue.post(f"{second}/roster", people)
    mei = await school.site.sign_in("mei")  # keeps the first
    assert (await mei.get(f"{first}/lessons/{lesson.id}")).status_code == 404
    assert "名单 1 人" in (await xue.get(f"{second}/lessons/{lesson.id}")).text
    await xue.post(f"{second}/lessons/{lesson.id}/roster", {"people": people["people"]})
    await xue.post(f"{first}/roster", people)  # usually there, this once in the second
    assert (await mei.get(f"{first}/lessons/{lesson.id}")).status_code == 404
    assert "名单 0 人" in (await xue.get(f"{first}/lessons/{lesson.id}")).text
    assert "名单 1 人" in (await xue.get(f"{second}/lessons/{lesson.id}")).text
    await xue.post(second, {"close": "yes"})
    assert (await xue.get(f"{second}/lessons/{lesson.id}")).status_code == 404
    assert (await xue.get(second)).status_code == 200
