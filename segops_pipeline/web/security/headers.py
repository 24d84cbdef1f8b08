"""Headers that tell browsers what our answers may do: nothing from elsewhere, nowhere else, in nobody's frame.

What belongs here: headers of answers. What doesn't: checks of requests.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segops_pipeline.config import Settings
from segops_pipeline.web.security.hosts import is_https
from segops_pipeline.web.security.requests import is_static

# NiceGUI's page is one script in the page itself, which evaluates what the server sends it over the socket; so that
# scripts in the page cannot be forbidden. Where scripts come from and what they may reach can.
OF_PAGES = "; ".join((
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
))  # fmt: skip
# Pages of ours that have neither scripts nor styles in them.
OF_FORMS = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Data: if a browser ever shows it as a page, it can do nothing.
OF_DATA = "default-src 'none'; frame-ancestors 'none'; sandbox"

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
A_YEAR = "max-age=31536000"


class SafeHeaders:
    """Adds them to every answer that does not bring its own."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._always = {**ALWAYS, **({"Strict-Transport-Security": A_YEAR} if is_https(settings) else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(scope, MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, send_safely)

    def _add(self, scope: Scope, headers: MutableHeaders) -> None:
        for name, value in self._always.items():
            headers.setdefault(name, value)
        is_page = headers.get("content-type", "").startswith("text/html")
        headers.setdefault("Content-Security-Policy", OF_PAGES if is_page else OF_DATA)
        if not is_static(scope):
            headers.setdefault("Cache-Control", "no-store")  # what is one person's is nobody else's, not even later
