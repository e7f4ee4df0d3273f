"""Only our own assets and the named npm packages are served, and nothing beside them."""

import pytest

from tests.conftest import Site


async def test_the_pages_script_and_its_modules_are_there(site: Site) -> None:
    visitor = await site.visitor()
    page = await visitor.get("/sign-in")
    for mark in ("js/app.js", "css/app.css"):
        address = next(part for part in page.text.split('"') if part.endswith(mark))
        answer = await visitor.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    vendor = next(part for part in page.text.split('"') if part.endswith("stimulus.js"))
    assert (await visitor.get(vendor)).headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/x/../server/app.py",
        "/assets/x/js/../../server/app.py",
        "/assets/x/js/%2e%2e/%2e%2e/pyproject.toml",
        "/assets/x/locale/zh.json",
        "/assets/x//etc/passwd",
        "/assets/x/js/..%2f..%2fpyproject.toml",
        "/vendor/x/typescript/package.json",
        "/vendor/x/stimulus/../../typescript/package.json",
        "/vendor/x/../package.json",
        "/assets/x/js/app.js%00.css",
    ],
)
async def test_nothing_else_is_served(site: Site, path: str) -> None:
    answer = await (await site.visitor()).get(path)
    assert answer.status_code == 404
