"""Giving and taking back: what others see of it, and what the log says."""

import asyncio
import copy
import json
import uuid
from typing import Any

import pypdfium2
import pytest
from limits import RateLimitItemPerMinute
from sqlalchemy import text

from server.credentials.credential import Credential, issued_to
from server.credentials.issuing import Credentials
from server.credentials.log import entry_bytes, faults, is_head
from server.credentials.merkle import is_consistent, is_included, leaf_hash
from server.credentials.multibase import public_of
from server.credentials.public_pages import Turnstile
from server.credentials.verifying import Trust, verify
from server.errors import Conflict, Invalid
from server.events import CredentialIssued, CredentialRevoked
from server.store.database import now
from tests.conftest import Site
from tests.server.credentials.giving import achievement, give
from tests.server.credentials.outside import ask


async def answer(site: Site, path: str) -> Any:
    """JSON of an address, for who is not signed in."""
    found = await (await site.visitor()).http.get(path, headers={"accept": "application/json"})
    assert found.status_code == 200, found.text
    return found.json()


async def test_others_accept_it_until_it_is_revoked(site: Site) -> None:
    heard: list[object] = []
    for kind in (CredentialIssued, CredentialRevoked):
        site.house.bus.subscribe(kind, heard.append)
    (one,) = await give(site, await achievement(site), "an")
    did = await answer(site, "/.well-known/did.json")
    listed = await answer(site, f"/credentials/status/{one.status_list}")
    asked: dict[str, Any] = {"credential": one.document, "now": "2100-01-01T00:00:00Z"}
    documents = {did["id"]: did, listed["id"]: listed}
    assert ask("verify", **asked, documents=documents) == {
        "verified": True,
        "revoked": False,
        "why": "",
    }
    said = await answer(site, f"/verify/{one.id}")
    assert (said["valid"], said["holder"], said["hours"]) == (True, "安学员", 50)
    assert verify(said["bundle"], now(), Trust({did["id"]: did})).check("log").state == "good"

    await site.house.part(Credentials).revoke(one.id, site.people["xue"], "填错了人")
    listed = await answer(site, f"/credentials/status/{one.status_list}")
    outside = ask("verify", **asked, documents={did["id"]: did, listed["id"]: listed})
    assert outside["revoked"]
    said = await answer(site, f"/verify/{one.id}")
    assert (said["valid"], said["reason"], said["revoked"]["why"]) == (
        False,
        "status.revoked",
        "填错了人",
    )
    an = site.people["an"].id
    assert heard == [CredentialIssued(one.id, an), CredentialRevoked(one.id, an)]
    notices = (await (await site.sign_in("an")).get("/notices")).text
    assert "填错了人" in notices
    with pytest.raises(Conflict):
        await site.house.part(Credentials).revoke(one.id, site.people["xue"], "again")


async def test_nobody_gives_one_to_themselves(site: Site) -> None:
    made = await achievement(site)
    with pytest.raises(Invalid):
        await give(site, made, "an", "xue")
    assert len(await give(site, made, "an")) == 1


async def test_nobody_gets_the_same_twice_unless_it_was_revoked(site: Site) -> None:
    made = await achievement(site, valid_months=12)
    (one,) = await give(site, made, "an")
    assert [c.person_id for c in await give(site, made, "an", "bo")] == [site.people["bo"].id]
    assert one.valid_until is not None
    await site.house.part(Credentials).revoke(one.id, site.people["xue"], "改正")
    assert len(await give(site, made, "an")) == 1
    async with site.house.database.session() as session:
        held = await issued_to(session, site.people["an"].id)
    assert [c.state(now()) for c, _ in held] == ["valid", "revoked"]
    assert len({(c.status_list, c.status_place) for c, _ in held}) == 2


