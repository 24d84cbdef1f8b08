"""Open a file behind an http or https URL, every connection made through the guard.

What belongs here: requests, redirects and what HTTP says of a file. What doesn't: limits of size (fetch.py).
"""

import os
import socket
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from segops_pipeline import __version__
from segops_pipeline.imports.addresses import AddressGuard
from segops_pipeline.imports.download import CHUNK_BYTES, Conditions, Deadline, Download, cannot_fetch
from segops_pipeline.imports.locations import Location, parse_location

if TYPE_CHECKING:
    import aiohttp
    import yarl

MAX_REDIRECTS = 6


@contextmanager
def open_http(location: Location, conditions: Conditions) -> Generator[Download]:
    """Ask for the file, follow redirects, and give its bytes as they come.

    Raises:
        AddressRefused: the URL or a redirect leads to an address that is not public.
        FetchError: no answer, a refusal, an answer that ends too early.
        TimeIsUp: the deadline has passed.
    """
    from fsspec.implementations.http import HTTPFileSystem

    guard, deadline = conditions.guard, conditions.deadline
    guard.check_host(location.host, location.shown)
    filesystem: Any = HTTPFileSystem(
        get_client=lambda **_options: guarded_client(guard),
        # a URL that is encoded already must reach the server as it is: signatures depend on it
        encoded=location.text.isascii() and " " not in location.text,
        skip_instance_cache=True,
    )
    session: aiohttp.ClientSession = deadline.run(filesystem.set_session())
    try:
        with _in_words(location, guard):
            response = deadline.run(_get(session, filesystem.encode_url(location.text)))
        if response.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise cannot_fetch(location.shown, f"the server answers {_status(response.status)}")
        final = parse_location(str(response.url))
        disposition = response.content_disposition
        yield Download(
            (disposition.filename if disposition else None) or final.path,
            final.shown,
            # a compressed answer announces its compressed length
            None if "Content-Encoding" in response.headers else response.content_length,
            _chunks(response, location, guard, deadline),
        )
    finally:
        deadline.close(session.close())


async def guarded_client(guard: AddressGuard, *, decompress: bool = True) -> "aiohttp.ClientSession":
    """A client whose every connection goes through the guard, redirects included; it has no time limit of its own."""
    import aiohttp

    connector = aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver(), socket_factory=guard.open_socket)
    return aiohttp.ClientSession(
        connector=connector,
        trust_env=False,  # a proxy would connect in our place, where no guard stands
        timeout=aiohttp.ClientTimeout(total=None),  # the deadline is for everything together
        headers={"User-Agent": f"segops-pipeline/{__version__}"},
        auto_decompress=decompress,
    )


async def _get(session: "aiohttp.ClientSession", url: "yarl.URL") -> "aiohttp.ClientResponse":
    return await session.get(url, max_redirects=MAX_REDIRECTS)


def _chunks(
    response: "aiohttp.ClientResponse", location: Location, guard: AddressGuard, deadline: Deadline
) -> Iterator[bytes]:
    with _in_words(location, guard):
        while chunk := deadline.run(response.content.read(CHUNK_BYTES)):
            yield chunk


@contextmanager
def _in_words(location: Location, guard: AddressGuard) -> Generator[None]:
    """Tell what failed in a sentence; `from None`, for aiohttp's own words hold the URL with its secrets."""
    import aiohttp

    try:
        yield
    except aiohttp.ClientConnectorDNSError:
        raise cannot_fetch(location.shown, "the name of its server is not known") from None
    except aiohttp.ClientConnectorError as error:
        if guard.refused:
            raise guard.error(location.shown) from None
        raise cannot_fetch(location.shown, why_not_connected(error)) from None
    except aiohttp.TooManyRedirects:
        raise cannot_fetch(location.shown, f"it redirects more than {MAX_REDIRECTS - 1} times") from None
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        if isinstance(error, aiohttp.RedirectClientError):
            raise cannot_fetch(location.shown, "it redirects to something that is no http or https URL") from None
        raise cannot_fetch(location.shown, "it is no valid URL") from None
    except aiohttp.ClientPayloadError:
        raise cannot_fetch(location.shown, "the server ended the answer too early", "Try again.") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise cannot_fetch(location.shown, f"the connection failed ({type(error).__name__})") from None


def why_not_connected(error: "aiohttp.ClientConnectorError") -> str:
    """Why there is no connection, in words."""
    import ssl

    cause = error.os_error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({cause.verify_message})"
    if isinstance(cause, ssl.SSLError):
        return f"no secure connection can be made ({cause.reason or 'TLS failed'})"
    if isinstance(cause, socket.gaierror):
        return "the name of its server is not known"
    why = os.strerror(cause.errno) if cause.errno else type(cause).__name__
    return f"its server cannot be reached ({why})"


def _status(code: int) -> str:
    # with the standard's words: the server's own could be anything
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)
