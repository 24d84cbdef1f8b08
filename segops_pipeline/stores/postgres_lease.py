"""Leases on the embedded server: who needs it holds a connection that says so.

A connection ends with its process, however that ends, so no lease can be forgotten or outlive its holder.
What belongs here: leases and who else is connected. What doesn't: starting and stopping.
"""

import time
import uuid
from dataclasses import dataclass
from typing import Any

import psycopg

from segops_pipeline.stores.postgres_data import OWNER, Reach

PREFIX = "segops lease"
LINGER_SECONDS = 2.0
CLIENTS = """
    SELECT application_name FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND application_name <> %s
"""


@dataclass
class Lease:
    """Somebody's need of the server, as long as the connection lasts."""

    name: str
    started: bool
    connection: psycopg.Connection[Any]


def new_name() -> str:
    """A lease's name, which no other has."""
    return f"{PREFIX} {uuid.uuid4()}"


def connect(reach: Reach, name: str, database: str) -> psycopg.Connection[Any]:
    """Connect as the owner under a name that others see.

    Raises:
        psycopg.OperationalError: the server does not answer.
    """
    return psycopg.connect(
        host=reach.host,
        port=reach.port,
        user=OWNER,
        password=reach.owner_password,
        dbname=database,
        application_name=name,
        connect_timeout=10,
        autocommit=True,
    )


def is_needed(connection: psycopg.Connection[Any], own_name: str, *, stop_clients: bool) -> bool:
    """Whether anybody else needs the server.

    Args:
        connection: one of the owner, under `own_name`.
        own_name: the lease that is given up.
        stop_clients: only leases count, not other clients.
    """
    deadline = time.monotonic() + LINGER_SECONDS
    while True:
        names = [name for (name,) in connection.execute(CLIENTS, [own_name])]
        if any(name.startswith(PREFIX) for name in names):
            return True
        if stop_clients or not names:
            return False
        if time.monotonic() > deadline:  # until then they may be our own, which take a moment to go
            return True
        time.sleep(0.02)