async def test_anybody_can_check_the_log(site: Site) -> None:
    made = await achievement(site)
    (first,) = await give(site, made, "an")
    old = await answer(site, "/credentials/log")
    await give(site, made, "bo", "lin")
    await site.house.part(Credentials).revoke(first.id, site.people["xue"], "改正")
    head, did = await answer(site, "/credentials/log"), await answer(site, "/.well-known/did.json")
    public = public_of(did["verificationMethod"][0]["publicKeyMultibase"])
    assert (old["tree_size"], head["tree_size"]) == (1, 4)
    assert is_head(head, public)
    assert not is_head({**head, "tree_size": 3}, public)
    root = bytes.fromhex(head["root_hash"])
    for index in range(4):
        proof = await answer(site, f"/credentials/log/proof?index={index}")
        entry = proof["entry"]
        leaf = leaf_hash(entry_bytes(entry["what"], entry["credential"], entry["at"]))
        path = [bytes.fromhex(one) for one in proof["proof"]]
        assert is_included(leaf, index, 4, path, root)
    steps = await answer(site, "/credentials/log/consistency?from=1&to=4")
    path = [bytes.fromhex(one) for one in steps["proof"]]
    assert is_consistent(1, 4, bytes.fromhex(old["root_hash"]), root, path)
    listed = (await answer(site, "/credentials/log/entries"))["entries"]
    assert [one["what"] for one in listed] == ["issued"] * 3 + ["revoked"]
    assert "安学员" not in str(listed)
    visitor = await site.visitor()
    for wrong in (
        "proof?index=4",
        "proof?index=0&size=2",
        "consistency?from=0",
        "consistency?from=2",
    ):
        found = await visitor.http.get(f"/credentials/log/{wrong}")
        assert found.status_code == 404, wrong
    assert (await visitor.http.get("/credentials/log/proof?index=x")).status_code == 400


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE credential_log SET digest = 'ab' WHERE \"index\" = 1", ["entry 2", "head 3"]),
        (
            "UPDATE credential_log SET what = 'revoked' WHERE \"index\" = 0",
            ["entry 1", "head 1", "head 3"],
        ),
        ("DELETE FROM credential_log WHERE \"index\" = 2", ["head 3"]),
        ("UPDATE credential_head SET root = '00' WHERE size = 3", ["head 3"]),
        ("DELETE FROM credential_head WHERE size = 3", ["entry 2"]),
    ],
)  # fmt: skip
async def test_whatever_is_changed_in_the_log_comes_out(
    site: Site, change: str, found: list[str]
) -> None:
    made = await achievement(site)
    await give(site, made, "an")
    await give(site, made, "bo", "lin")
    async with site.house.database.session() as session:
        (key,) = await site.house.part(Credentials).keyring.keys(session)
        public = {"key-1": public_of(key.public)}
        assert await faults(session, public) == []
        await session.execute(text(change))
        assert await faults(session, public) == found


async def test_a_changed_credential_is_not_valid(site: Site) -> None:
    (one,) = await give(site, await achievement(site), "an")
    forged = copy.deepcopy(one.document)
    forged["credentialSubject"]["creditsEarned"] = 500
    async with site.house.database.session() as session:
        (await session.get_one(Credential, one.id)).document = forged
    assert (await answer(site, f"/verify/{one.id}"))["reason"] == "signature.wrong"


async def test_what_an_old_key_signed_stays_good(site: Site) -> None:
    made, keyring = await achievement(site), site.house.part(Credentials).keyring
    (old,) = await give(site, made, "an")
    async with site.house.database.session() as session:
        await keyring.change(session)
    (new,) = await give(site, made, "bo")
    assert new.document["proof"]["verificationMethod"].endswith("#key-2")
    for one in (old, new):
        said = await answer(site, f"/verify/{one.id}")
        assert said["valid"], said
        assert verify(said["bundle"], now(), Trust()).state == "open"


