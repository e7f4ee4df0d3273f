"""The alternate request syntax: what a POST of a form stands for (Communication 1.3)."""

from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.types import Message, Receive

from server.errors import Invalid, TooLarge
from server.lrs.problems import WrongMethod

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
MOST_FIELDS = 100
_FIRST = {"authorization", "x-experience-api-version", "if-match", "if-none-match"}
_OF_CONTENT = {"content-type", "content-length"}


def bounded(receive: Receive, limit: int) -> Receive:
    """`receive`, which raises TooLarge where a body has more than `limit` bytes."""
    taken = 0

    async def receive_bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLarge
        return message

    return receive_bounded


async def meant(request: Request) -> Request:
    """The request itself, or the one that its form describes. Invalid, WrongMethod, TooLarge."""
    if request.method != "POST" or "method" not in request.query_params:
        return request
    if len(request.query_params.multi_items()) != 1:
        raise Invalid("error.lrs.alternate")
    method = request.query_params["method"].upper()
    if method not in METHODS:
        raise WrongMethod(allowed=", ".join(METHODS))
    fields = _fields(await request.body())
    headers = {name: value for name, value in request.headers.items() if name not in _OF_CONTENT}
    for name in [name for name in fields if name.lower() in _FIRST | _OF_CONTENT]:
        headers[name.lower()] = fields.pop(name).strip()
    if method in ("PUT", "POST") and "content" not in fields:
        raise Invalid("error.lrs.no_content")
    content = fields.pop("content", "").encode()
    headers.setdefault("content-type", "application/json")
    headers["content-length"] = str(len(content))
    scope = {
        **request.scope,
        "method": method,
        "query_string": urlencode(fields).encode(),
        "headers": [(name.encode(), _latin(value)) for name, value in headers.items()],
    }
    return Request(scope, _once(content))


def _fields(body: bytes) -> dict[str, str]:
    try:
        found = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise Invalid("error.lrs.alternate") from None
    if len(dict(found)) != len(found):
        raise Invalid("error.lrs.alternate")
    return dict(found)


def _latin(value: str) -> bytes:
    if not value.isprintable():
        raise Invalid("error.lrs.alternate")
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        raise Invalid("error.lrs.alternate") from None


def _once(content: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    return receive
