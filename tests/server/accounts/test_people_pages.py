"""People on their pages: Xue keeps the rosters, Guan the installation, nobody raises themselves."""

import re

import pytest
from sqlalchemy import select

from server.accounts.person import Person, RoleGrant
from tests.conftest import Site, Visitor


async def roles_of(site: Site, login: str) -> frozenset[str]:
    async with site.house.database.session() as session:
        person = await session.scalar(select(Person).where(Person.login == login))
    assert person
    return person.roles


async def grant(site: Site, login: str, *roles: str) -> None:
    async with site.house.database.session() as session:
        session.add_all(RoleGrant(person_id=site.people[login].id, role=role) for role in roles)


async def add(who: Visitor, login: str = "zhang", *roles: str, name: str = "张三"):
    await who.get("/people")
    return await who.post("/people", {"name": name, "login": login, "unit": "", "roles": roles})


async def test_xue_adds_a_teacher_who_signs_in_by_the_link(site: Site) -> None:
    xue = await site.sign_in("xue")
    page = await add(xue, "Zhang.San", "teacher")
    assert page.status_code == 200
    link = re.search(r'value="http[^"]*(/welcome/[^"]+)"', page.text)
    assert link
    zhang = await site.visitor()
    assert "zhang.san" in (await zhang.get(link[1])).text
    again = {"password": "a long password", "again": "a long password"}
    assert (await zhang.post(link[1], again)).status_code == 303
    assert "张三" in (await zhang.get("/")).text
    assert await roles_of(site, "zhang.san") == {"teacher"}


async def test_only_those_who_keep_people_see_them(site: Site) -> None:
    an_id = site.people["an"].id
    for name in ("lin", "mei", "an"):
        visitor = await site.sign_in(name)
        for path in ("/people", "/people/new", "/people/import", f"/people/{an_id}"):
            assert (await visitor.get(path)).status_code == 403, path
        for path in (f"/people/{an_id}", f"/people/{an_id}/link", f"/people/{an_id}/deactivate"):
            assert (await visitor.post(path, {"name": "x"})).status_code == 403, path
        assert (await add(visitor)).status_code == 403


@pytest.mark.parametrize(
    ("name", "login"),
    [("", "zhang"), ("张", "张三"), ("张", "a"), ("张", "lin"), ("长" * 61, "z1")],
)
async def test_bad_names_are_refused_and_what_was_typed_stays(
    site: Site, name: str, login: str
) -> None:
    xue = await site.sign_in("xue")
    page = await add(xue, login, "teacher", name=name)
    assert page.status_code == 400
    assert 'role="alert"' in page.text
    assert f'value="{login}"' in page.text


async def test_nobody_raises_themselves(site: Site) -> None:
    await grant(site, "xue", "security_admin")
    xue = await site.sign_in("xue")
    form = {"name": "学习管理员", "roles": ["learning_admin", "security_admin", "teacher"]}
    assert (await xue.post(f"/people/{site.people['xue'].id}", form)).status_code == 403
    assert await roles_of(site, "xue") == {"learning_admin", "security_admin"}


async def test_a_learning_admin_neither_gives_nor_takes_admin_roles(site: Site) -> None:
    xue = await site.sign_in("xue")
    lin = f"/people/{site.people['lin'].id}"
    for role in ("system_admin", "security_admin", "audit_admin", "learning_admin", "emperor"):
        answer = await xue.post(lin, {"name": "林老师", "roles": ["teacher", role]})
        assert answer.status_code in (400, 403), role
    assert await roles_of(site, "lin") == {"teacher"}
    guan = f"/people/{site.people['guan'].id}"
    assert (await xue.post(guan, {"name": "管理员"})).status_code == 403
    assert await roles_of(site, "guan") == {"system_admin"}


async def test_a_link_to_an_account_beyond_ones_own_is_refused(site: Site) -> None:
    xue = await site.sign_in("xue")
    guan = f"/people/{site.people['guan'].id}"
    assert (await xue.post(f"{guan}/link")).status_code == 403
    assert (await xue.post(f"{guan}/deactivate")).status_code == 403
    assert (await xue.get(guan)).status_code == 200


async def test_nobody_holds_two_of_the_three(site: Site) -> None:
    guan = await site.sign_in("guan")
    lin = f"/people/{site.people['lin'].id}"
    two = {"name": "林老师", "roles": ["audit_admin", "security_admin"]}
    assert (await guan.post(lin, two)).status_code == 400
    one = {"name": "林老师", "roles": ["security_admin"]}
    assert (await guan.post(lin, one)).status_code == 303
    assert await roles_of(site, "lin") == {"security_admin"}
    assert (await guan.post(lin, {"name": "林老师"})).status_code == 403  # Lin gives roles now


async def test_deactivating_signs_out_at_once_and_activating_lets_in_again(site: Site) -> None:
    xue, an = await site.sign_in("xue"), await site.sign_in("an")
    address = f"/people/{site.people['an'].id}"
    assert (await xue.post(f"{address}/deactivate")).status_code == 303
    assert (await an.get("/")).status_code == 303
    assert "已停用" in (await xue.get("/people?q=an")).text
    assert (await xue.post(f"{address}/deactivate", {"active": "1"})).status_code == 303
    assert (await (await site.sign_in("an")).get("/")).status_code == 200
    own = f"/people/{site.people['xue'].id}/deactivate"
    assert (await xue.post(own)).status_code == 403


async def test_a_new_link_voids_the_older_one(site: Site) -> None:
    xue = await site.sign_in("xue")
    links = []
    for _ in range(2):
        page = await xue.post(f"/people/{site.people['an'].id}/link")
        links.append(re.search(r"/welcome/[\w-]+", page.text)[0])
    visitor = await site.visitor()
    assert (await visitor.get(links[0])).status_code == 404
    assert (await visitor.get(links[1])).status_code == 200


async def test_search_finds_by_name_login_and_unit_and_percent_is_a_percent(site: Site) -> None:
    xue = await site.sign_in("xue")
    await xue.post(
        f"/people/{site.people['an'].id}", {"name": "安学员", "unit": "一部", "roles": "trainee"}
    )
    for asked in ("安学", "AN", "一部"):
        assert "安学员" in (await xue.get("/people", params={"q": asked})).text, asked
    assert "没有找到" in (await xue.get("/people", params={"q": "%"})).text
    assert (await xue.get("/people?page=0")).status_code == 400
    assert (await xue.get("/people/no-such-id")).status_code == 404


ADDRESSES = [
    ("", True),
    ("an@school.example", True),
    ("a.b+c@mail.school.example", True),
    ("an", False),
    ("an@school", False),
    ("an@school.example\r\nBcc: x@y.example", False),
    ("安@school.example", False),
    (f"{'a' * 65}@school.example", False),
    (f"an@{'a.' * 130}example", False),
]


async def test_only_addresses_that_mail_can_go_to_are_kept(site: Site) -> None:
    xue, an_id, kept = await site.sign_in("xue"), site.people["an"].id, None
    for email, fine in ADDRESSES:
        sent = {"name": "安学员", "unit": "", "email": email, "roles": ["trainee"]}
        answer = await xue.post(f"/people/{an_id}", sent)
        assert answer.status_code == (303 if fine else 400), email
        kept = email or None if fine else kept
        async with site.house.database.session() as session:
            assert (await session.get_one(Person, an_id)).email == kept, email
