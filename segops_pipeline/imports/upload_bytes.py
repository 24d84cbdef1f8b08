"""Whose the uploaded bytes are: the same bytes are stored once in a workspace, and several jobs can refer to them."""

from sqlalchemy import text
from sqlalchemy.engine import Connection

UPLOAD_LOCK_SPACE = 7308  # a job that begins with the same bytes as another's that ends must not lose them

USED = """
SELECT EXISTS (SELECT FROM import_jobs WHERE upload_uri = :uri AND id IS DISTINCT FROM :besides)
    OR EXISTS (SELECT FROM import_jobs WHERE original_uri = :uri AND id IS DISTINCT FROM :besides)
"""


def lock_upload(connection: Connection, uri: str) -> None:
    """Keep others from removing or referring to these bytes until the transaction ends."""
    connection.execute(
        text("SELECT pg_advisory_xact_lock(:space, hashtext(:uri))"), {"space": UPLOAD_LOCK_SPACE, "uri": uri}
    )


def is_used(connection: Connection, uri: str, besides: str | None = None) -> bool:
    """Whether a job refers to uploaded bytes, to read them or as its original; one job can be left out."""
    return connection.execute(text(USED), {"uri": uri, "besides": besides}).scalar_one()
