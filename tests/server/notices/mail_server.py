"""A small mail server over real sockets: SMTP with STARTTLS, TLS and AUTH PLAIN."""

import asyncio
import base64
import datetime
import email
import email.policy
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that signs itself, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    moment = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - datetime.timedelta(days=1))
        .not_valid_after(moment + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(made.public_bytes(pem) + private)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return file, context


@dataclass
class MailServer:
    """Keeps what it takes. `refusals`: answers to the next RCPT commands instead of 250."""

    tls: ssl.SSLContext | None = None
    from_the_start: bool = False
    login: tuple[str, str] | None = None
    refusals: list[str] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)  # of each mail: did it come over TLS?
    port: int = 0
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> "MailServer":
        context = self.tls if self.from_the_start else None
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()

    async def until(self, count: int) -> list[EmailMessage]:
        """The mails, as soon as there are so many."""
        async with asyncio.timeout(30), self._came:
            await self._came.wait_for(lambda: len(self.taken) >= count)
        return self.taken

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure, known = self.from_the_start, self.login is None
        writer.write(b"220 mail\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(" ", 1)[0].upper()
            answer = "250 fine"
            if verb == "EHLO":
                offers = ["250-mail"] + ["250-STARTTLS"] * bool(self.tls and not secure)
                answer = "\r\n".join([*offers, "250 AUTH PLAIN"])
            elif verb == "STARTTLS":
                writer.write(b"220 go on\r\n")
                await writer.start_tls(self.tls)
                secure = True
                continue
            elif verb == "AUTH":
                given = base64.b64decode(line.split()[2]).decode().split("\0")[1:]
                known = tuple(given) == self.login
                answer = "235 welcome" if known else "535 no"
            elif verb == "RCPT":
                self.recipients.append(line.partition(":")[2].strip("<> "))
                answer = self.refusals.pop(0) if self.refusals else answer
            elif verb == "MAIL" and not known:
                answer = "530 sign in first"
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                body = (await reader.readuntil(b"\r\n.\r\n"))[:-5]
                self.taken.append(email.message_from_bytes(body, policy=email.policy.default))
                self.secure.append(secure)
                async with self._came:
                    self._came.notify_all()
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                return
            writer.write(f"{answer}\r\n".encode())
