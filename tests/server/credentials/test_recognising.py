"""What people bring of other schools: checked, counted by rule, decided by a person, once."""

import asyncio
import json
from typing import Any

import pytest

from server.accounts.person import Person
from server.hours.ledger import total
from tests.conftest import Site, Visitor
from tests.server.credentials.giving import achievement, give
from tests.server.credentials.schools import LATELY, OtherSchool

MINE = "/credentials/mine/brought"
SCHOOL = OtherSchool()


async def trust(site: Site, xue: Visitor, **rule: object) -> None:
    """Xue lists the school, and counts what was earned there."""
    listed = {"did": SCHOOL.did, "name": "外校", "keys": SCHOOL.multikey}
    assert (await xue.post("/credentials/schools", listed)).status_code == 303
    page = (await xue.get("/credentials/schools")).text
    school = page.split("/credentials/schools/")[1][:36]
    more = {"factor": "0.5", "cap": "10", **rule}
    done = await xue.post(f"/credentials/schools/{school}/rules", more)
    assert done.status_code == 303, done.text


async def bring(who: Visitor, bundle: dict[str, Any]) -> Any:
    files = {"file": ("bundle.json", json.dumps(bundle).encode())}
    return await who.post(MINE, files=files)


async def with_mail(site: Site, login: str, email: str) -> None:
    async with site.house.database.session() as session:
        (await session.get_one(Person, site.people[login].id)).email = email


async def hours(site: Site, login: str) -> float:
    async with site.house.database.session() as session:
        return await total(session, site.people[login].id, LATELY.year)


async def first_waiting(xue: Visitor) -> str:
    page = (await xue.get("/credentials/brought")).text
    return f"/credentials/brought/{page.split('/credentials/brought/')[1][:36]}"


async def test_a_person_decides_and_the_hours_count(site: Site) -> None:
    xue, an = await site.sign_in("xue"), await site.sign_in("an")
    await with_mail(site, "an", "AN@example.org")
    await trust(site, xue)
    assert (await bring(an, SCHOOL.bundle())).status_code == 303
    again = await bring(an, SCHOOL.bundle())
    assert (again.status_code, "已经带来过" in again.text) == (409, True)
    case = await first_waiting(xue)
    page = (await xue.get(case)).text
    assert "邮箱与此人一致" in page
    assert 'value="6.0"' in page, "12 credits by a half"
    decision = {"decision": "accept", "hours": "6", "why": "内容与本校课程相当"}
    assert (await xue.post(case, {**decision, "why": ""})).status_code == 400
    assert (await xue.post(case, decision)).status_code == 303
    assert (await xue.post(case, decision)).status_code == 409
    await until_hours(site, "an", 6)
    assert "内容与本校课程相当" in (await an.get("/credentials/mine")).text
    assert (await bring(an, SCHOOL.bundle())).status_code == 409
    assert (await xue.post(f"{case}/withdraw", {"why": "外校撤销了"})).status_code == 303
    await until_hours(site, "an", 0)


async def until_hours(site: Site, login: str, wanted: float) -> None:
    for _ in range(300):
        if await hours(site, login) == wanted:
            return
        await asyncio.sleep(0.05)
    assert await hours(site, login) == wanted


async def test_declined_ones_do_not_come_again(site: Site) -> None:
    xue, an = await site.sign_in("xue"), await site.sign_in("an")
    await trust(site, xue)
    await bring(an, SCHOOL.bundle())
    case = await first_waiting(xue)
    assert "只有姓名一致" in (await xue.get(case)).text
    await xue.post(case, {"decision": "decline", "why": "不相当"})
    assert (await bring(an, SCHOOL.bundle())).status_code == 409
    assert await hours(site, "an") == 0


def revoked() -> dict[str, Any]:
    school = OtherSchool()
    school.revoked = [1]
    return school.bundle()


def tampered() -> dict[str, Any]:
    bundle = SCHOOL.bundle()
    bundle["credential"]["credentialSubject"]["creditsEarned"] = 120
    return bundle


def without(part: str) -> dict[str, Any]:
    bundle = SCHOOL.bundle()
    del bundle[part]
    return bundle


@pytest.mark.parametrize(
    ("bundle", "said"),
    [
        (OtherSchool(seed=9).bundle(), "不是本校登记的那所学校的密钥"),
        (OtherSchool("third.example").bundle(), "没有登记这所学校"),
        (revoked(), "已被学校撤销"),
        (tampered(), "签名与内容不符"),
        (SCHOOL.bundle(validUntil="2020-01-01T00:00:00Z"), "过期"),
        (SCHOOL.bundle(holder="薄学员"), "写的是“薄学员”"),
        (without("statusList"), "没有附撤销名单"),
        (without("didDocument"), "没有 did:web:other.example 的密钥说明"),
        ({"a": 1}, "读不出来"),
    ],
)
async def test_whatever_is_not_in_order_is_refused_with_the_reason(
    site: Site, bundle: dict[str, Any], said: str
) -> None:
    await trust(site, await site.sign_in("xue"))
    refused = await bring(await site.sign_in("an"), bundle)
    assert (refused.status_code, said in refused.text) == (400, True), refused.text


async def test_ones_own_schools_are_not_brought(site: Site) -> None:
    (one,) = await give(site, await achievement(site), "an")
    an = await site.sign_in("an")
    bundle = (await an.get(f"/credentials/mine/{one.id}/bundle.json")).json()
    assert "本校自己颁发" in (await bring(an, bundle)).text


async def test_what_was_revoked_in_the_meantime_cannot_be_accepted(site: Site) -> None:
    xue, an = await site.sign_in("xue"), await site.sign_in("an")
    await trust(site, xue)
    await bring(an, SCHOOL.bundle())
    case = await first_waiting(xue)
    school = (await xue.get("/credentials/schools")).text.split("/credentials/schools/")[1][:36]
    await xue.post(f"/credentials/schools/{school}/remove")
    refused = await xue.post(case, {"decision": "accept", "hours": "6", "why": "好"})
    assert refused.status_code == 400
    assert await hours(site, "an") == 0


async def test_nobody_decides_their_own_case(site: Site) -> None:
    xue = await site.sign_in("xue")
    await trust(site, xue)
    await bring(xue, SCHOOL.bundle(holder="学习管理员"))
    refused = await xue.post(await first_waiting(xue), {"decision": "decline", "why": "好"})
    assert refused.status_code == 400
