"""The Statement Resource as programs meet it (Communication 2.1)."""

import asyncio
import hashlib
import re
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from server.lrs.moments import read_moment
from server.store.database import new_id
from tests.conftest import Site
from tests.server.lrs.asking import Program, program
from tests.server.lrs.statements import agent, statement, voiding

THROUGH = "x-experience-api-consistent-through"
BOUNDARY = "abcABC0123'()+_,-./:=?"


@pytest.fixture
async def lrs(site: Site) -> Program:
    """A client that may do everything."""
    return await program(site)


async def post(lrs: Program, *some: dict[str, Any], **more: Any) -> httpx.Response:
    return await lrs.ask("POST", "statements", json=some[0] if len(some) == 1 else some, **more)


async def get(lrs: Program, **params: Any) -> httpx.Response:
    return await lrs.ask("GET", "statements", params)


def attachment(content: bytes, **more: Any) -> dict[str, Any]:
    return {
        "usageType": "http://example.com/attachment-usage/test",
        "display": {"en-US": "A test attachment"},
        "contentType": "text/plain; charset=ascii",
        "length": len(content),
        "sha2": hashlib.sha256(content).hexdigest(),
    } | more


def mixed(first: str, *contents: bytes, **heads: str) -> dict[str, Any]:
    """The body and header of a request with attachments; `heads` replace lines of parts."""
    parts = [f"Content-Type: {heads.get('kind', 'application/json')}\r\n\r\n{first}".encode()]
    for content in contents:
        sha2 = heads.get("sha2", hashlib.sha256(content).hexdigest())
        lines = (
            f"Content-Type: text/plain\r\nContent-Transfer-Encoding: "
            f"{heads.get('encoding', 'binary')}\r\nX-Experience-API-Hash: {sha2}\r\n\r\n"
        )
        parts.append(lines.encode() + content)
    body = b"".join(f"--{BOUNDARY}\r\n".encode() + part + b"\r\n" for part in parts)
    return {
        "content": body + f"--{BOUNDARY}--".encode(),
        "headers": {"content-type": f'multipart/mixed; boundary="{BOUNDARY}"'},
    }


async def test_a_statement_is_put_and_got_and_cannot_be_changed(lrs: Program) -> None:
    id = new_id()
    put = await lrs.ask("PUT", "statements", {"statementId": id}, json=statement())
    assert (put.status_code, put.content) == (204, b"")
    got = await get(lrs, statementId=id)
    assert got.headers["content-type"] == "application/json"
    assert got.json()["id"] == id
    assert got.json()["authority"]["account"]["name"] == lrs.key
    stored = read_moment(got.json()["stored"])
    assert parsedate_to_datetime(got.headers["last-modified"]) == stored.replace(microsecond=0)
    assert read_moment(got.headers[THROUGH]) >= stored
    for body, status in ((statement(), 204), (statement(actor=agent("bo")), 409)):
        again = await lrs.ask("PUT", "statements", {"statementId": id}, json=body)
        assert again.status_code == status
    assert (await post(lrs, got.json())).status_code == 204  # nothing was new
    head = await lrs.ask("HEAD", "statements", {"statementId": id})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["last-modified"] == got.headers["last-modified"]


async def test_what_is_put_is_one_statement_with_that_id(lrs: Program) -> None:
    for body in (statement(id=new_id()), [statement()], 7, None):
        refused = await lrs.ask("PUT", "statements", {"statementId": new_id()}, json=body)
        assert refused.status_code == 400
        assert refused.headers[THROUGH]
    assert (await lrs.ask("PUT", "statements", json=statement())).status_code == 400


async def test_a_batch_is_stored_whole_or_not_at_all(lrs: Program) -> None:
    good, twice = statement(id=new_id()), statement(id=new_id())
    for wrong in ([good, statement(verb={"id": "no"})], [good, twice, twice]):
        assert (await post(lrs, *wrong)).status_code == 400
        assert (await get(lrs, statementId=good["id"])).status_code == 404
    answer = await post(lrs, good, twice)
    assert (answer.status_code, answer.json()) == (200, [good["id"], twice["id"]])


