"""What can go wrong for a person, each with a code for machines and a sentence for people.

The tree:

    Problem
    ├── Invalid       400 / 4400   the request cannot be understood or breaks a rule
    ├── SignInNeeded  401 / 4401
    ├── Forbidden     403 / 4403
    ├── NotFound      404 / 4404   also what a person sees who may not know it exists
    ├── Conflict      409 / 4409   somebody was faster, or it is not the moment
    ├── TooLarge      413 / 4413
    ├── TooMany       429 / 4429   slow down
    └── Unavailable   503 / 4503   something the installation lacks, for now
"""

from typing import Any, ClassVar


class Problem(Exception):
    """`key` names the sentence in the locale files; `params` fill it."""

    status: ClassVar[int] = 500
    default_key: ClassVar[str] = "error.problem"

    def __init__(self, key: str = "", **params: Any) -> None:
        self.key = key or self.default_key
        self.params = params
        super().__init__(self.key)

    @property
    def close_code(self) -> int:
        """The WebSocket close code that says the same."""
        return 4000 + self.status


class Invalid(Problem):
    """The request cannot be understood or breaks a rule. `field` names the form field, if one."""

    status = 400
    default_key = "error.invalid"

    def __init__(self, key: str = "", *, field: str = "", **params: Any) -> None:
        super().__init__(key, **params)
        self.field = field


class SignInNeeded(Problem):
    """Nobody is signed in."""

    status = 401
    default_key = "error.sign_in_needed"


class Forbidden(Problem):
    """Signed in, but this is not theirs to do."""

    status = 403
    default_key = "error.forbidden"


class NotFound(Problem):
    """Not there, or not for this person to know of."""

    status = 404
    default_key = "error.not_found"


class Conflict(Problem):
    """Somebody was faster, or it is not the moment."""

    status = 409
    default_key = "error.conflict"


class TooLarge(Problem):
    """More than we take."""

    status = 413
    default_key = "error.too_large"


class TooMany(Problem):
    """Too often; `params["seconds"]` says when to come back."""

    status = 429
    default_key = "error.too_many"


class Unavailable(Problem):
    """Something the installation lacks, or lacks now."""

    status = 503
    default_key = "error.unavailable"
