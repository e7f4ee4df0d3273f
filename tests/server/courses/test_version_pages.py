"""Versions: kept with a note, looked at, restored, and never lost."""

import re

from server.courses.access import plan_for
from server.courses.versions import latest_version
from tests.conftest import Site, Visitor
from tests.server.courses.making import body, draft, new_plan, save, shared_course


async def version_addresses(who: Visitor, address: str) -> list[str]:
    """Addresses of the versions, newest first."""
    page = await who.get(f"{address}/versions")
    assert page.status_code == 200
    return re.findall(rf'href="({address}/versions/[0-9a-f-]+)"', page.text)


async def test_a_version_is_kept_once_however_often_it_is_saved(site: Site) -> None:
    lin = await site.sign_in("lin")
    address = await new_plan(lin)
    for note in ("第一稿", ""):
        assert (await lin.post(f"{address}/versions", {"note": note})).status_code == 303
    assert len(await version_addresses(lin, address)) == 1
    assert "第一稿" in (await lin.get(f"{address}/versions")).text


async def test_restoring_keeps_what_was_there_as_a_version(site: Site) -> None:
    lin = await site.sign_in("lin")
    address = await new_plan(lin)
    await lin.post(f"{address}/versions")
    await save(lin, address, body(title="第二稿"), 2)
    (first,) = await version_addresses(lin, address)
    assert "网格化管理" in (await lin.get(first)).text
    assert (await lin.post(f"{first}/restore")).status_code == 303
    assert (await draft(lin, address))["body"]["title"] == "网格化管理"
    newest, _ = await version_addresses(lin, address)
    assert "第二稿" in (await lin.get(newest)).text


async def test_a_colleague_may_and_an_outsider_finds_nothing(site: Site) -> None:
    lin, mei, bo = [await site.sign_in(name) for name in ("lin", "mei", "bo")]
    address = await new_plan(lin)
    await shared_course(lin, address, "mei")
    assert (await mei.post(f"{address}/versions", {"note": "梅"})).status_code == 303
    (version,) = await version_addresses(lin, address)
    assert (await mei.get(version)).status_code == 200
    assert (await bo.get(version)).status_code == 404
    assert (await bo.post(f"{version}/restore")).status_code == 404


async def test_a_version_is_not_found_below_another_plan(site: Site) -> None:
    lin = await site.sign_in("lin")
    one, other = await new_plan(lin), await new_plan(lin, title="另一份")
    await lin.post(f"{one}/versions")
    (version,) = await version_addresses(lin, one)
    astray = version.replace(one, other)
    assert (await lin.get(astray)).status_code == 404
    assert (await lin.post(f"{astray}/restore")).status_code == 404


async def test_a_note_that_is_too_long_is_refused(site: Site) -> None:
    lin = await site.sign_in("lin")
    address = await new_plan(lin)
    assert (await lin.post(f"{address}/versions", {"note": "长" * 501})).status_code == 400


async def test_the_latest_version_is_new_only_where_the_draft_differs(site: Site) -> None:
    lin = await site.sign_in("lin")
    address = await new_plan(lin)
    numbers = []
    for title in ("一", "一", "二"):
        revision = (await draft(lin, address))["revision"]
        await save(lin, address, body(title=title), revision)
        async with site.house.database.session() as session:
            plan = await plan_for(session, site.people["lin"], address.rsplit("/", 1)[-1])
            version = await latest_version(session, site.people["lin"], plan)
            numbers.append((version.number, version.body["title"]))
    assert numbers == [(1, "一"), (1, "一"), (2, "二")]