MEANINGLESS: list[dict[str, Any]] = [
    {"statementId": "x"},
    {"statementId": new_id(), "voidedStatementId": new_id()},
    {"statementId": new_id(), "limit": 1},
    {"voidedStatementId": new_id(), "verb": "http://x.cn/v"},
    {"unknown": "x"},
    {"StatementId": new_id()},
    {"verb": "left"},
    {"activity": "lesson"},
    {"registration": "1"},
    {"agent": "an"},
    {"agent": '{"objectType":"Group","member":[{"mbox":"mailto:a@b.cn"}]}'},
    {"agent": '{"mbox":"mailto:a@b.cn","mbox":"mailto:c@b.cn"}'},
    {"limit": "-1"},
    {"limit": "many"},
    {"since": "yesterday"},
    {"until": "2015-11-18T12:17:00-00:00"},
    {"ascending": "True"},
    {"attachments": "1"},
    {"format": "IDs"},
    {"from": str(2**63)},
]


async def test_parameters_that_mean_nothing_are_refused(lrs: Program) -> None:
    for params in MEANINGLESS:
        refused = await get(lrs, **params)
        assert refused.status_code == 400, params
        assert read_moment(refused.headers[THROUGH])


async def test_pages_lead_on_by_more(lrs: Program) -> None:
    ids = (await post(lrs, *(statement() for _ in range(5)))).json()
    seen, path = [], "statements?limit=2&verb=http%3A%2F%2Fadlnet.gov%2Fexpapi%2Fverbs%2Fattended"
    while path:
        page = (await lrs.ask("GET", path)).json()
        seen += [one["id"] for one in page["statements"]]
        path = page["more"].removeprefix("/xapi/")
    assert seen == ids[::-1]
    assert (await get(lrs, verb="http://x.cn/none")).json() == {"statements": [], "more": ""}
    assert (await get(lrs, since="2099-01-01T00:00:00Z")).json()["statements"] == []


async def test_voided_statements_are_found_only_as_such(lrs: Program) -> None:
    id = new_id()
    await post(lrs, statement(id=id), voiding(id))
    assert (await get(lrs, statementId=id)).status_code == 404
    assert (await get(lrs, voidedStatementId=id)).json()["id"] == id


async def test_formats_give_less_or_the_stores_own_words(lrs: Program) -> None:
    lesson = {"id": "http://x.cn/lessons/1", "definition": {"name": {"zh": "课", "en": "Lesson"}}}
    await post(lrs, statement(object=lesson))
    more = {"id": lesson["id"], "definition": {"name": {"en": "A lesson"}, "type": "http://x.cn/t"}}
    await post(lrs, statement(object=more))
    (ids, _) = (await get(lrs, format="ids")).json()["statements"]
    assert ids["actor"] == {"objectType": "Agent", "mbox": "mailto:an@example.cn"}
    assert ids["object"] == {"id": lesson["id"]}
    assert set(ids["verb"]) == {"id"}
    for language, name in (("zh-CN,en;q=0.5", {"zh": "课"}), ("en-GB", {"en": "A lesson"})):
        told = await lrs.ask(
            "GET", "statements", {"format": "canonical"}, headers={"accept-language": language}
        )
        for one in told.json()["statements"]:
            assert one["object"]["definition"] == {"name": name, "type": "http://x.cn/t"}
            assert one["actor"]["name"] == "an"
    exact = (await get(lrs, format="exact")).json()["statements"]
    assert [one["object"] for one in exact] == [more, lesson]


async def test_attachments_come_and_go_as_parts(lrs: Program) -> None:
    content = bytes(range(256)) + b"\r\n--x\r\n"
    told = statement(attachments=[attachment(content)])
    body = httpx.Response(200, json=told).text
    sent = await lrs.ask("POST", "statements", **mixed(body, content))
    assert sent.status_code == 200, sent.text
    got = await get(lrs, statementId=sent.json()[0], attachments="true")
    boundary = got.headers["content-type"].removeprefix("multipart/mixed; boundary=")
    first, second = got.content.split(b"--" + boundary.encode())[1:3]
    assert first.partition(b"\r\n\r\n")[2].startswith(b'{"actor"')
    head, _, bytes_ = second.partition(b"\r\n\r\n")
    assert bytes_ == content + b"\r\n"
    assert told["attachments"][0]["sha2"].encode() in head
    assert b"Content-Type: text/plain; charset=ascii" in head
    plain = await get(lrs, statementId=sent.json()[0], attachments="false")
    assert plain.headers["content-type"] == "application/json"
    # Knowing a hash gives nobody the bytes that came with another statement.
    linked = attachment(content, fileUrl="http://x.cn/file")
    other = (await post(lrs, statement(attachments=[linked]))).json()
    empty = await get(lrs, statementId=other[0], attachments="true")
    assert content not in empty.content
    assert len(re.findall(rb"Content-Type", empty.content)) == 1


CONTENT = b"here is a simple attachment"
TOLD = httpx.Response(200, json=statement(attachments=[attachment(CONTENT)])).text


