"""What every test may ask for: material, a running site, and the cast.

Lin is a teacher, Mei an assistant, An a trainee, Bo an outsider, Guan the system administrator.
"""

import asyncio
import os
import re
import secrets
import shutil
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType

import httpx
import jinja2
import pytest
import uvicorn
from jinja2.bccache import Bucket

from server.accounts.passwords import hash_password
from server.accounts.person import Person, RoleGrant
from server.accounts.sessions import COOKIE, Session, _hash, csrf_of
from server.app import Prepare, build_app
from server.http.context import House
from server.settings import Settings
from server.store.database import Database, sqlite_url
from server.store.folder import DataFolder
from tests.scheduling import Scheduling

PASSWORD = "correct horse 讲台"
CAST = {
    "lin": ("林老师", "teacher"),
    "mei": ("梅助教", "assistant"),
    "an": ("安学员", "trainee"),
    "bo": ("薄学员", "trainee"),
    "guan": ("管理员", "system_admin"),
    "xue": ("学习管理员", "learning_admin"),
}


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """See `tests/scheduling.py`."""
    return Scheduling(config, log)


@pytest.fixture(scope="session")
def material() -> Path:
    """The folder with real speech, lectures and weights that JIANGTAI_MATERIAL names."""
    folder = os.environ.get("JIANGTAI_MATERIAL", "")
    if not folder or not Path(folder, "media").is_dir():
        pytest.skip("JIANGTAI_MATERIAL names no folder with test material")
    return Path(folder)


@dataclass
class Visitor:
    """A person's browser without the browser: cookies kept, the CSRF token found and sent."""

    http: httpx.AsyncClient
    person: Person | None = None
    csrf: str = ""

    async def get(self, path: str, **options: object) -> httpx.Response:
        """GET as a browser would ask for a page; remembers the page's CSRF token."""
        options.setdefault("headers", {"accept": "text/html"})
        answer = await self.http.get(path, **options)
        if found := re.search(r'name="csrf-token" content="([^"]*)"', answer.text):
            self.csrf = found[1]
        return answer

    async def post(self, path: str, data: dict[str, object] | None = None, **options: object):
        """POST a form with the token of the last page seen."""
        options.setdefault("headers", {"accept": "text/html"})
        return await self.http.post(path, data={"csrf": self.csrf, **(data or {})}, **options)

    async def post_json(self, path: str, body: object, method: str = "POST") -> httpx.Response:
        """Send JSON with the token in its header."""
        headers = {"x-csrf-token": self.csrf, "accept": "application/json"}
        return await self.http.request(method, path, json=body, headers=headers)


@dataclass
class Site:
    """A running server in this process, and the people in it."""

    address: str
    house: House
    people: dict[str, Person]
    _stack: AsyncExitStack = field(repr=False, default_factory=AsyncExitStack)

    async def visitor(self) -> Visitor:
        """Somebody who is not signed in."""
        http = httpx.AsyncClient(base_url=self.address, timeout=30, verify=_NO_TLS)
        return Visitor(await self._stack.enter_async_context(http))

    async def sign_in(self, name: str) -> Visitor:
        """One of the cast, signed in. Without a house to reach into, by the door; else as the door
        does it, but for the password."""
        visitor = await self.visitor()
        if self.house is None:
            await visitor.get("/sign-in")
            words = {"login": name, "password": PASSWORD, "next": "/"}
            answer = await visitor.post("/sign-in", words)
            assert answer.status_code == 303, answer.text
            await visitor.get("/")
        else:
            token = secrets.token_urlsafe(32)
            async with self.house.database.session() as session:
                session.add(Session(id=_hash(token), person_id=self.people[name].id))
            visitor.http.cookies.set(COOKIE, token, domain="127.0.0.1")
            visitor.csrf = csrf_of(self.house, token)
        visitor.person = self.people[name]
        return visitor


def free_port() -> int:
    """A TCP port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


async def fill(house: House) -> dict[str, Person]:
    if not _HASHED:
        _HASHED.append(await hash_password(PASSWORD))
    (hashed,) = _HASHED
    people = {
        login: Person(
            login=login,
            name=name,
            password_hash=hashed,
            language="zh",
            grants=[RoleGrant(role=role)],
        )
        for login, (name, role) in CAST.items()
    }
    async with house.database.session() as session:
        session.add_all(people.values())
    return people


async def seed(data: Path) -> None:
    """Put the cast into a fresh data folder."""
    folder = DataFolder(data)
    folder.database_file.parent.mkdir(parents=True)
    database = Database(sqlite_url(folder.database_file))
    await database.migrate()
    await fill(House(Settings(data=data), folder, database))
    await database.close()


_HASHED: list[str] = []  # of PASSWORD, made once
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # sites speak HTTP: no certificates are read


class Compiled(jinja2.BytecodeCache):
    """Templates compiled once for all sites of a run."""

    def __init__(self) -> None:
        self._codes: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """As jinja2 wants it."""
        bucket.code = self._codes.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """As jinja2 wants it."""
        self._codes[bucket.key + bucket.checksum] = bucket.code


_COMPILED = Compiled()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite file with every table."""
    file = tmp_path_factory.mktemp("migrated") / "empty.sqlite"

    async def migrate() -> None:
        database = Database(sqlite_url(file))
        await database.migrate()
        await database.close()

    with ThreadPoolExecutor() as apart:
        apart.submit(asyncio.run, migrate()).result()
    return file


SiteMaker = Callable[..., Awaitable[Site]]


@pytest.fixture
async def make_site(tmp_path: Path, migrated: Path) -> AsyncIterator[SiteMaker]:
    """Start sites with settings of one's own; all are stopped at the end."""
    async with AsyncExitStack() as stack:

        async def make(prepare: Prepare | None = None, **settings: object) -> Site:
            settings.setdefault("data", tmp_path / "data")
            settings.setdefault("whisper_model", str(tmp_path / "no-model"))
            made = Settings(**settings)
            file = DataFolder(made.data).database_file
            if not made.database_url and not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(migrated, file)
            app = build_app(made, prepare)
            app.state.templates.bytecode_cache = _COMPILED
            listener = socket.create_server(("127.0.0.1", 0))
            # asyncio does this for sockets that say they are TCP; else each answer waits 40 ms
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server = uvicorn.Server(
                uvicorn.Config(
                    app, log_level="warning", ws="websockets-sansio", lifespan="on",
                    timeout_keep_alive=300,  # else a request may meet the end of its connection
                )
            )  # fmt: skip
            server.config.load()
            server.lifespan = server.config.lifespan_class(server.config)
            await server.startup(sockets=[listener])
            assert server.started, "the site did not start"
            stack.push_async_callback(server.shutdown, sockets=[listener])
            site_stack = await stack.enter_async_context(AsyncExitStack())
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            people = {} if prepare else await fill(app.state.house)
            return Site(address, app.state.house, people, site_stack)

        yield make


@pytest.fixture
async def site(make_site: SiteMaker) -> Site:
    """A site with the cast in it."""
    return await make_site()
