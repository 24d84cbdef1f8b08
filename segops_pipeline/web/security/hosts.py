"""By which names the application lets itself be called: a page elsewhere whose name leads here reaches nothing.

What belongs here: the check of the Host header (against DNS rebinding) and which origins are ours. What doesn't: the
token against forged requests (`csrf`).
"""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from segops_pipeline.access.secret import is_loopback
from segops_pipeline.config import Settings
from segops_pipeline.errors import Forbidden
from segops_pipeline.web.security.requests import header, refuse


class OwnHosts:
    """Refuses requests to a host that is none of ours, where it is known which are."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] in ("http", "websocket"):
            host = header(scope, b"host") or ""
            if not _is_own_host(self._settings, host):
                error = Forbidden(
                    f"This installation is not called {host[:100]!r}.", "Set SEGOPS_PAGES_URL to where people reach it."
                )
                await refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)


def is_own_origin(settings: Settings, scope: Scope, origin: str) -> bool:
    """Whether an origin, as browsers send it, is where the pages are."""
    if settings.pages_url is not None:
        ours = urlsplit(settings.pages_url)
        if _same_place(origin, f"{ours.scheme}://{ours.netloc}"):
            return True
    host = header(scope, b"host") or ""
    if settings.pages_url is not None and not is_loopback(_name(host)):
        return False
    # a proxy may have taken the encryption off: the scheme is not compared
    return bool(host) and urlsplit(origin).netloc.lower() == host.lower()


def is_https(settings: Settings) -> bool:
    """Whether people reach the pages by https."""
    return (settings.pages_url or "").lower().startswith("https://")


def _is_own_host(settings: Settings, host: str) -> bool:
    name = _name(host)
    if settings.pages_url is not None:
        return is_loopback(name) or name == (urlsplit(settings.pages_url).hostname or "").lower()
    # who listens everywhere without saying where may be called by any name
    return is_loopback(name) or not is_loopback(settings.pages_host)


def _same_place(one: str, other: str) -> bool:
    return one.rstrip("/").lower() == other.rstrip("/").lower()


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.rpartition(":")[0].lower() if ":" in host else host.lower()
