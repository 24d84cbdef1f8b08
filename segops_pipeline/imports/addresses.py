"""Which network addresses may be fetched from, checked on the address that is really connected to.

A check of the name beforehand would not do: the name can resolve to another address a moment later, or the
server can redirect. So the guard makes the socket itself, for the very address it is given.

What belongs here: addresses and the sockets to them. What doesn't: what is sent over them.
"""

import socket
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from segops_pipeline.errors import AddressRefused

# From the IANA registries of special-purpose addresses, spelled out because `is_global` of the standard
# library differs from one Python to the next. 168.63.129.16 is Azure's host, which answers only its machines.
_NOT_PUBLIC_IPV4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
# Everything outside 2000::/3 is special; inside it are tunnels to IPv4 addresses (Teredo, 6to4) and examples.
_GLOBAL_IPV6 = IPv6Network("2000::/3")
_NOT_PUBLIC_IPV6 = [IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether a numeric address is one of the public internet.

    An IPv4 address inside an IPv6 one (mapped, NAT64) counts as what it is. What is no address is not public.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        inner = parsed.ipv4_mapped or (IPv4Address(int(parsed) & 0xFFFFFFFF) if parsed in _NAT64 else None)
        if inner is None:
            return parsed in _GLOBAL_IPV6 and not any(parsed in network for network in _NOT_PUBLIC_IPV6)
        parsed = inner
    return not any(parsed in network for network in _NOT_PUBLIC_IPV4)


class AddressNotPublicError(OSError):
    """The socket was not made. An OSError, for the libraries in between then try the name's next address."""


class AddressGuard:
    """Makes the sockets of one fetch, to those numeric addresses only that `is_allowed` lets through.

    `refused` holds the addresses that it refused.
    """

    def __init__(self, is_allowed: Callable[[str], bool] = is_public) -> None:
        self._is_allowed = is_allowed
        self.refused: list[str] = []

    def check_host(self, host: str, shown: str) -> None:
        """Refuse a host that is a number, however spelled (127.1, 2130706433, 0x7f000001), and not public.

        Raises:
            AddressRefused: it is one.
        """
        try:
            numeric = socket.inet_ntoa(socket.inet_aton(host))
        except OSError:
            numeric = host
            if ":" not in host:
                return  # a name: what it leads to is checked when it is connected to
        if not self.lets_through(numeric):
            raise self.error(shown)

    def open_socket(self, address_info: tuple[Any, ...]) -> socket.socket:
        """Make the socket for one result of getaddrinfo: aiohttp's `socket_factory`.

        Raises:
            AddressNotPublicError: the address is not public.
        """
        family, kind, protocol, _, address = address_info
        self._check(address[0])
        return socket.socket(family, kind, protocol)

    def lets_through(self, address: str) -> bool:
        """Whether a numeric address may be connected to; one that may not is noted in `refused`."""
        if not self._is_allowed(address):
            self.refused.append(address)
            return False
        return True

    def connect(self, host: str, port: int, timeout_seconds: float) -> socket.socket:
        """Connect to the first address of a host that answers.

        Raises:
            OSError: none answers, or the name is not known.
            AddressNotPublicError: the last address tried is not public.
        """
        ends_at = time.monotonic() + timeout_seconds
        last: OSError = OSError(f"{host} has no address")
        for address_info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            try:
                connection = self.open_socket(address_info)
            except AddressNotPublicError as error:
                last = error
                continue
            try:
                connection.settimeout(max(ends_at - time.monotonic(), 0.001))
                connection.connect(address_info[4])
            except OSError as error:
                connection.close()
                last = error
            else:
                return connection
        raise last

    def error(self, shown: str) -> AddressRefused:
        """What to tell when a refusal ended the fetch.

        Args:
            shown: the location, without secrets.
        """
        addresses = ", ".join(dict.fromkeys(self.refused))
        return AddressRefused(
            f"{shown} leads to {addresses}, which is no public address.",
            "If this installation may fetch from its own network, set SEGOPS_FETCH_ALLOW_PRIVATE=true.",
        )

    def _check(self, address: str) -> None:
        if not self.lets_through(address):
            raise AddressNotPublicError(f"{address} is no public address")
