"""A stand-in for a model hub on 127.0.0.1: the documented `resolve` addresses and break-offs."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Hub:
    """`files` by name; a file in `breaks` is cut off after so many bytes, as often as it says."""

    files: dict[str, bytes]
    breaks: dict[str, list[int]] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)
    status: int = 200
    ranges: bool = True
    requests: list[tuple[str, str, int]] = field(default_factory=list)  # method, file, first byte
    address: str = ""


def _answer(hub: Hub, request: BaseHTTPRequestHandler) -> None:
    name = request.path.rsplit("/", 1)[-1]
    content = hub.files.get(name)
    if not re.fullmatch(r"/[\w.-]+/[\w.-]+/resolve/main/[\w.-]+", request.path) or content is None:
        request.send_response(404)
        request.send_header("X-Error-Code", "EntryNotFound")
        request.send_header("Content-Length", "0")
        request.end_headers()
        return
    found = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
    start = int(found[1]) if found and hub.ranges else 0
    hub.requests.append((request.command, name, start))
    whole = f"bytes {start}-{len(content) - 1}/{len(content)}"
    request.send_response(hub.status if hub.status != 200 else 206 if start else 200)
    request.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
    request.send_header("X-Repo-Commit", "0" * 40)
    request.send_header("Content-Length", str(len(content) - start))
    if start:
        request.send_header("Content-Range", whole)
    request.end_headers()
    if request.command == "HEAD":
        return
    sent = content[start:]
    if name in hub.damaged:
        sent = bytes(len(sent))
    if limits := hub.breaks.get(name):
        sent = sent[: limits.pop(0)]
    request.wfile.write(sent)
    request.close_connection = True


@contextmanager
def running(hub: Hub) -> Iterator[Hub]:
    """Serve `hub` until the block ends; its `address` is the endpoint."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(hub, self)

        def do_HEAD(self) -> None:
            _answer(hub, self)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hub.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield hub
        finally:
            server.shutdown()
