"""What the parameters of document, activity and agent resources say. All raise Invalid."""

from datetime import datetime
from typing import Any

from starlette.requests import Request

from server.errors import Invalid
from server.http.forms import decode
from server.lrs.checking import check_agent
from server.lrs.moments import read_moment
from server.lrs.values import iri, refuse, uuid

LONGEST = 4096


def required(request: Request, name: str) -> str:
    """Text that has to be there."""
    value = request.query_params.get(name, "")
    if not value:
        raise Invalid("error.lrs.missing", path=name, parameter=name)
    if len(value) > LONGEST or "\0" in value:
        refuse(name, f"text of at most {LONGEST} characters")
    return value


def activity_id(request: Request) -> str:
    """`activityId`, an IRI."""
    value = required(request, "activityId")
    iri(value, "activityId")
    return value


def agent(request: Request) -> dict[str, Any]:
    """`agent`, an Agent; a group is none."""
    value: dict[str, Any] = decode(required(request, "agent"), dict[str, Any])
    check_agent(value, "agent")
    return value


def registration(request: Request) -> str:
    """`registration`, a UUID in lower case; "" where there is none."""
    value = request.query_params.get("registration")
    if value is None:
        return ""
    uuid(value, "registration")
    return value.lower()


def since(request: Request) -> datetime | None:
    """`since`, a moment."""
    value = request.query_params.get("since")
    if value is None:
        return None
    try:
        return read_moment(value)
    except (ValueError, OverflowError):
        refuse("since", "an ISO 8601 timestamp")