WRONG_PARTS: list[dict[str, Any]] = [
    {"content": TOLD, "headers": {"content-type": "application/json"}},  # bytes are missing
    {"content": TOLD, "headers": {"content-type": "multipart/form-data; boundary=x"}},
    {"content": TOLD, "headers": {"content-type": "text/plain"}},
    mixed(TOLD),
    mixed(TOLD, CONTENT, b"another"),
    mixed(TOLD, CONTENT, kind="text/plain"),
    mixed(TOLD, CONTENT, encoding="base64"),
    mixed(TOLD, CONTENT, sha2=""),
    mixed(TOLD, CONTENT, sha2=hashlib.sha256(b"x").hexdigest()),
    mixed(TOLD, CONTENT) | {"headers": {"content-type": "multipart/mixed"}},
    mixed(TOLD, CONTENT) | {"headers": {"content-type": "multipart/mixed; boundary=other"}},
    {**mixed(TOLD, CONTENT), "content": mixed(TOLD, CONTENT)["content"][:-2]},
]


async def test_attachments_that_are_not_as_they_should_be_are_refused(lrs: Program) -> None:
    for sent in WRONG_PARTS:
        refused = await lrs.ask("POST", "statements", **sent)
        assert refused.status_code == 400, sent
    assert (await get(lrs)).json()["statements"] == []


async def test_scopes_say_what_a_client_may(site: Site, lrs: Program) -> None:
    writer = await program(site, "statements/write", "statements/read/mine")
    (theirs,) = (await post(lrs, statement())).json()
    (mine,) = (await post(writer, statement())).json()
    assert [one["id"] for one in (await get(writer)).json()["statements"]] == [mine]
    assert (await get(writer, statementId=theirs)).status_code == 404
    assert (await post(writer, voiding(theirs))).status_code == 403
    assert (await post(writer, voiding(mine))).status_code == 200
    reader = await program(site, "statements/read")
    assert (await post(reader, statement())).status_code == 403
    assert len((await get(reader)).json()["statements"]) == 2


async def test_of_many_who_send_the_same_at_once_one_row_is_made(lrs: Program) -> None:
    one = statement(id=new_id())
    answers = await asyncio.gather(*(post(lrs, one) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200, 204}
    assert len((await get(lrs)).json()["statements"]) == 1


async def test_hostile_bodies_are_refused_and_strange_words_kept(lrs: Program) -> None:
    plain = httpx.Response(200, json=statement()).content
    deep = b'{"http://x.cn/e":' + b"[" * 40 + b"]" * 40 + b"}"
    hostile = [
        (400, b""),
        (400, b"\xff"),
        (400, b"[" * 1_000_000),
        (400, plain[:-1]),
        (400, plain[:-1] + b',"actor":{}}'),
        (400, plain[:-1] + b',"result":{"score":{"raw":NaN}}}'),
        (400, plain[:-1] + b',"result":{"response":"\\ud800"}}'),
        (400, plain[:-1] + b',"result":{"extensions":' + deep + b"}}"),
        (413, b"[" + b" " * 10 * 1024**2 + b"]"),
        (413, b"[" + b",".join([plain] * 1001) + b"]"),
    ]
    for status, body in hostile:
        answer = await lrs.ask(
            "POST", "statements", content=body, headers={"content-type": "application/json"}
        )
        assert (answer.status_code, body[:80]) == (status, body[:80])
    long = "http://x.cn/" + "长" * 20_000
    strange = statement(
        actor={"account": {"homePage": long, "name": "a\0b🎓"}, "name": "\0"},
        object={"id": long, "definition": {"name": {"en": "\0"}}},
        result={"response": "\0", "extensions": {long: "\0"}},
    )
    (id,) = (await post(lrs, strange)).json()
    got = (await get(lrs, statementId=id)).json()
    assert {name: got[name] for name in strange} == strange
    found = await get(lrs, activity=long[:3000])
    assert found.json()["statements"] == []


async def test_of_an_attachment_the_hash_decides_and_not_the_length(lrs: Program) -> None:
    """XAPI-00127: the conformance suite says the length of a file and sends its hex digits."""
    content = b"ffd8ffe0"
    told = statement(attachments=[attachment(content, length=4, contentType="image/jpeg")])
    sent = mixed(httpx.Response(200, json=told).text, content)
    assert (await lrs.ask("POST", "statements", **sent)).status_code == 200
    kept = await get(lrs, attachments="true")
    assert kept.headers["content-type"].startswith("multipart/mixed; boundary=")
    assert content in kept.content
    assert (await get(lrs, attachments="false")).headers["content-type"] == "application/json"
