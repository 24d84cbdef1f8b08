"""Texts that people give by segment, under keys such as `default`, `T:da-DK` or `T:da|M:DENMARK`: are they registered?

What belongs here: keys that do not come from a file's header. What doesn't: headers (`assign_check`), the registry
itself (`act_segments`).
"""

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.assign_check import Registry, WrongColumn
from segops_pipeline.catalogue.pim.store import StoredRecords
from segops_pipeline.errors import WrongUsage
from segops_pipeline.formats.bizzkit.segments import DEFAULT, Segment

Texts = Mapping[str, str]  # by the segment's key


def registered_texts(
    connection: Connection, workspace_id: int, texts: Texts, *, cultures_only: bool = False
) -> dict[str, str]:
    """The texts under the keys of the segments as they are registered.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        texts: as people give them.
        cultures_only: names and descriptions differ by culture only.

    Raises:
        WrongUsage: a key is none, or names what is not registered.
    """
    if not set(texts) - {DEFAULT}:
        return dict(texts)
    registry = Registry(StoredRecords(connection, workspace_id))
    return {_key(registry, key, cultures_only): said for key, said in texts.items()}


def _key(registry: Registry, key: str, cultures_only: bool) -> str:
    remedy = "Write it as T:da-DK." if cultures_only else "Write it as T:da-DK, or T:da|M:DENMARK."
    try:
        segment = Segment.of_key(key)
    except (KeyError, TypeError) as error:
        raise WrongUsage(f"'{key}' is no segment.", remedy, value=key) from error
    if cultures_only and segment != Segment(segment.culture):
        raise WrongUsage("Names and descriptions differ by culture only.", remedy, value=key)
    try:
        return registry.registered(segment, key).key
    except WrongColumn as wrong:
        raise WrongUsage(wrong.issue.message, wrong.issue.suggestion or "", value=key) from wrong
