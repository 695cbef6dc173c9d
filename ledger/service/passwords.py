"""Passwords: argon2id, a bound on how many are worked on at once, and what is asked of one.

Source: OWASP ASVS 5.0, V6.2: at least twelve characters, any of them, no rules of composition.
"""

import functools
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from schemas.errors import MalformedParameter

LEAST, MOST = 12, 256
_HASHER = PasswordHasher()
# 64 MiB each: as many as ask at once would take the memory of everything else.
_AT_ONCE = threading.BoundedSemaphore(2)


def checked(password: str, name: str) -> str:
    """*password*, fit to be that of *name*.

    Raises: MalformedParameter.
    """
    if not LEAST <= len(password) <= MOST:
        raise MalformedParameter(f"password: want {LEAST} to {MOST} characters; a sentence is fine")
    if len(set(password)) < LEAST // 3 or password.lower() in name.lower() * 3:
        raise MalformedParameter("password: it is too easy to guess; a sentence is fine")
    return password


def encode(password: str) -> str:
    """What is kept of *password*."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def fits(password: str, encoded: str | None) -> bool:
    """Whether *password* is what *encoded* is of; as slow where that is None."""
    with _AT_ONCE:
        try:
            _HASHER.verify(encoded or _of_nobody(), password[: MOST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return encoded is not None


@functools.cache
def _of_nobody() -> str:
    return _HASHER.hash("of nobody")
