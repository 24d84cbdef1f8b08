"""Ports of this machine: which are free, and whether somebody answers at one."""

import http.client
import socket

PORTS_TRIED = 100


def free_port(host: str, wanted: int) -> int:
    """Find a free port: the wanted one, or the next after it, or any.

    Args:
        host: the address to listen at.
        wanted: the port to try first; 0: any.
    """
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)) if wanted else ():
        if _listens(host, port) is not None:
            return port
    found = _listens(host, 0)
    return wanted if found is None else found


def is_open(host: str, port: int) -> bool:
    """Whether somebody takes connections at a port."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def answers(host: str, port: int, path: str) -> bool:
    """Whether a web server answers a path with success."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _listens(host: str, port: int) -> int | None:
    """Listen for a moment; return the port, or None when it is taken."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return probe.getsockname()[1]
    except OSError:
        return None
