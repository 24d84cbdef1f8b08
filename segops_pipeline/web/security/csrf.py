"""Forged requests: what a browser is made to send from elsewhere counts as nobody's wish.

A request that may change something and comes with a session's cookie needs the header `X-CSRF-Token`, which only our
own pages know, and an Origin of ours where the browser sends one. NiceGUI's own requests cannot carry the header:
they need the Origin. What belongs here: those checks, and that the API is closed to nobody at all. What doesn't: what
somebody may do (`segops_pipeline.web.api.depends`), and the form of the sign-in page (`segops_pipeline.web.sign_in`).
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from segops_pipeline.config import Settings
from segops_pipeline.errors import AccessError, Forbidden, NotSignedIn
from segops_pipeline.web.security.hosts import is_own_origin
from segops_pipeline.web.security.requests import (
    SOCKET,
    UPLOAD_OF_PAGE,
    actor_of,
    header,
    is_api,
    is_unsafe,
    refuse,
    state_of,
)

HEADER = b"x-csrf-token"
FORMS_OF_NOBODY = ("/login",)  # they bring a token of their own
RELOAD = "Reload the page and try again."


class ForgeryGuard:
    """Refuses requests that somebody's browser was made to send, and the API and the socket to nobody."""

    def __init__(self, app: ASGIApp, settings: Settings, secret: bytes) -> None:
        self._app = app
        self._settings = settings
        self._secret = secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] in ("http", "websocket"):
            try:
                self._check(scope)
            except AccessError as error:
                await refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        path: str = scope["path"]
        is_of_pages = path.startswith((SOCKET, UPLOAD_OF_PAGE)) or scope["type"] == "websocket"
        if actor_of(scope) is None and (is_of_pages or is_api(scope)):
            raise NotSignedIn("Nobody is signed in.", "Sign in at /login, or send an API key as X-API-Key.")
        session: str | None = state_of(scope)["session"]
        if is_of_pages:
            if session is None:
                raise Forbidden("The pages are for people who are signed in, not for API keys.", "Use /api/pim/.")
            self._check_origin(scope, is_needed=scope["type"] == "websocket" or is_unsafe(scope))
        elif is_unsafe(scope) and (session is not None or actor_of(scope) is None):
            self._check_origin(scope, is_needed=False)
            if session is not None and not path.startswith(FORMS_OF_NOBODY):
                self._check_token(scope, session)

    def _check_origin(self, scope: Scope, *, is_needed: bool) -> None:
        origin = header(scope, b"origin")
        if origin is None and (referer := header(scope, b"referer")) is not None:
            parts = urlsplit(referer)
            origin = f"{parts.scheme}://{parts.netloc}"
        if origin is None:
            if is_needed:
                raise Forbidden("The request does not say which page it comes from.", RELOAD)
        elif not is_own_origin(self._settings, scope, origin):
            raise Forbidden(
                f"The request comes from a page of {origin[:100]}, not from one of ours.",
                "If that is where you reach this installation, set SEGOPS_PAGES_URL to it.",
            )

    def _check_token(self, scope: Scope, session: str) -> None:
        given = header(scope, HEADER) or ""
        if not hmac.compare_digest(given.encode("latin-1"), csrf_token(self._secret, session).encode()):
            raise Forbidden("The request lacks the token of your session (X-CSRF-Token).", RELOAD)


def csrf_token(secret: bytes, session: str) -> str:
    """The token that requests of a session carry; whoever has it still needs the session's cookie."""
    return hmac.new(secret, b"segops.csrf:" + session.encode(), hashlib.sha256).hexdigest()
