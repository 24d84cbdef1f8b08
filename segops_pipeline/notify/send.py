"""Send one delivery to its webhook: signed, through the guard, without following redirects.

What belongs here: the request and what its answer means. What doesn't: when it is sent, and again (`dispatch`,
`deliveries`).
"""

import json
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from segops_pipeline.config import Settings
from segops_pipeline.errors import SegopsError
from segops_pipeline.imports.addresses import AddressGuard
from segops_pipeline.imports.fetch_http import guarded_client, why_not_connected
from segops_pipeline.notify.deliveries import Answer, Claimed
from segops_pipeline.notify.signing import signed_headers
from segops_pipeline.notify.webhooks import guard_of

if TYPE_CHECKING:
    import aiohttp

TIMEOUT_SECONDS = 10.0
MOST_ANSWER_BYTES = 4 * 1024
MOST_RETRY_AFTER_SECONDS = 24 * 3600


async def send(settings: Settings, claimed: Claimed, timeout_seconds: float = TIMEOUT_SECONDS) -> Answer:
    """Send a delivery to its webhook once; whatever goes wrong is in the answer."""
    import aiohttp

    assert claimed.url is not None
    assert claimed.secret is not None
    body = json.dumps(claimed.payload, separators=(",", ":"), ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        **signed_headers(claimed.secret, claimed.message_id, int(time.time()), body),
    }
    guard = guard_of(settings)
    try:
        return await _post(claimed.url, body, headers, guard, timeout_seconds)
    except TimeoutError:
        return Answer(error=f"The receiver did not answer within {timeout_seconds:g} seconds.")
    except SegopsError as error:  # refused by the guard, or no URL any more
        return Answer(error=str(error))
    except aiohttp.ClientConnectorError as error:
        if guard.refused:
            return Answer(error=guard.error("The URL").message)
        return Answer(error=f"No connection: {why_not_connected(error)}.")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Answer(error=f"The connection failed ({type(error).__name__}).")


async def _post(url: str, body: bytes, headers: dict[str, str], guard: AddressGuard, timeout_seconds: float) -> Answer:
    import aiohttp
    import yarl

    guard.check_host(yarl.URL(url).host or "", "The URL")
    async with (
        await guarded_client(guard, decompress=False) as session,
        session.post(
            url,
            data=body,
            headers=headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=timeout_seconds),
        ) as response,
    ):
        if response.status < HTTPStatus.MULTIPLE_CHOICES:
            return Answer(response.status)
        said = (await _beginning(response)).decode("utf-8", "replace").strip()
        return Answer(response.status, _refusal(response.status, said), _retry_after(response))


async def _beginning(response: "aiohttp.ClientResponse") -> bytes:
    said = b""
    while len(said) < MOST_ANSWER_BYTES and (chunk := await response.content.read(MOST_ANSWER_BYTES - len(said))):
        said += chunk
    return said


def _refusal(status: int, said: str) -> str:
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    if status < HTTPStatus.BAD_REQUEST:
        return f"The receiver answered {phrase}: redirects are not followed. Give the webhook the final URL."
    return f"The receiver answered {phrase}{f': {said}' if said else '.'}"


def _retry_after(response: "aiohttp.ClientResponse") -> int:
    wanted = response.headers.get("Retry-After", "")
    return min(int(wanted), MOST_RETRY_AFTER_SECONDS) if wanted.isdecimal() and len(wanted) < 10 else 0
