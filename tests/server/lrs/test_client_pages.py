"""Making and revoking clients on their page."""

import re

import httpx

from tests.conftest import Site
from tests.server.lrs.asking import VERSION


async def test_a_client_is_made_used_and_revoked(site: Site) -> None:
    xue = await site.sign_in("xue")
    assert "还没有其他系统接入" in (await xue.get("/records/clients")).text
    for wrong in (
        {"name": "", "scopes": "state"},
        {"name": "x" * 101, "scopes": "state"},
        {"name": "平台", "scopes": "nonsense"},
        {"name": "平台"},
    ):
        assert (await xue.post("/records/clients", wrong)).status_code == 400, wrong
    made = await xue.post(
        "/records/clients", {"name": "省级 <b>平台</b>", "scopes": ["statements/write", "state"]}
    )
    assert made.status_code == 200
    endpoint, username, password = re.findall(r'<input value="([^"]*)" readonly', made.text)
    assert endpoint == f"{site.house.settings.address}/xapi/"
    assert made.headers["cache-control"] == "no-store"

    http = (await site.visitor()).http
    http.auth = httpx.BasicAuth(username, password)
    assert (await http.get("/xapi/absent", headers=VERSION)).status_code == 404
    listed = (await xue.get("/records/clients")).text
    assert password not in listed
    for said in ("省级 &lt;b&gt;平台", username, "学习管理员", "最近使用：今天", "保存学习状态"):
        assert said in listed, said
    (client,) = re.findall(r"/records/clients/([0-9a-f-]{36})/revoke", listed)
    for _ in range(2):
        assert (await xue.post(f"/records/clients/{client}/revoke")).status_code == 303
        assert (await http.get("/xapi/absent", headers=VERSION)).status_code == 401
    listed = (await xue.get("/records/clients")).text
    assert "已停用 1 个" in listed
    assert f"{client}/revoke" not in listed
