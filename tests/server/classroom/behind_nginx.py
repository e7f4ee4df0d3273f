"""A real nginx in front of a site, with the lines that OPERATIONS.md gives."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.conftest import free_port

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
OPERATIONS = Path(__file__).parents[3] / "OPERATIONS.md"


def lines(heading: str) -> list[str]:
    """The blocks of code below a heading of OPERATIONS.md."""
    text = OPERATIONS.read_text("utf-8").split(heading, 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"(?:^(?: {4}.*)?\n)+", text, re.MULTILINE)
    return [block for block in blocks if block.strip()]


def configuration(folder: Path, port: int, upstream: int, remembered: str = "10s") -> str:
    """What nginx reads; its cache and its logs are in `folder`."""
    beside, inside = lines("### Many who watch")
    beside = beside.replace("/var/cache/nginx/jiangtai", str(folder / "cache"))
    beside = beside.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    inside = inside.replace("proxy_cache_valid 204 10s", f"proxy_cache_valid 204 {remembered}")
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"user root; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;"
        f"events {{ worker_connections 4096; }}\nhttp {{ access_log off; {temporary}\n{beside}\n"
        f"server {{ listen 127.0.0.1:{port} backlog=4096;\n{inside}\n}} }}\n"
    )


@asynccontextmanager
async def nginx(
    folder: Path, upstream: int, remembered: str = "10s", root: Path | None = None
) -> AsyncIterator[str]:
    """Its address, while it runs. With a `root` it serves that folder instead."""
    port = free_port()
    text = configuration(folder, port, upstream, remembered)
    if root is not None:
        inside = text.index("location /hls/")
        served = f"set $hls_uri $uri; root {root}; sendfile on; open_file_cache max=1000;"
        text = f"{text[:inside]} {served} }} }}\n"
    write(folder, text)
    process = await asyncio.create_subprocess_exec(
        NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"
    )
    try:
        async with asyncio.timeout(20):
            while not listens(port):
                assert process.returncode is None, (folder / "error.log").read_text()
                await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def write(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "nginx.conf").write_text(text)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
