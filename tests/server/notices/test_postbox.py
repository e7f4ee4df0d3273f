"""Mail goes out once, over TLS, comes again after trouble, and never carries a foreign header."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from server.notices.notice import Mail, Notice
from server.notices.postbox import Postbox
from server.notices.smtp import MailServer as Address
from server.notices.smtp import letter
from server.notices.wording import moment
from server.settings import Settings
from server.store.database import now
from tests.conftest import Site, SiteMaker
from tests.server.notices.mail_server import MailServer, certificate

SENDER = "jiangtai@school.example"


async def site_with(make_site: SiteMaker, url: str, **more: object) -> Site:
    site = await make_site(smtp_url=url, smtp_sender=SENDER, **more)
    async with site.house.database.session() as session:
        for login in ("an", "mei"):
            person = await session.merge(site.people[login])
            person.email = f"{login}@school.example"
            site.people[login] = person
    return site


async def tell(site: Site, *logins: str, title: str = "网格化管理") -> None:
    async with site.house.database.session() as session:
        await site.house.part(Postbox).tell(
            session,
            [site.people[login] for login in logins],
            "lesson.cancelled",
            subject="x",
            path="/lessons/x",
            title=title,
            at=moment(now()),
            why="教师出差",
        )


async def mails(site: Site) -> list[Mail]:
    async with site.house.database.session() as session:
        return list(await session.scalars(select(Mail).order_by(Mail.id)))


async def until(site: Site, fits: Callable[[Mail], bool]) -> Mail:
    """The one mail, as soon as it `fits`."""
    async with asyncio.timeout(30):
        while True:
            (mail,) = await mails(site)
            if fits(mail):
                return mail
            await asyncio.sleep(0.05)


async def hurry(site: Site) -> None:
    """Let what waits be due now."""
    async with site.house.database.session() as session:
        for mail in await session.scalars(select(Mail).where(Mail.due_at.is_not(None))):
            mail.due_at = now()
    site.house.part(Postbox)._wake(None)


async def test_who_has_an_address_gets_one_mail_in_their_language(make_site: SiteMaker) -> None:
    async with MailServer() as server:
        site = await site_with(make_site, f"smtp+plain://127.0.0.1:{server.port}")
        await tell(site, "an", "mei", "bo")
        taken = await server.until(2)
    assert set(server.recipients) == {"an@school.example", "mei@school.example"}
    assert taken[0]["From"] == SENDER
    assert "网格化管理" in taken[0]["Subject"]
    assert "教师出差" in taken[0].get_content()
    assert "/lessons/x" in taken[0].get_content()
    assert len({mail["Message-ID"] for mail in taken}) == 2
    async with site.house.database.session() as session:
        assert len(list(await session.scalars(select(Notice)))) == 3


async def test_tls_is_asked_for_and_the_password_given(
    make_site: SiteMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    login = ("jiang tai", "p@ss:word")
    async with (
        MailServer(tls=context, login=login) as later,
        MailServer(tls=context, login=login, from_the_start=True) as at_once,
    ):
        for n, (scheme, server) in enumerate((("smtp", later), ("smtps", at_once))):
            url = f"{scheme}://jiang%20tai:p%40ss%3Aword@127.0.0.1:{server.port}"
            site = await site_with(make_site, url, data=tmp_path / f"data-{n}")
            await tell(site, "an")
            await server.until(1)
            assert server.secure == [True]


async def test_without_tls_nothing_is_sent_where_it_was_asked_for(make_site: SiteMaker) -> None:
    async with MailServer() as server:
        site = await site_with(make_site, f"smtp://127.0.0.1:{server.port}")
        await tell(site, "an")
        mail = await until(site, lambda mail: bool(mail.problem))
    assert server.taken == []
    assert "STARTTLS" in mail.problem
    assert mail.due_at


async def test_what_was_put_off_comes_later_and_only_once(make_site: SiteMaker) -> None:
    async with MailServer(refusals=["451 later", "451 later"]) as server:
        site = await site_with(make_site, f"smtp+plain://127.0.0.1:{server.port}")
        await tell(site, "an")
        for tries in (1, 2):
            mail = await until(site, lambda mail, n=tries: mail.tries == n and bool(mail.problem))
            assert mail.due_at
            assert mail.due_at > now()
            await hurry(site)
        mail = await until(site, lambda mail: mail.sent_at is not None)
        assert (mail.tries, mail.due_at, mail.problem) == (3, None, "")
        await hurry(site)
        await tell(site, "mei")
        await server.until(2)
    assert [mail["To"] for mail in server.taken] == ["an@school.example", "mei@school.example"]


async def test_nobody_is_tried_for_ever(
    make_site: SiteMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Postbox, "WAITS", (timedelta(), timedelta()))
    async with MailServer(refusals=["451 later"] * 9) as server:
        site = await site_with(make_site, f"smtp+plain://127.0.0.1:{server.port}")
        await tell(site, "an")
        for _ in range(2):
            await until(site, lambda mail: bool(mail.problem))
            await hurry(site)
        mail = await until(site, lambda mail: mail.due_at is None)
    assert (mail.tries, mail.sent_at) == (3, None)


async def test_an_address_that_does_not_exist_is_given_up_at_once(make_site: SiteMaker) -> None:
    async with MailServer(refusals=["550 nobody"]) as server:
        site = await site_with(make_site, f"smtp+plain://127.0.0.1:{server.port}")
        await tell(site, "an")
        mail = await until(site, lambda mail: bool(mail.problem) and mail.due_at is None)
    assert mail.tries == 1
    assert "550" in mail.problem


async def test_the_queue_survives_a_restart(make_site: SiteMaker, tmp_path: Path) -> None:
    async with MailServer() as server:
        url = f"smtp+plain://127.0.0.1:{server.port}"
        site = await site_with(make_site, url)
        await site.house.part(Postbox).stop()
        await tell(site, "an")
        assert [mail.tries for mail in await mails(site)] == [0]
        again = Postbox(site.house)
        await again.start()
        try:
            await server.until(1)
        finally:
            await again.stop()


async def test_without_a_mail_server_no_mail_is_kept(site: Site) -> None:
    async with site.house.database.session() as session:
        (await session.merge(site.people["an"])).email = "an@school.example"
    await tell(site, "an")
    assert await mails(site) == []


async def test_line_breaks_add_no_header(make_site: SiteMaker) -> None:
    async with MailServer() as server:
        site = await site_with(make_site, f"smtp+plain://127.0.0.1:{server.port}")
        await tell(site, "an", title="课\r\nBcc: everybody@example.org\r\n\r\nhello")
        (taken,) = await server.until(1)
    assert taken["Bcc"] is None
    assert server.recipients == ["an@school.example"]
    with pytest.raises(ValueError, match="linefeed"):
        letter(SENDER, "an@school.example\r\nBcc: x@example.org", "s", "t", "<1@x>")


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("smtps://mail.example.org", True),
        ("smtp://a:b@mail.example.org:587", True),
        ("smtp+plain://localhost:25", True),
        ("http://mail.example.org", False),
        ("smtp://", False),
    ],
)
def test_only_addresses_of_mail_servers_are_taken(url: str, fine: bool) -> None:
    environment = {"JIANGTAI_SMTP_URL": url, "JIANGTAI_SMTP_SENDER": SENDER}
    if not fine:
        with pytest.raises(ValueError, match="SMTP_URL"):
            Settings.from_environment(environment)
        with pytest.raises(ValueError, match="must begin"):
            Address.at(url)
        return
    assert Address.at(Settings.from_environment(environment).smtp_url).port
    with pytest.raises(ValueError, match="SENDER"):
        Settings.from_environment({"JIANGTAI_SMTP_URL": url})
