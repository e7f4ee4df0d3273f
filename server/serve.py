"""Running the site: uvicorn, with a certificate where asked for."""

import dataclasses
import errno
import gc
import ipaddress
import socket
import ssl
from datetime import timedelta
from pathlib import Path

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy.exc import ArgumentError, DBAPIError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.app import build_app
from server.demo.school import prepare
from server.http.context import House
from server.http.patience import PatientProtocol
from server.settings import Settings
from server.store.database import now
from server.store.folder import DataFolder

LARGEST_SOCKET_MESSAGE = 64 * 1024
_ADVICE = {
    errno.EADDRINUSE: "Another program uses the port; choose one with --port.",
    errno.EACCES: "Ports below 1024 are kept for others; choose one with --port.",
}


def serve(settings: Settings, *, self_signed: bool = False) -> int:
    """Serve until stopped. Raises OSError or ValueError with a sentence where address, folder,
    database or certificate cannot be used."""
    DataFolder(settings.data).check_free()
    if self_signed:
        certificate, key = self_signed_certificate(settings)
        settings = dataclasses.replace(settings, tls_certificate=certificate, tls_key=key)
    _check_certificate(settings)
    site = _Site(_app(settings))
    config = uvicorn.Config(
        site,
        host=settings.host,
        port=settings.port,
        ssl_certfile=settings.tls_certificate or None,
        ssl_keyfile=settings.tls_key or None,
        http=PatientProtocol,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=LARGEST_SOCKET_MESSAGE,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=5,
        access_log=False,
        log_level="warning",
        server_header=False,
    )
    listener = listen(settings)
    print(f"Jiangtai 讲台: {settings.address}", flush=True)  # noqa: T201
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except SystemExit:
        if isinstance(site.fault, DBAPIError):
            raise OSError(f"the database cannot be used: {site.fault.orig}.") from site.fault
        if site.fault:
            raise site.fault from None
        raise
    return 0


class _Site:
    """The app; what keeps it from starting is kept, where uvicorn would print a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.fault: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return

        async def quietly(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                message = {**message, "message": ""}
            await send(message)

        try:
            await self._app(scope, receive, quietly)
        except Exception as fault:
            self.fault = fault
            raise


def _app(settings: Settings) -> ASGIApp:
    try:
        return build_app(settings, _prepare)
    except (ArgumentError, ModuleNotFoundError) as error:
        raise ValueError("JIANGTAI_DATABASE_URL is no address of a database we know.") from error


def _check_certificate(settings: Settings) -> None:
    certificate, key = settings.tls_certificate, settings.tls_key
    if not certificate:
        return
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key or None)
    except OSError as error:
        raise OSError(
            f"cannot use the certificate {certificate} with the key {key}: {error.strerror}."
        ) from error


async def _prepare(house: House) -> None:
    for line in await prepare(house):
        print(line, flush=True)  # noqa: T201
    gc.collect()
    gc.freeze()  # what is there now stays: full collections need not look at it, and are short


def listen(settings: Settings) -> socket.socket:
    """The listening socket. OSError with a sentence where the address is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Naming the protocol lets asyncio send small answers at once (TCP_NODELAY), as uvloop does.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        advice = _ADVICE.get(error.errno or 0, "Choose an address of this machine with --host.")
        raise OSError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}. {advice}"
        ) from None
    return listener


def self_signed_certificate(settings: Settings) -> tuple[str, str]:
    """Paths of a certificate and key made for this machine, kept in the data folder for a year."""
    folder = DataFolder(settings.data).sub("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    if certificate.exists() and key.exists():
        kept = x509.load_pem_x509_certificate(certificate.read_bytes())
        if kept.not_valid_after_utc > now() + timedelta(days=7):
            return str(certificate), str(key)
    _make_certificate(certificate, key, settings.host)
    return str(certificate), str(key)


def _make_certificate(certificate: Path, key: Path, host: str) -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Jiangtai")])
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.DNSName(socket.gethostname()[:63]),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    try:
        names.append(x509.IPAddress(ipaddress.ip_address(host)))
    except ValueError:
        names.append(x509.DNSName(host))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(hours=1))
        .not_valid_after(now() + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(secret, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
