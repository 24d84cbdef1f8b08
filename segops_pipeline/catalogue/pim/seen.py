"""A record as somebody who is going to change it has seen it.

What belongs here: that it still is so, and stays so until it is changed. What doesn't: the changes (the `act` files).
"""

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.apply import lock_workspace
from segops_pipeline.catalogue.pim.browse import Found, get_record
from segops_pipeline.catalogue.pim.model import Entity
from segops_pipeline.errors import ChangedMeanwhile


def record_as_seen(
    connection: Connection, workspace_id: int, entity: Entity, key: str, expected_version: int | None
) -> Found:
    """A record, which nobody else changes until the session's transaction ends.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        entity: which; no products.
        key: its key.
        expected_version: as the one who changes it has seen it; None: whatever it is.

    Raises:
        NotFound: the workspace has none of this key.
        ChangedMeanwhile: it has another version than was expected.
    """
    lock_workspace(connection, workspace_id)  # first: who comes second waits here, and then sees what the first did
    found = get_record(connection, workspace_id, entity, key)
    if expected_version not in (None, found.version):
        raise ChangedMeanwhile(
            f"{key} has changed since it was read: its version is {found.version}, not {expected_version}.",
            "Read it again, then repeat the change.",
        )
    return found
