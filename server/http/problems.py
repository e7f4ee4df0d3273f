"""Problems become answers, once for all subjects: a page for people, JSON for programs."""

import errno
import re
from urllib.parse import quote

import structlog
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from server.errors import Forbidden, Invalid, NotFound, Problem, SignInNeeded, TooLarge, Unavailable
from server.http.context import translator
from server.http.pages import render

log = structlog.get_logger()
_SECRET = re.compile(r"^(/(?:calendar|hls|embed|feeds|join|welcome|check-in)/)[^/]+")
_BY_STATUS: dict[int, type[Problem]] = {
    400: Invalid,
    403: Forbidden,
    404: NotFound,
    405: NotFound,
    413: TooLarge,
}


def wants_page(request: Request) -> bool:
    """Is it a person with a browser who asks?"""
    return "text/html" in request.headers.get("accept", "")


def loggable(path: str) -> str:
    """A path without the token that opens what it leads to."""
    return _SECRET.sub(r"\1…", path)


def is_disk_full(error: Exception) -> bool:
    """Whether a file or the database could not be written for want of room."""
    if isinstance(error, DBAPIError):
        return "disk is full" in str(error.orig)
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


async def answer_problem(request: Request, error: Exception) -> Response:
    """The page or JSON for a Problem, a Starlette HTTPException, or a fault of ours."""
    if isinstance(error, HTTPException):
        error = _BY_STATUS.get(error.status_code, Problem)()
    if is_disk_full(error):
        log.error("disk full", path=loggable(request.url.path))
        error = Unavailable("error.disk")
    if not isinstance(error, Problem):
        log.error("page failed", path=loggable(request.url.path), exc_info=error)
        error = Problem()
    if isinstance(error, SignInNeeded) and wants_page(request) and request.method == "GET":
        return RedirectResponse(f"/sign-in?next={quote(request.url.path)}", 303)
    if wants_page(request):
        return render(request, "shared/problem.html", {"problem": error}, status=error.status)
    body = {"error": error.key, "sentence": translator(request).t(error.key, **error.params)}
    if isinstance(error, Invalid) and error.field:
        body["field"] = error.field
    return JSONResponse(body, error.status)
