"""Absolute web addresses.

What belongs here: the cast to url. What doesn't: fetching one (imports/fetch.py).
"""

import re
from urllib.parse import urlsplit

from segops_pipeline.inference.context import CastContext, Refusal, Value, shown

_START = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE)
_SEVERAL = re.compile(r"[\s,;|]+https?://", re.IGNORECASE)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)*[^\W_](?:[\w-]*[^\W_])?\.?\Z")
_OWN_PORT = {"http": ":80", "https": ":443"}
_MOST_CHARACTERS = 8192


def cast_url(text: str, context: CastContext) -> Value | Refusal:  # noqa: ARG001 - all casts are called alike
    """An absolute http(s) address, normalised by what changes no meaning (RFC 3986, section 6.2).

    Scheme and host are in lower case, the scheme's own port is left out, blanks are %20, `&amp;` is `&`; an address
    that begins with `//`, as shops export them, is https. The rest is as written.
    """
    text = text.replace("&amp;", "&")
    if text.startswith("//"):
        text = f"https:{text}"
    start = _START.match(text)
    if start is None:
        return Refusal(
            "not_a_url",
            f"“{shown(text)}” is no absolute http or https address.",
            "Write it with https:// in front.",
        )
    if len(text) > _MOST_CHARACTERS or _SEVERAL.search(text) or not _is_address(text):
        return Refusal("not_a_url", f"“{shown(text)}” is not one web address.", "Write one address per cell.")
    place = start[2]
    user, at, host = place.rpartition("@")
    scheme = start[1].lower()
    host = host.lower().removesuffix(_OWN_PORT[scheme])
    return f"{scheme}://{user}{at}{host}{text[start.end() :]}".replace(" ", "%20")


def _is_address(text: str) -> bool:
    if any(character.isspace() and character != " " for character in text):
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host:
        return False
    return bool(_HOST.match(host)) or ("[" in parts.netloc and ":" in host)
