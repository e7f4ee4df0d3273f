"""Bearer tokens: only those we gave out, only for what they were given for, only for a while."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.classroom import tokens
from server.classroom.tokens import BadToken, MediaToken, Tokens
from tests.conftest import Site
from tests.server.classroom.opening import open_room


def forged(token: str, header: dict[str, object] | None = None, **changes: object) -> str:
    """The token with other contents, still under its old signature."""
    prefix, body, mac = token.split(".")
    said = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4))) | changes
    text = urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    if header is not None:
        prefix = urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return f"{prefix}.{text}.{mac}"


async def test_a_token_says_what_it_was_given_for(site: Site) -> None:
    room = await open_room(site)
    giver = site.house.part(Tokens)
    token = await giver.give(room, "publish", "安的摄像机", 2)
    said = await giver.read(token, room, "publish")
    assert (said.room, said.action, said.name) == (room, "publish", "安的摄像机")


async def test_wrong_tokens_are_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    room, other = await open_room(site), await open_room(site)
    giver = site.house.part(Tokens)
    token = await giver.give(room, "publish", "n")
    body = token.split(".")[1]
    wrong = [
        "", ".", "..", "jt1", "jt1..", "a" * 5000, "é.é.é", token + "x", token[:-1], token + ".x",
        token.upper(), f"{token}\n", f"jt2.{body}.{token.split('.')[2]}", f"jt1.{body}.", body,
        forged(token, action="watch"), forged(token, until=2**40), forged(token, room=other),
        forged(token, {"alg": "none", "typ": "JWT"}),
        forged(token, {"alg": "HS256"}, action="watch"),
        f"jt1.{body}.{body}",
    ]  # fmt: skip
    for bad in wrong:
        for action in ("publish", "watch"):
            with pytest.raises(BadToken):
                await giver.read(bad, room, action)
    for where, action in ((other, "publish"), (room, "watch"), ("", "publish")):
        with pytest.raises(BadToken, match="something else"):
            await giver.read(token, where, action)
    late = tokens.now() + timedelta(hours=13)
    monkeypatch.setattr(tokens, "now", lambda: late)
    with pytest.raises(BadToken, match="expired"):
        await giver.read(token, room, "publish")


async def test_tokens_of_a_room_are_taken_back_together(site: Site) -> None:
    room, other = await open_room(site), await open_room(site)
    giver = site.house.part(Tokens)
    gone = [await giver.give(room, action, "n") for action in ("publish", "watch")]
    stays = await giver.give(other, "publish", "n")
    assert await giver.withdraw(room) == 2
    assert await giver.withdraw(room) == 0
    for token, action in zip(gone, ("publish", "watch"), strict=True):
        with pytest.raises(BadToken, match="withdrawn"):
            await giver.read(token, room, action)
    await giver.read(stays, other, "publish")


async def test_a_token_without_its_row_is_worth_nothing(site: Site) -> None:
    room = await open_room(site)
    giver = site.house.part(Tokens)
    token = await giver.give(room, "publish", "n")
    said = await giver.read(token, room, "publish")
    async with site.house.database.session() as session:
        await session.delete(await session.get_one(MediaToken, said.id))
    with pytest.raises(BadToken, match="withdrawn"):
        await giver.read(token, room, "publish")


async def test_nothing_that_is_sent_breaks_the_reader(site: Site) -> None:
    giver = site.house.part(Tokens)

    @given(st.text() | st.text("jt1.=-_abcAB09", max_size=80).map("jt1.".__add__))
    def read(text: str) -> None:
        with pytest.raises(BadToken):
            giver._read(text)

    read()
