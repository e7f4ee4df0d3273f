"""The door of the store: versions, credentials, forms, other origins, limits."""

import base64
from urllib.parse import urlencode

from sqlalchemy import select

from server.lrs.client import LrsClient
from server.store.database import now
from tests.conftest import Site, SiteMaker
from tests.server.lrs.asking import VERSION, program


def basic(text: str) -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


async def test_about_is_for_anybody_of_any_version(site: Site) -> None:
    http = (await site.visitor()).http
    for path in ("about", "/about"):
        answer = await http.get(f"/xapi/{path}", headers={"x-experience-api-version": "0.9"})
        assert answer.status_code == 200
        assert "1.0.3" in answer.json()["version"]
        assert answer.json().keys() == {"version"}
        assert answer.headers["x-experience-api-version"] == "1.0.3"
    head = await http.head("/xapi/about")
    assert head.status_code == 200
    assert not head.content
    assert head.headers["content-length"] == answer.headers["content-length"]


async def test_which_versions_are_spoken(site: Site) -> None:
    asking = await program(site)
    for version in (None, "", "0.9", "0.95", "1.1.0", "2.0.0", "1.00", "xyz"):
        answer = await asking.ask(
            "GET", "activities", headers={"x-experience-api-version": version}
        )
        assert answer.status_code == 400, version
        assert answer.headers["x-experience-api-version"] == "1.0.3"
        assert "X-Experience-API-Version" in answer.text or "1.0.x" in answer.text
    for version in ("1.0", "1.0.0", "1.0.3", "1.0.9"):
        answer = await asking.ask("GET", "absent", headers={"x-experience-api-version": version})
        assert answer.status_code == 404, version


async def test_credentials(site: Site) -> None:
    asking = await program(site)
    http = (await site.sign_in("guan")).http  # a cookie, which counts for nothing
    right = basic(f"{asking.key}:{asking.secret}")["authorization"]
    for wrong in (
        {},
        basic("nobody:nothing"),
        basic(f"{asking.key}:wrong"),
        basic(asking.key),
        basic(":"),
        {"authorization": right.replace("Basic ", "Basic:")},
        {"authorization": "Basic 讲台".encode()},
        {"authorization": "Basic !!!!"},
        {"authorization": right.replace("Basic", "Bearer")},
        basic(f"{asking.key}:{asking.secret}\0"),
    ):
        answer = await http.get("/xapi/absent", headers=VERSION | wrong)
        assert answer.status_code == 401, wrong
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert answer.headers["x-experience-api-version"] == "1.0.3"
    answer = await http.get("/xapi/absent", headers=VERSION | {"authorization": right})
    assert answer.status_code == 404

    async with site.house.database.session() as session:
        (await session.get_one(LrsClient, await client_id(site, asking.key))).revoked_at = now()
    answer = await http.get("/xapi/absent", headers=VERSION | {"authorization": right})
    assert answer.status_code == 401


async def client_id(site: Site, key: str) -> str:
    async with site.house.database.session() as session:
        return str(await session.scalar(select(LrsClient.id).where(LrsClient.key == key)))


async def test_the_form_of_an_error_is_what_the_program_reads(site: Site) -> None:
    http = (await site.visitor()).http
    answer = await http.get("/xapi/absent", headers={"accept": "text/plain"})
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == "The header X-Experience-API-Version is missing\n"
    answer = await http.get("/xapi/absent", headers={"accept": "text/html, */*"})
    assert answer.headers["content-type"].startswith("text/html")
    answer = await http.get("/xapi/absent", headers={"accept-language": "zh-CN"})
    assert answer.json()["sentence"] == "缺少请求头 X-Experience-API-Version"


async def test_other_origins_may_ask(site: Site) -> None:
    asking = await program(site)
    origin = {"origin": "https://content.example.com", "sec-fetch-site": "cross-site"}
    answer = await asking.http.options("/xapi/about", headers=origin)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    answer = await asking.ask("POST", "absent", headers=origin)
    assert answer.status_code == 404  # and not 403
    assert "X-Experience-API-Consistent-Through" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers


async def test_a_form_stands_for_a_request(site: Site) -> None:
    asking = await program(site)
    asking.http.auth = None
    credentials = basic(f"{asking.key}:{asking.secret}")["authorization"]
    fields = {"Authorization": credentials, "X-Experience-API-Version": "1.0.3"}

    async def form(method: str, address: str = "absent", **more: str) -> int:
        sent = urlencode(fields | more)
        answer = await asking.http.post(
            f"/xapi/{address}?method={method}",
            content=sent,
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        return answer.status_code

    assert await form("GET") == 404  # let in: there is no such resource
    assert await form("GET", "about") == 200
    assert await form("HEAD", "about") == 200
    assert await form("GET", "about", limit="1") == 400  # a field is a parameter
    assert await form("PUT") == 400  # without content
    assert await form("PUT", content="{}") == 404
    assert await form("PATCH") == 405
    assert await form("GET&limit=1") == 400
    fields["X-Experience-API-Version"] = "0.9"
    assert await form("GET") == 400
    del fields["Authorization"]
    fields["X-Experience-API-Version"] = "1.0.3"
    assert await form("GET") == 401


async def test_methods_and_parameters(site: Site) -> None:
    asking = await program(site)
    answer = await asking.ask("DELETE", "about")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    for params in ({"foo": "bar"}, {"method": "GET"}):
        assert (await asking.ask("GET", "about", params)).status_code == 400


async def test_too_many_and_too_large(make_site: SiteMaker) -> None:
    site = await make_site(lrs_requests=3)
    asking = await program(site)
    statuses = [(await asking.ask("GET", "absent")).status_code for _ in range(3)]
    assert statuses == [404] * 3
    answer = await asking.ask("GET", "absent")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert (await asking.ask("GET", "about")).status_code == 200
    other = await program(site)
    assert (await other.ask("GET", "absent")).status_code == 404
