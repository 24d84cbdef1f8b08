"""Passwords: argon2id hashes that are made, checked and made anew as the parameters grow.

What belongs here: the hash and what a password must be. What doesn't: whose it is (`users`), and how many wrong
ones an hour may bring (`segops_pipeline.web.security.rates`).
"""

import secrets
import threading
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from segops_pipeline.errors import TooManyRequests, WrongUsage

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 1_000
# A check takes 64 MiB for some 50 ms: a flood of sign-ins waits in line rather than for memory.
_CHECKS_AT_ONCE = threading.BoundedSemaphore(2)
# … and the line is short: those who wait hold threads that everybody else's requests need.
_WAITING = threading.BoundedSemaphore(8)
BUSY_SECONDS = 5


def hash_password(password: str) -> str:
    """Hash a password with a salt of its own (argon2id, the parameters of RFC 9106 for little memory).

    Raises:
        WrongUsage: it is too short, too long, or one character over and over.
    """
    plain = _normalised(password)
    if len(plain) < LEAST_CHARACTERS:
        raise WrongUsage(
            f"The password has {len(plain)} characters.", f"Use at least {LEAST_CHARACTERS}, such as a few words."
        )
    if len(plain) > MOST_CHARACTERS:
        raise WrongUsage(f"The password has {len(plain)} characters.", f"Use at most {MOST_CHARACTERS}.")
    if len(set(plain)) == 1:
        raise WrongUsage("The password is one character over and over.", "Use a few words.")
    return _hash(plain)


def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one of a hash; without a hash it takes as long as with one, and is not.

    Raises:
        TooManyRequests: too many are being checked.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    plain = _normalised(password)[:MOST_CHARACTERS]
    if not _WAITING.acquire(blocking=False):
        busy = TooManyRequests("Too many people sign in at this moment.", "Try again in a few seconds.")
        busy.retry_after_seconds = BUSY_SECONDS
        raise busy
    try:
        with _CHECKS_AT_ONCE:
            _hasher().verify(password_hash or _nobodys(), plain)
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _WAITING.release()
    return password_hash is not None


def renewed_hash(password_hash: str, password: str) -> str | None:
    """A new hash of a password that fits, if the one that there is was made with other parameters than today's."""
    return _hash(_normalised(password)) if _hasher().check_needs_rehash(password_hash) else None


def _normalised(password: str) -> str:
    """The same letters are the same password, whichever way a keyboard composes them (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _hash(plain: str) -> str:
    with _CHECKS_AT_ONCE:
        return _hasher().hash(plain)


@lru_cache(maxsize=1)
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher
    from argon2.profiles import RFC_9106_LOW_MEMORY

    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher().hash(secrets.token_urlsafe(24))
