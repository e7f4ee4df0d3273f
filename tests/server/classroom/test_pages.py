"""The page of a room and what it posts."""

import cv2
import numpy as np

from tests.conftest import Site
from tests.server.classroom.opening import AGENDA, open_room


def jpeg(luma: int = 0, size: tuple[int, int] = (240, 320)) -> bytes:
    done, data = cv2.imencode(".jpg", np.full((*size, 3), luma, np.uint8))
    assert done
    return data.tobytes()


async def test_the_page_knows_its_plan_and_slides(site: Site) -> None:
    lin = await site.sign_in("lin")
    page = await lin.get(f"/rooms/{await open_room(site)}")
    assert page.status_code == 200
    assert "3 个环节，共 15 分钟" in page.text
    assert AGENDA.slides in page.text
    assert 'id="main"' in page.text


async def test_a_picture_gets_hints_in_words(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    headers = {"x-csrf-token": lin.csrf, "accept": "application/json"}
    path = f"/rooms/{room_id}/hints"
    dark = await lin.http.post(path, content=jpeg(), headers=headers)
    assert [hint["key"] for hint in dark.json()["hints"]] == ["hint.lens_covered"]
    assert "镜头" in dark.json()["hints"][0]["sentence"]
    for hostile in (b"", b"\xff\xd8\xff", b"<svg/>", b"#EXTM3U\nfile:///etc/passwd"):
        refused = await lin.http.post(path, content=hostile, headers=headers)
        assert refused.status_code == 400, hostile
        assert refused.json()["sentence"]
    large = await lin.http.post(path, content=b"\xff\xd8" + bytes(300_000), headers=headers)
    assert large.status_code == 413
    forged = await lin.http.post(path, content=jpeg(), headers={"x-csrf-token": "forged"})
    assert forged.status_code == 403


async def test_others_may_not_even_ask(site: Site) -> None:
    room_id = await open_room(site)
    bo = await site.sign_in("bo")
    headers = {"x-csrf-token": bo.csrf, "accept": "application/json"}
    answer = await bo.http.post(f"/rooms/{room_id}/hints", content=jpeg(), headers=headers)
    assert answer.status_code == 404
    stranger = await site.visitor()
    assert (await stranger.get(f"/rooms/{room_id}")).headers["location"].startswith("/sign-in")


async def test_a_plan_may_be_missing_and_a_title_hostile(site: Site) -> None:
    lin = await site.sign_in("lin")
    agenda = type(AGENDA)(segments=(type(AGENDA.segments[0])("'><script>alert(1)</script>", 5),))
    page = await lin.get(f"/rooms/{await open_room(site, agenda)}")
    assert "<script>alert(1)" not in page.text
    empty = await lin.get(f"/rooms/{await open_room(site, type(AGENDA)())}")
    assert "没有教案" in empty.text
