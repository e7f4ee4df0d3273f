"""Handouts: who gives, who takes, and what hostile files and names become."""

import os
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.classroom.access import Doors
from server.classroom.handouts import LARGEST, LONGEST_NAME, Handouts, cleaned_file_name
from server.classroom.rooms import Rooms
from server.classroom.things import Role
from server.errors import Invalid, TooLarge
from server.store.folder import DataFolder
from tests.conftest import Site, Visitor
from tests.server.classroom.opening import Page, open_room, page_of

ROLES: dict[str, Role] = {"mei": "assistant", "an": "trainee", "xue": "supervisor", "bo": "guest"}


async def lesson(site: Site) -> str:
    async def rule(session: AsyncSession, person: Person, room_id: str) -> Role | None:
        return ROLES.get(person.login)

    site.house.part(Doors).allow("lesson", rule)
    return await open_room(site, kind="lesson")


async def give(
    visitor: Visitor, room_id: str, content: bytes = b"%PDF-1.7 words", name: str = "讲义.pdf"
) -> httpx.Response:
    headers = {
        "x-csrf-token": visitor.csrf,
        "x-file-name": quote(name),
        "accept": "application/json",
    }
    return await visitor.http.post(f"/rooms/{room_id}/handouts", content=content, headers=headers)


async def take(visitor: Visitor, room_id: str, handout: str) -> httpx.Response:
    headers = {"accept": "application/json"}
    return await visitor.http.get(f"/rooms/{room_id}/handouts/{handout}", headers=headers)


async def arrive(page: Page) -> dict[str, object]:
    return await page.until("snapshot")


