"""A plan as YAML: out, in again, and errors that name line or field."""

import pytest

from rehearsal.plan import plan_from_yaml
from tests.conftest import Site
from tests.server.courses.making import draft, new_plan


async def test_out_and_in_again_is_the_same_plan(site: Site) -> None:
    lin = await site.sign_in("lin")
    address = await new_plan(lin)
    answer = await lin.get(f"{address}.yaml")
    assert answer.status_code == 200
    assert "filename*=utf-8''%E7%BD%91" in answer.headers["content-disposition"]
    assert plan_from_yaml(answer.text).minutes == 17.5
    for sent in (
        {"data": {"text": answer.text}},
        {"data": {"text": ""}, "files": {"file": ("p.yaml", b"\xef\xbb\xbf" + answer.content)}},
    ):
        taken = await lin.post("/plans/import", **sent)
        assert taken.status_code == 303
        copied = await draft(lin, taken.headers["location"])
        assert copied["body"] == (await draft(lin, address))["body"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: a\nsegments:\n  - title: b\n    minutes: -3\n", "segments[1].minutes"),
        ("title: a\nsegments: []\n", "环节"),
        ("title: [a\n", "行"),
        ("title: a\nb: *x\nsegments: []", "第 2 行"),
    ],
)
async def test_an_error_names_the_place_and_keeps_what_was_pasted(
    site: Site, text: str, said: str
) -> None:
    lin = await site.sign_in("lin")
    answer = await lin.post("/plans/import", {"text": text})
    assert answer.status_code == 400
    assert said in answer.text.split('role="alert"')[1].split("</p>")[0]
    assert "{field}" not in answer.text
    assert "先写一份教案" in (await lin.get("/plans")).text


async def test_bytes_that_are_no_text_and_no_file_at_all_are_refused(site: Site) -> None:
    lin = await site.sign_in("lin")
    binary = await lin.post("/plans/import", files={"file": ("p.yaml", b"\xff\xfe\x00\x81")})
    assert binary.status_code == 400
    assert "UTF-8" in binary.text
    assert (await lin.post("/plans/import", {"text": ""})).status_code == 400


async def test_a_trainee_has_no_plans_to_import(site: Site) -> None:
    an = await site.sign_in("an")
    assert (await an.get("/plans/import")).status_code == 403
    assert (await an.post("/plans/import", {"text": "title: a"})).status_code == 403
