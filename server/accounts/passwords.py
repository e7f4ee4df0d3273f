"""Passwords: argon2id in a bounded thread pool, never on the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.errors import Invalid

SHORTEST, LONGEST = 10, 200
# OWASP's second choice: 44 sign-ins a second on two cores where the library's default gave 6.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_NOBODY = _hasher.hash("nobody has this password")


async def hash_password(password: str) -> str:
    """The argon2id hash. Invalid where the password is shorter than 10 characters or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid("error.password.length", field="password", low=SHORTEST, high=LONGEST)
    return await asyncio.get_running_loop().run_in_executor(_pool, _hasher.hash, password)


async def matches(password_hash: str | None, password: str) -> bool:
    """Is this the password? Takes as long where there is none, so that nobody learns who exists."""
    known = password_hash or _NOBODY
    checked = await asyncio.get_running_loop().run_in_executor(
        _pool, _verify, known, password[:LONGEST]
    )
    return checked and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
