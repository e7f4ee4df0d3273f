"""Signing in: right and wrong passwords, locking, one-time links, sessions that end."""

from server.accounts.signin import TRIES, make_link
from tests.conftest import PASSWORD, Site


async def test_lin_signs_in_and_sees_home(site: Site) -> None:
    lin = await site.sign_in("lin")
    page = await lin.get("/")
    assert page.status_code == 200
    assert "林老师" in page.text


async def test_a_stranger_is_sent_to_sign_in_and_back(site: Site) -> None:
    stranger = await site.visitor()
    answer = await stranger.get("/")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/"


async def test_unknown_and_wrong_look_the_same(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/sign-in")
    wrong = await visitor.post("/sign-in", {"login": "lin", "password": "x", "next": "/"})
    unknown = await visitor.post("/sign-in", {"login": "lin2", "password": "x", "next": "/"})
    assert wrong.status_code == unknown.status_code == 400
    assert (
        wrong.text.replace("lin2", "lin").split("<main")[1]
        == unknown.text.replace("lin2", "lin").split("<main")[1]
    )


async def test_five_wrong_passwords_lock_the_account(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.get("/sign-in")
    for _ in range(TRIES):
        await visitor.post("/sign-in", {"login": "lin", "password": "wrong", "next": "/"})
    answer = await visitor.post("/sign-in", {"login": "lin", "password": PASSWORD, "next": "/"})
    assert answer.status_code == 429
    assert "锁定" in answer.text


async def test_a_form_without_its_token_is_refused(site: Site) -> None:
    lin = await site.sign_in("lin")
    lin.csrf = "forged"
    assert (await lin.post("/sign-out")).status_code == 403
    assert (await lin.get("/")).status_code == 200


async def test_another_site_cannot_post(site: Site) -> None:
    lin = await site.sign_in("lin")
    headers = {"origin": "http://evil.example", "accept": "text/html"}
    assert (await lin.post("/sign-out", headers=headers)).status_code == 403


async def test_next_never_leads_to_another_site(site: Site) -> None:
    for evil in ("//evil.example", "https://evil.example", "/\\evil.example"):
        visitor = await site.visitor()
        await visitor.get("/sign-in")
        form = {"login": "lin", "password": PASSWORD, "next": evil}
        assert (await visitor.post("/sign-in", form)).headers["location"] == "/"


async def test_a_link_sets_a_password_once_and_ends_older_sessions(site: Site) -> None:
    old = await site.sign_in("an")
    path = await make_link(site.house.database, site.people["an"].id)
    visitor = await site.visitor()
    await visitor.get(path)
    new = "another long password"
    answer = await visitor.post(path, {"password": new, "again": new})
    assert answer.status_code == 303
    assert (await visitor.get("/")).status_code == 200
    assert (await old.get("/")).status_code == 303
    again = await (await site.visitor()).get(path)
    assert again.status_code == 404


async def test_signing_out_ends_the_session(site: Site) -> None:
    lin = await site.sign_in("lin")
    cookies = dict(lin.http.cookies)
    await lin.post("/sign-out")
    lin.http.cookies.update(cookies)
    assert (await lin.get("/")).status_code == 303
