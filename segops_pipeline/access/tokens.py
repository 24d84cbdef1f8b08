"""Random tokens of which the database keeps the hash alone: whoever reads it can sign in as nobody.

What belongs here: making and hashing them. What doesn't: what each kind stands for (`sessions`, `links`, `api_keys`).
"""

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """A token of 256 random bits, in characters that a URL and a cookie take."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> bytes:
    """The SHA-256 of a token. It is random throughout, so that no salt and no slow hash is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