async def test_of_a_transaction_that_broke_off_nothing_is_left(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await achievement(site)
    await give(site, made, "an")

    async def break_off(*_given: object, **_more: object) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(Credentials, "_tell", break_off)
        with pytest.raises(OSError, match="power"):
            await give(site, made, "bo")
    assert (await answer(site, "/credentials/log"))["tree_size"] == 1
    await give(site, made, "bo")
    assert (await answer(site, "/credentials/log"))["tree_size"] == 2


async def test_many_at_once_give_one_credential_and_one_log(site: Site) -> None:
    made = await achievement(site)
    given = await asyncio.gather(*(give(site, made, name) for name in ("an", "bo") * 5))
    assert sorted(len(one) for one in given) == [0] * 8 + [1, 1]
    async with site.house.database.session() as session:
        (key,) = await site.house.part(Credentials).keyring.keys(session)
        assert await faults(session, {"key-1": public_of(key.public)}) == []


async def test_the_holder_takes_it_along_and_may_hide_the_name(site: Site) -> None:
    (one,) = await give(site, await achievement(site), "an")
    an = await site.sign_in("an")
    bundle = (await an.get(f"/credentials/mine/{one.id}/bundle.json")).json()
    assert verify(bundle, now(), Trust()).why.reason == "given"
    pdf = await an.get(f"/credentials/mine/{one.id}/certificate.pdf")
    document = pypdfium2.PdfDocument(pdf.content)
    words = document[0].get_textpage().get_text_range()
    document.close()
    assert {"安学员", "Yearly training"} <= set(words.split("\r\n"))
    stranger = await site.visitor()
    assert "安学员" in (await stranger.get(f"/verify/{one.id}")).text
    await an.post(f"/credentials/mine/{one.id}/name", {"shown": ""})
    page = (await stranger.get(f"/verify/{one.id}")).text
    assert "安学员" not in page
    assert "年度培训" in page
    said = await answer(site, f"/verify/{one.id}")
    assert (said["holder"], "bundle" in said) == (None, False)
    for file in (bundle, bundle["credential"]):
        files = {"file": ("it.json", json.dumps(file).encode())}
        checked = await stranger.post("/verify", files=files)
        assert "这份证书有效" in checked.text, "the file itself has the name"
        assert "安学员" in checked.text
    assert "不是证书文件" in (await stranger.post("/verify", {"text": "x"})).text


async def test_unknown_ones_are_answered_kindly_and_asking_is_slowed_down(site: Site) -> None:
    stranger = await site.visitor()
    for path in ("absent", "0" * 36, "%00", "x" * 500):
        page = await stranger.get(f"/verify/{path}")
        assert (page.status_code, "没有这个编号的证书" in page.text) == (404, True)
    codes = [(await stranger.get("/verify/absent")).status_code for _ in range(60)]
    assert codes[-1] == 429


async def test_who_stole_the_key_can_sign_but_is_not_in_the_log(site: Site) -> None:
    (one,) = await give(site, await achievement(site), "an")
    bundle = (await answer(site, f"/verify/{one.id}"))["bundle"]
    async with site.house.database.session() as session:
        signer = await site.house.part(Credentials).keyring.signer(session)
    stranger = await site.visitor()
    await stranger.get("/verify")
    for change in ({"id": one.document["id"][:-36] + str(uuid.uuid4())}, {"name": "博士"}):
        bare = {name: part for name, part in one.document.items() if name != "proof"} | change
        forged = bundle | {"credential": signer.sign(bare, now())}
        files = {"file": ("it.json", json.dumps(forged).encode())}
        page = (await stranger.post("/verify", files=files)).text
        assert "签名正确" in page
        assert "这份证书无效" in page


async def test_who_asks_for_proofs_all_the_time_is_slowed_down(site: Site) -> None:
    await give(site, await achievement(site), "an")
    turnstile, visitor = site.house.part(Turnstile), await site.visitor()
    turnstile._rate = RateLimitItemPerMinute(2)
    for path in ("proof?index=0", "consistency?from=1", "proof?index=0"):
        answered = (await visitor.http.get(f"/credentials/log/{path}")).status_code
    assert answered == 429
