"""Cohorts: Xue keeps them, an adviser sees the own one."""

import pytest

from server.accounts.person import RoleGrant
from tests.conftest import Site, Visitor


async def new_cohort(xue: Visitor, name: str = "秋季班", **dates: str) -> str:
    await xue.get("/cohorts")
    made = await xue.post("/cohorts", {"name": name, **dates})
    assert made.status_code == 303, made.text
    return made.headers["location"]


async def test_members_are_added_and_removed_by_name(site: Site) -> None:
    xue = await site.sign_in("xue")
    cohort = await new_cohort(xue, starts="2026-09-01", ends="2026-12-31")
    for _ in range(2):
        joined = await xue.post(f"{cohort}/members", {"login": "an", "part": "trainee"})
        assert joined.status_code == 303
    page = await xue.get(cohort)
    assert "2026年9月1日" in page.text
    assert page.text.count("移除安学员") == 1
    assert "1 名学员" in (await xue.get("/cohorts")).text
    await xue.post(f"{cohort}/members/{site.people['an'].id}/remove")
    assert "移除安学员" not in (await xue.get(cohort)).text


async def test_an_adviser_sees_the_own_cohort_and_changes_nothing(site: Site) -> None:
    xue = await site.sign_in("xue")
    async with site.house.database.session() as session:
        session.add(RoleGrant(person_id=site.people["mei"].id, role="class_adviser"))
    own, other = await new_cohort(xue), await new_cohort(xue, "冬季班")
    await xue.post(f"{own}/members", {"login": "mei", "part": "adviser"})
    mei = await site.sign_in("mei")
    listed = await mei.get("/cohorts")
    assert "秋季班" in listed.text
    assert "冬季班" not in listed.text
    assert (await mei.get(own)).status_code == 200
    assert (await mei.get(other)).status_code == 404
    assert (await mei.post(own, {"name": "x"})).status_code == 403
    assert (await mei.post(f"{own}/members", {"login": "bo", "part": "trainee"})).status_code == 403


async def test_others_do_not_see_cohorts(site: Site) -> None:
    cohort = await new_cohort(await site.sign_in("xue"))
    for name in ("lin", "an"):
        visitor = await site.sign_in(name)
        assert (await visitor.get("/cohorts")).status_code == 403
        assert (await visitor.get(cohort)).status_code == 403


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "长" * 101},
        {"name": "秋季班"},
        {"name": "b", "starts": "2026-09-01", "ends": "2026-08-01"},
        {"name": "b", "starts": "tomorrow"},
    ],
)
async def test_bad_cohorts_are_refused_in_a_sentence(site: Site, bad: dict[str, str]) -> None:
    xue = await site.sign_in("xue")
    await new_cohort(xue)
    answer = await xue.post("/cohorts", bad)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


async def test_an_unknown_person_and_part_are_refused(site: Site) -> None:
    xue = await site.sign_in("xue")
    cohort = await new_cohort(xue)
    assert (
        await xue.post(f"{cohort}/members", {"login": "x", "part": "trainee"})
    ).status_code == 400
    assert (await xue.post(f"{cohort}/members", {"login": "an", "part": "king"})).status_code == 400
    assert (
        await xue.post("/cohorts/none/members", {"login": "an", "part": "trainee"})
    ).status_code == 404
