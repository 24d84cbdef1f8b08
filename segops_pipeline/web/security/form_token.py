"""The token of the sign-in form: nobody has a session yet that a token could belong to.

A random word in a cookie and its signature in the form: a page elsewhere can make a browser send a form, but neither
read the cookie nor know the signature. What belongs here: that pair. What doesn't: requests with a session (`csrf`).
"""

import hashlib
import hmac
import secrets

from starlette.requests import Request
from starlette.responses import Response

from segops_pipeline.config import Settings
from segops_pipeline.web.security.hosts import is_https

COOKIE = "segops_form"
FORM_SECONDS = 4 * 3600


def form_word(request: Request) -> str:
    """The word of the browser's form: the one that it has, or a new one."""
    found = request.cookies.get(COOKIE, "")
    return found if found.isascii() and 32 <= len(found) <= 64 else secrets.token_urlsafe(32)


def form_token(secret: bytes, word: str) -> str:
    """The signature that stands in the form."""
    return hmac.new(secret, b"segops.form:" + word.encode(), hashlib.sha256).hexdigest()


def is_own_form(secret: bytes, request: Request, token: str) -> bool:
    """Whether a form that was sent is one that this browser was given."""
    word = request.cookies.get(COOKIE)
    if not word:
        return False
    return hmac.compare_digest(form_token(secret, word).encode(), token.encode("utf-8", "replace"))


def set_word(response: Response, settings: Settings, word: str) -> None:
    """Have the browser keep the word while its form is open."""
    response.set_cookie(
        COOKIE, word, max_age=FORM_SECONDS, path="/login", secure=is_https(settings), httponly=True, samesite="strict"
    )
