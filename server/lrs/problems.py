"""Problems that only HTTP interfaces for programs know."""

from typing import ClassVar

from server.errors import Problem


class WrongMethod(Problem):
    """The address knows no such method; `params["allowed"]` names those it knows."""

    status: ClassVar[int] = 405
    default_key: ClassVar[str] = "error.lrs.method"


class Stale(Problem):
    """What the change was based on (If-Match, If-None-Match) is not what is there."""

    status: ClassVar[int] = 412
    default_key: ClassVar[str] = "error.lrs.stale"


class Unknown(Problem):
    """No credentials, or none we know."""

    status: ClassVar[int] = 401
    default_key: ClassVar[str] = "error.lrs.credentials"
