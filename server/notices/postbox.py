"""Telling people: a notice in the page at once, and a mail where the school has a mail server.

The rows of `mail` are the queue, so it survives restarts. A mail is tried WAITS times, and may come
twice where the server went down between handing it over and writing that down.
"""

import asyncio
import smtplib
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.http.context import House
from server.i18n import Translator
from server.notices.notice import Mail, Notice
from server.notices.smtp import MailServer, letter
from server.notices.wording import sentence
from server.store.database import new_id, now

log = structlog.get_logger()
LOOK_EVERY_S = 60.0
AT_ONCE = 50
LONGEST_SUBJECT = 150


class Postbox:
    """Writes notices, and sends mail while it runs."""

    WAITS: ClassVar[tuple[timedelta, ...]] = (
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=6),
    )  # after the first try, the second …

    def __init__(self, house: House) -> None:
        self._house = house
        url = house.settings.smtp_url
        self._server = MailServer.at(url) if url else None
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to send what waits."""
        if self._server:
            self._task = asyncio.create_task(self._work(self._server))

    async def stop(self) -> None:
        """What is not sent waits for the next start."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def tell(
        self,
        session: AsyncSession,
        people: Iterable[Person],
        kind: str,
        *,
        subject: str,
        path: str,
        **params: Any,
    ) -> None:
        """A notice to each of `people`, written with `session`; see `Notice` for the rest."""
        mails = []
        for person in people:
            notice = Notice(
                id=new_id(),
                person_id=person.id,
                kind=kind,
                subject=subject,
                path=path,
                params=params,
            )
            session.add(notice)
            if self._server and person.email:
                mails.append(Mail(notice_id=notice.id))
        await session.flush()
        session.add_all(mails)
        event.listen(session.sync_session, "after_commit", self._wake, once=True)

    def _wake(self, _session: object) -> None:
        self._due.set()

    async def _work(self, server: MailServer) -> None:
        while True:
            self._due.clear()
            try:
                await self._send_due(server)
            except Exception:
                log.exception("mail could not be looked after")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._due.wait()

    async def _send_due(self, server: MailServer) -> None:
        async with self._house.database.session() as session:
            due = select(Mail.id).where(Mail.due_at <= now()).order_by(Mail.due_at).limit(AT_ONCE)
            mail_ids = list(await session.scalars(due))
        for mail_id in mail_ids:
            await self._send(server, mail_id)
        if len(mail_ids) == AT_ONCE:
            self._due.set()

    async def _send(self, server: MailServer, mail_id: str) -> None:
        async with self._house.database.session() as session:
            mail = await session.get_one(Mail, mail_id)
            notice = await session.get_one(Notice, mail.notice_id)
            person = await session.get_one(Person, notice.person_id)
            waits = self.WAITS[mail.tries : mail.tries + 1]
            mail.due_at = now() + waits[0] if waits else None
            mail.tries += 1
            if person.deactivated_at or not person.email:
                mail.due_at, mail.problem = None, "nobody to send it to"
                return
        problem, again = "", True
        try:
            await asyncio.to_thread(server.send, self._letter(mail_id, notice, person))
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            problem, again = f"refused: {refused.recipients}", any(code < 500 for code in codes)
        except (OSError, ValueError) as failed:
            problem = f"{type(failed).__name__}: {failed}"
        async with self._house.database.session() as session:
            mail = await session.get_one(Mail, mail_id)
            mail.problem = problem[:500]
            if not problem:
                mail.sent_at = now()
            if not problem or not again:
                mail.due_at = None
        if problem:
            log.warning("mail not sent", mail=mail_id, problem=problem[:500])

    def _letter(self, mail_id: str, notice: Notice, person: Person) -> EmailMessage:
        settings = self._house.settings
        words = Translator(person.language or settings.language, ZoneInfo(settings.timezone))
        said = sentence(words, notice)
        host = urlsplit(settings.address).hostname or "localhost"
        text = words.t(
            "notice.mail", name=person.name, said=said, link=f"{settings.address}{notice.path}"
        )
        subject = f"{words.t('app.name')} · {said}"[:LONGEST_SUBJECT]
        made = letter(settings.smtp_sender, str(person.email), subject, text, f"<{mail_id}@{host}>")
        made["Date"] = format_datetime(notice.at)
        return made
