"""Plans on their pages: Lin owns, Mei assists the course, Bo may not know."""

import pytest

from server.courses.plan import MAX_SEGMENTS
from tests.conftest import Site
from tests.server.courses.making import body, draft, new_plan, save, shared_course


async def test_no_plans_says_what_to_do_first(site: Site) -> None:
    lin = await site.sign_in("lin")
    page = await lin.get("/plans")
    assert "先写一份教案" in page.text
    assert page.text.count("button--primary") == 1


async def test_lin_writes_a_plan_and_finds_it_in_her_list(site: Site) -> None:
    lin = await site.sign_in("lin")
    address = await new_plan(lin)
    assert (await draft(lin, address))["body"]["segments"][1]["minutes"] == 12.5
    listed = await lin.get("/plans")
    assert "网格化管理" in listed.text
    assert "17.5 分钟" in listed.text
    editor = await lin.get(address)
    assert "人在格中走" in editor.text


async def test_mei_works_on_it_only_through_the_course(site: Site) -> None:
    lin, mei = await site.sign_in("lin"), await site.sign_in("mei")
    address = await new_plan(lin)
    assert (await mei.get(address)).status_code == 404
    course = await shared_course(lin, address, "mei")
    assert (await mei.get(address)).status_code == 200
    assert (await save(mei, address, body(title="梅改过"), 2)).status_code == 200
    assert (await draft(lin, address))["body"]["title"] == "梅改过"
    assert "林老师的教案" in (await mei.get("/plans")).text
    mei_id = site.people["mei"].id
    assert (await lin.post(f"{course}/staff/{mei_id}/remove")).status_code == 303
    assert (await mei.get(address)).status_code == 404


async def test_an_outsider_finds_nothing_whatever_the_door(site: Site) -> None:
    lin, bo = await site.sign_in("lin"), await site.sign_in("bo")
    address = await new_plan(lin)
    for path in ("", "/draft", "/versions", ".yaml"):
        assert (await bo.get(f"{address}{path}")).status_code == 404, path
    assert (await save(bo, address, body(), 2)).status_code == 404
    for path in ("/versions", "/course", "/archive", "/slides/remove"):
        assert (await bo.post(f"{address}{path}")).status_code == 404, path
    assert (await bo.get("/plans")).status_code == 403
    assert (await draft(lin, address))["revision"] == 2


async def test_only_the_owner_moves_or_puts_away_a_plan(site: Site) -> None:
    lin, mei = await site.sign_in("lin"), await site.sign_in("mei")
    address = await new_plan(lin)
    await shared_course(lin, address, "mei")
    assert (await mei.post(f"{address}/archive", {"away": "1"})).status_code == 403
    assert (await mei.post(f"{address}/course", {"course": ""})).status_code == 403
    assert (await lin.post(f"{address}/archive", {"away": "1"})).status_code == 303
    assert "网格化管理" not in (await lin.get("/plans")).text
    assert (await lin.get(address)).status_code == 200
    await lin.post(f"{address}/archive")
    assert "网格化管理" in (await lin.get("/plans")).text


async def test_a_plan_goes_only_into_a_course_of_ones_own(site: Site) -> None:
    lin, xue = await site.sign_in("lin"), await site.sign_in("xue")
    address = await new_plan(lin)
    await xue.get("/courses")
    foreign = (await xue.post("/courses", {"title": "别人的课"})).headers["location"]
    chosen = {"course": foreign.rsplit("/", 1)[-1]}
    assert (await lin.post(f"{address}/course", chosen)).status_code == 404


async def test_negative_minutes_are_refused_by_name_and_nothing_changes(site: Site) -> None:
    lin = await site.sign_in("lin")
    address = await new_plan(lin)
    bad = body(segments=[{"title": "倒着讲", "minutes": -5}])
    answer = await save(lin, address, bad, 2)
    assert answer.status_code == 400
    assert answer.json()["field"] == "segments.0.minutes"
    assert "第 1 个环节" in answer.json()["sentence"]
    assert (await draft(lin, address))["body"]["title"] == "网格化管理"
    assert (await draft(lin, address))["revision"] == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": "5"},
        {"minutes": 5, "activity": "sleep"},
        {"minutes": 5, "colour": "red"},
        {"minutes": 5, "questions": "one"},
        {"minutes": 5, "first_slide": 1.5},
    ],
)
async def test_another_shape_is_refused(site: Site, wrong: dict[str, object]) -> None:
    lin = await site.sign_in("lin")
    address = await new_plan(lin)
    assert (await save(lin, address, body(segments=[wrong]), 2)).status_code == 400


async def test_too_many_segments_and_too_much_text_are_refused(site: Site) -> None:
    lin = await site.sign_in("lin")
    address = await new_plan(lin)
    many = body(segments=[{"minutes": 1}] * (MAX_SEGMENTS + 1))
    assert (await save(lin, address, many, 2)).status_code == 400
    assert (await save(lin, address, body(aims=["长" * 400_000]), 2)).status_code == 413


async def test_a_second_tab_is_told_and_may_choose_without_losing_the_other(site: Site) -> None:
    lin = await site.sign_in("lin")
    address = await new_plan(lin)
    assert (await save(lin, address, body(title="甲窗口"), 2)).json() == {"revision": 3}
    late = await save(lin, address, body(title="乙窗口"), 2)
    assert late.status_code == 409
    assert (await draft(lin, address))["body"]["title"] == "甲窗口"
    chosen = await save(lin, address, body(title="乙窗口"), 2, keep_other=True)
    assert chosen.json() == {"revision": 4}
    assert (await draft(lin, address))["body"]["title"] == "乙窗口"
    versions = await lin.get(f"{address}/versions")
    assert "被另一个窗口的修改替换前" in versions.text


async def test_a_draft_without_its_token_is_refused(site: Site) -> None:
    lin = await site.sign_in("lin")
    address = await new_plan(lin)
    lin.csrf = "forged"
    assert (await save(lin, address, body(), 2)).status_code == 403


async def test_script_in_a_title_stays_text(site: Site) -> None:
    lin = await site.sign_in("lin")
    evil = '"><script>alert(1)</script>'
    address = await new_plan(lin, title=evil, aims=["</textarea><script>x</script>"])
    await lin.post(f"{address}/versions", {"note": evil})
    for path in ("/", "/plans", address, f"{address}/versions"):
        assert "<script>" not in (await lin.get(path)).text.replace('<script type="importmap"', "")