async def test_leaders_give_and_everybody_in_the_room_takes(site: Site) -> None:
    room_id = await lesson(site)
    lin, mei, an = [await site.sign_in(name) for name in ("lin", "mei", "an")]
    async with page_of(site, lin, room_id) as at_lin, page_of(site, an, room_id) as at_an:
        await arrive(at_lin)
        await arrive(at_an)
        given = await give(lin, room_id)
        assert given.status_code == 201
        told = await at_an.until("handed_out")
        assert (told["name"], told["size"]) == ("讲义.pdf", 14)
        async with page_of(site, mei, room_id) as at_mei:
            snapshot = await arrive(at_mei)
            assert [h["name"] for h in snapshot["state"]["handouts"]] == ["讲义.pdf"]
            assert (await give(mei, room_id, b"<script>", "page.html")).status_code == 201
        for visitor in (lin, mei, an):
            answer = await take(visitor, room_id, told["handout"])
            assert answer.content == b"%PDF-1.7 words"
            assert answer.headers["content-type"] == "application/pdf"
            assert answer.headers["content-disposition"].startswith("attachment;")
            assert quote("讲义.pdf") in answer.headers["content-disposition"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in answer.headers["content-security-policy"]


async def test_others_neither_give_nor_take(site: Site) -> None:
    room_id = await lesson(site)
    lin, an, xue, guan = [await site.sign_in(name) for name in ("lin", "an", "xue", "guan")]
    async with page_of(site, lin, room_id) as at_lin:
        await arrive(at_lin)
        handout = (await give(lin, room_id)).json()["id"]
        for visitor, status in ((an, 403), (xue, 403), (guan, 404)):
            assert (await give(visitor, room_id)).status_code == status
        assert (await take(guan, room_id, handout)).status_code == 404
        assert (await take(an, room_id, handout)).status_code == 404  # has not come
        stranger = await site.visitor()
        assert (await take(stranger, room_id, handout)).status_code == 401
        lin.csrf = "forged"
        assert (await give(lin, room_id)).status_code == 403
    assert len(list(site.house.folder.sub("handouts", room_id).iterdir())) == 1


async def test_the_lobby_and_the_removed_take_nothing(site: Site) -> None:
    room_id = await lesson(site)
    lin, an = await site.sign_in("lin"), await site.sign_in("an")
    async with page_of(site, lin, room_id) as at_lin:
        await arrive(at_lin)
        handout = (await give(lin, room_id)).json()["id"]
        await at_lin.send("open_lobby")
        await at_lin.until("lobby_opened")
        async with page_of(site, an, room_id) as at_an:
            await arrive(at_an)
            assert (await take(an, room_id, handout)).status_code == 404
            await at_lin.send("admit_all")
            await at_lin.until("admitted")
            assert (await take(an, room_id, handout)).status_code == 200
            await at_lin.send("remove", person=site.people["an"].id)
            await at_lin.until("removed")
            assert (await take(an, room_id, handout)).status_code == 404


async def test_withdrawn_is_gone_and_the_end_closes_the_door(site: Site) -> None:
    room_id = await lesson(site)
    lin, an = await site.sign_in("lin"), await site.sign_in("an")
    handouts = site.house.part(Handouts)
    async with page_of(site, lin, room_id) as at_lin:
        await arrive(at_lin)
        first, second = [(await give(lin, room_id)).json()["id"] for _ in range(2)]
        await at_lin.send("withdraw_handout", handout=first)
        await at_lin.until("handout_withdrawn")
        assert (await take(lin, room_id, first)).status_code == 404
        os.utime(handouts.file(room_id, first), (0, 0))
        assert (await give(lin, room_id)).status_code == 201
        assert not handouts.file(room_id, first).exists()
        assert handouts.file(room_id, second).exists()
    await site.house.part(Rooms).end(room_id)
    assert (await give(lin, room_id)).status_code == 409
    assert (await take(an, room_id, second)).status_code == 200  # missed the lesson


async def test_nobody_gives_without_being_there(site: Site) -> None:
    room_id = await lesson(site)
    lin = await site.sign_in("lin")
    assert (await give(lin, room_id)).status_code == 403
    assert not list(site.house.folder.sub("handouts", room_id).iterdir())


async def test_no_address_leads_out_of_the_folder(site: Site) -> None:
    room_id = await lesson(site)
    lin = await site.sign_in("lin")
    async with page_of(site, lin, room_id) as at_lin:
        await arrive(at_lin)
        given = (await give(lin, room_id, name="../../../etc/passwd")).json()
        assert given["name"] == "passwd"
        for hostile in ("..%2f..%2fjiangtai.sqlite", "%2e%2e", "%2e%2e%2fsecrets", "x%00", "*"):
            assert (await take(lin, room_id, hostile)).status_code in (404, 405), hostile
        assert (await give(lin, room_id, b"")).status_code == 400
        large = await give(lin, room_id, bytes(LARGEST + 1))
        assert large.status_code == 413
        assert "50" in large.json()["sentence"]
    assert len(list(site.house.folder.sub("handouts", room_id).iterdir())) == 1


async def test_only_what_its_bytes_say_gets_a_name(site: Site) -> None:
    room_id = await lesson(site)
    lin = await site.sign_in("lin")
    kinds = {
        ("a.png", b"\x89PNG\r\n\x1a\n.."): "image/png",
        ("a.pptx", b"PK\x03\x04.."): "presentationml",
        ("a.pdf", b"<html>"): "octet-stream",
        ("a.svg", b"<svg/>"): "octet-stream",
        ("a.html", b"%PDF-"): "octet-stream",
        ("a.js", b"alert(1)"): "octet-stream",
        ("a", b"MZ"): "octet-stream",
    }
    async with page_of(site, lin, room_id) as at_lin:
        await arrive(at_lin)
        for (name, content), kind in kinds.items():
            handout = (await give(lin, room_id, content, name)).json()["id"]
            assert kind in (await take(lin, room_id, handout)).headers["content-type"], name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("讲义 第一讲.pdf", "讲义 第一讲.pdf"),
        ("C:\\Users\\lin\\a.docx", "a.docx"),
        ("../..", "file"),
        ("", "file"),
        (" . ", "file"),
        (".bashrc", "bashrc"),
        ("con.txt", "_con.txt"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie x=1.pdf"),
        ('a"; filename="b.html', "a; filename=b.html"),
        ("<img src=x>.png", "img src=x.png"),
        ("a\0b.txt", "ab.txt"),
        ("e\u0301.txt", "é.txt"),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert cleaned_file_name(given) == kept


def test_long_names_keep_their_ending() -> None:
    name = cleaned_file_name("很" * 300 + ".pdf")
    assert len(name) == LONGEST_NAME
    assert name.endswith(".pdf")
    assert len(cleaned_file_name("a." + "b" * 300)) == LONGEST_NAME


async def test_what_breaks_off_leaves_nothing(data_folder: DataFolder) -> None:
    handouts = Handouts(data_folder)

    async def chunks(*sent: bytes, fail: bool = False) -> AsyncIterator[bytes]:
        for chunk in sent:
            yield chunk
        if fail:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await handouts.take_in("room", chunks(b"abc", fail=True))
    with pytest.raises(Invalid):
        await handouts.take_in("room", chunks())
    with pytest.raises(TooLarge):
        await handouts.take_in("room", chunks(bytes(LARGEST), b"1"))
    assert not list(data_folder.sub("handouts", "room").iterdir())


@pytest.fixture
def data_folder(tmp_path) -> DataFolder:
    return DataFolder(tmp_path / "data")
