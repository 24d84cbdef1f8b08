"""What the checks of a request share: its headers, its path, who asks, and telling of an error without a route.

What belongs here: reading an ASGI scope. What doesn't: any check.
"""

import ipaddress
from html import escape
from typing import Any

from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from segops_pipeline.access.actor import Actor
from segops_pipeline.errors import SegopsError
from segops_pipeline.web.errors import answer

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
API = "/api/pim"
SOCKET = "/_nicegui_ws/"
UPLOAD_OF_PAGE = "/_nicegui/client/"
POLICY_VIOLATED = 1008  # of RFC 6455, for a socket that is refused
# For a person who looks at it, where a program gets JSON.
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Segops</title>
<link rel="stylesheet" href="/static/segops.css">
<link rel="stylesheet" href="/static/sign_in.css">
</head>
<body class="sign-in"><main><h1>{message}</h1><p>{remedy}</p></main></body>
</html>
"""
# The same for everybody: nobody is looked up for them.
_STATIC = ("/static/", "/_nicegui/", "/healthz", "/favicon.ico")


def header(scope: Scope, name: bytes) -> str | None:
    """The first value of a header, by its name in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return None


def is_static(scope: Scope) -> bool:
    """Whether a request is for a file that is the same for everybody."""
    path: str = scope["path"]
    return path.startswith(_STATIC) and not path.startswith(UPLOAD_OF_PAGE)


def is_api(scope: Scope) -> bool:
    """Whether a request is one of the API."""
    path: str = scope["path"]
    return path == API or path.startswith(f"{API}/")


def is_unsafe(scope: Scope) -> bool:
    """Whether a request may change something."""
    return scope["type"] == "http" and scope["method"] not in SAFE_METHODS


def state_of(scope: Scope) -> dict[str, Any]:
    """What `request.state` will have."""
    return scope.setdefault("state", {})


def actor_of(scope: Scope) -> Actor | None:
    """Who asks, once `Who` has looked."""
    return state_of(scope).get("actor")


def address_of(scope: Scope) -> str | None:
    """Where a request comes from; behind a proxy that uvicorn trusts, where that says that it comes from."""
    client = scope.get("client")
    return client[0] if client else None


def network_of(address: str | None) -> str:
    """What counts as one place: an IPv4 address, or the /64 of an IPv6 one, of which a machine has 2^64."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or "unknown"
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


async def refuse(error: SegopsError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request with an error, or close a socket before it opens."""
    if scope["type"] == "websocket":
        await receive()  # the wish to connect
        await send({"type": "websocket.close", "code": POLICY_VIOLATED, "reason": error.code})
        return
    told: Response = answer(error)
    if "text/html" in (header(scope, b"accept") or "") and not is_api(scope):
        page = PAGE.format(message=escape(error.message), remedy=escape(error.remedy))
        kept = {name: told.headers[name] for name in ("Retry-After",) if name in told.headers}
        told = HTMLResponse(page, told.status_code, kept)
    await told(scope, receive, send)
