"""One mail over SMTP. Addresses of servers:

smtps://user:password@host:465      TLS from the beginning
smtp://user:password@host:587       STARTTLS, or nothing is sent
smtp+plain://host:25                no TLS: for a relay on the same machine
"""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    @classmethod
    def at(cls, url: str) -> "MailServer":
        """From its address. ValueError where it is none."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(f"must begin with {', '.join(f'{s}://' for s in PORTS)} and a host.")
        return cls(
            parts.scheme,
            parts.hostname,
            parts.port or PORTS[parts.scheme],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )

    def send(self, message: EmailMessage) -> None:
        """Hand one mail over; blocks. OSError (SMTPException is one) where it does not work."""
        with self._connected() as connection:
            if self.user:
                connection.login(self.user, self.password)
            connection.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=context)
        connection = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        if self.scheme == "smtp":
            try:
                connection.starttls(context=context)
            except BaseException:
                connection.close()
                raise
        return connection


def letter(sender: str, to: str, subject: str, text: str, message_id: str) -> EmailMessage:
    """A mail in plain text. ValueError where a header would hold a line break."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message
