"""Conflicts: rows that wait for a person, because their file and somebody else have changed the same fields.

A person accepts what the file gives, rejects it, or writes values of their own. Each answer is remembered as the last
that the source has given, so that the same row is no conflict again. What belongs here: the queue and the answers, in
the session's workspace. What doesn't: finding conflicts (`three_way`), across workspaces (`imports.conflicts`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.engine import Connection, Row

from segops_pipeline.catalogue.revisions import IMAGE
from segops_pipeline.errors import StalePlan

Answer = Literal["accept", "reject", "edit"]
STATUS: dict[Answer, str] = {"accept": "accepted", "reject": "rejected", "edit": "edited"}
NAME = "name"
UNSEEN = 0  # no product's version: with it the values in source_rows themselves say what the file gave
Image = dict[str, Any]
"""The fields of a product, `name` among them; what has no value is not there."""

CONFLICTS = """
SELECT c.id, c.job_id, j.file_name, j.undone_by, s.name AS source, c.source_id, c.key, c.line, c.version, c.fields,
    c.name, c.data, c.given, c.created_at, p.name AS name_now, p.data AS data_now, p.version AS version_now
FROM conflicts c
JOIN import_jobs j ON j.workspace_id = c.workspace_id AND j.id = c.job_id
JOIN sources s ON s.workspace_id = c.workspace_id AND s.id = c.source_id
LEFT JOIN products p ON p.workspace_id = c.workspace_id AND p.sku = c.key
WHERE c.workspace_id = :workspace_id AND c.status = 'open' AND c.id > :after
    AND (CAST(:job_id AS text) IS NULL OR c.job_id = :job_id)
    AND (CAST(:ids AS bigint[]) IS NULL OR c.id = ANY(:ids))
ORDER BY c.id LIMIT :limit OFFSET :offset
"""

NUMBER = """
SELECT count(*) FROM conflicts WHERE workspace_id = :workspace_id AND status = 'open'
    AND (CAST(:job_id AS text) IS NULL OR job_id = :job_id)
"""

CHANGE = f"""
WITH before AS MATERIALIZED (
    SELECT {IMAGE} AS image, p.version,
        (SELECT to_jsonb(s) FROM source_rows s WHERE s.workspace_id = :workspace_id AND s.source_id = :source_id
            AND s.entity = 'product' AND s.key = :key) AS source_row, nextval('version_sequence') AS next
    FROM products p WHERE p.workspace_id = :workspace_id AND p.sku = :key
), written AS (
    UPDATE products p SET name = :name, data = CAST(:data AS jsonb), version = before.next, updated_at = now(),
        source = :source,
        raw_data = CASE WHEN :source = 'csv' THEN (SELECT raw FROM conflicts WHERE id = :id) ELSE p.raw_data END
    FROM before WHERE p.workspace_id = :workspace_id AND p.sku = :key
), sent AS (
    INSERT INTO outbox (workspace_id, entity, key, version, operation, job_id)
    SELECT :workspace_id, 'product', :key, next, 'upsert', :job_id FROM before
)
INSERT INTO revisions (workspace_id, job_id, entity, key, action, version_before, version_after, before, cause, line,
    actor, source_before)
SELECT :workspace_id, :job_id, 'product', :key, 'updated', version, next, image, 'conflict', :line, :actor, source_row
FROM before RETURNING version_after
"""

REMEMBER = """
INSERT INTO source_rows AS s (workspace_id, source_id, entity, key, line, raw_hash, name, data, mapping_fingerprint,
    version, job_id)
SELECT workspace_id, source_id, entity, key, line, coalesce(raw_hash, ''), :given_name, CAST(:given_data AS jsonb),
    mapping_fingerprint, :version, job_id
FROM conflicts WHERE id = :id
ON CONFLICT (workspace_id, source_id, entity, key) DO UPDATE SET line = excluded.line, raw_hash = excluded.raw_hash,
    name = excluded.name, data = excluded.data, mapping_fingerprint = excluded.mapping_fingerprint,
    version = excluded.version, job_id = excluded.job_id
"""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One open conflict: `fields` has, for each contested field, what the file gave last, the product now, the file.

    `after` is the product as accepting would make it, where nobody has changed it since `version`; `now` is the
    product (None: it is gone). `given` is what the file gives, where accepting makes another product of it.
    """

    id: int
    job_id: str
    file: str
    source: str
    source_id: int
    key: str
    line: int
    version: int
    fields: dict[str, dict[str, Any]]
    after: Image
    given: dict[str, Any] | None
    now: Image | None
    version_now: int | None
    undone_by: str | None

    def as_dict(self) -> dict[str, Any]:
        """The conflict as a JSON object."""
        return {
            "id": self.id,
            "job_id": self.job_id,
            "file": self.file,
            "source": self.source,
            "line": self.line,
            "sku": self.key,
            "fields": {
                name: {
                    "file_last": values.get("base"),
                    "product_now": None if self.now is None else self.now.get(name),
                    "file_now": values.get("theirs"),
                }
                for name, values in self.fields.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a person answers: `values` are those of an edit, by field; None clears."""

    answer: Answer
    actor: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


def open_conflicts(
    connection: Connection,
    workspace_id: int,
    *,
    job_id: str | None = None,
    ids: Sequence[int] | None = None,
    limit: int = 100,
    after: int = 0,
    offset: int = 0,
) -> list[Conflict]:
    """The open conflicts of a workspace, the oldest first: all, those of a job, or some.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        job_id: only of this job.
        ids: only these.
        limit: how many at most.
        after: only those with a higher id, to go on from the last one seen.
        offset: how many to pass over.
    """
    bound = {"workspace_id": workspace_id, "job_id": job_id, "limit": limit, "after": after, "offset": offset}
    rows = connection.execute(text(CONFLICTS), {**bound, "ids": None if ids is None else list(ids)})
    return [_conflict(row) for row in rows]


def count_open(connection: Connection, workspace_id: int, *, job_id: str | None = None) -> int:
    """How many open conflicts a workspace, or a job of it, has."""
    bound = {"workspace_id": workspace_id, "job_id": job_id}
    return connection.execute(text(NUMBER), bound).scalar_one()


def resolve(connection: Connection, workspace_id: int, conflict: Conflict, resolution: Resolution) -> bool:
    """Answer one conflict; the product is written, with its revision, only where it changes.

    Args:
        connection: a session of the workspace that has called `lock_workspace`, and read the conflict after that.
        workspace_id: the workspace.
        conflict: an open one.
        resolution: the answer.

    Returns:
        Whether the product has changed.

    Raises:
        StalePlan: the product is gone, or has changed since in what the answer would write.
    """
    wanted = conflict.now if resolution.answer == "reject" else _laid(connection, workspace_id, conflict, resolution)
    bound: dict[str, Any] = {"workspace_id": workspace_id, "id": conflict.id}
    version = conflict.version_now or UNSEEN
    if has_changed := wanted is not None and not _same(wanted, conflict.now):
        version = connection.execute(
            text(CHANGE), {**bound, **_change(conflict, wanted or {}, resolution)}
        ).scalar_one()
    given = conflict.given
    if resolution.answer != "accept" and given is None:
        given = {NAME: conflict.after.get(NAME), "data": _data(conflict.after)}
    connection.execute(
        text(REMEMBER),
        {
            **bound,
            "given_name": None if given is None else given.get(NAME),
            "given_data": None if given is None else json.dumps(given.get("data") or {}),
            "version": version if given is None else UNSEEN,
        },
    )
    connection.execute(
        text("UPDATE conflicts SET status = :status, resolved_by = :by, resolved_at = now() WHERE id = :id"),
        {"id": conflict.id, "status": STATUS[resolution.answer], "by": resolution.actor},
    )
    return has_changed


def _conflict(row: Row[Any]) -> Conflict:
    now = None if row.version_now is None else _image(row.name_now, row.data_now)
    return Conflict(
        row.id,
        row.job_id,
        row.file_name,
        row.source,
        row.source_id,
        row.key,
        row.line,
        row.version,
        row.fields,
        _image(row.name, row.data),
        row.given,
        now,
        row.version_now,
        row.undone_by,
    )


def _change(conflict: Conflict, wanted: Image, resolution: Resolution) -> dict[str, Any]:
    return {
        "job_id": conflict.job_id,
        "source_id": conflict.source_id,
        "key": conflict.key,
        "line": conflict.line,
        "actor": resolution.actor,
        "name": wanted.get(NAME) or "",
        "data": json.dumps(_data(wanted)),
        "source": "csv" if resolution.answer == "accept" else "manual",
    }


def _laid(connection: Connection, workspace_id: int, conflict: Conflict, resolution: Resolution) -> Image:
    """The product as the answer makes it: what the row changes is laid over the product as it is now.

    Raises:
        StalePlan: the product is gone, or somebody has changed since what the row would change.
    """
    remedy = f"Keep the product: segops conflicts reject {conflict.id}; or import the file again."
    if conflict.now is None:
        raise StalePlan(f"The product {conflict.key} does not exist any more.", remedy)
    before = _before(connection, workspace_id, conflict)
    if before is None:
        raise StalePlan(f"The product {conflict.key} has changed since, and how it was is not kept any more.", remedy)
    after, now = _decided(conflict, before, resolution), dict(conflict.now)
    changed = [name for name in sorted({*before, *after}) if not _same(before.get(name), after.get(name))]
    written = {*changed, *resolution.values}
    again = [
        name
        for name in changed
        if name not in resolution.values
        and not _same(now.get(name), before.get(name))
        and not _same(now.get(name), after.get(name))
    ]
    if again:
        raise StalePlan(f"The product {conflict.key} has changed since, in {', '.join(again)}.", remedy)
    for name in written:
        now.pop(name, None)
        if after.get(name) is not None:
            now[name] = after[name]
    return now


def _decided(conflict: Conflict, before: Image, resolution: Resolution) -> Image:
    """The after-image of the answer: accepted as the file has it; in an edit, as the person says, else as it was."""
    after = dict(conflict.after)
    if resolution.answer == "edit":
        kept = {name: before.get(name) for name in conflict.fields}
        after = {**after, **kept, **resolution.values}
    return {name: value for name, value in after.items() if value is not None}


def _before(connection: Connection, workspace_id: int, conflict: Conflict) -> Image | None:
    """The product as it was when the conflict was found."""
    if conflict.version_now == conflict.version:
        return conflict.now
    image: dict[str, Any] | None = connection.execute(
        text(
            "SELECT before FROM revisions WHERE workspace_id = :workspace_id AND entity = 'product' AND key = :key"
            " AND version_before = :version LIMIT 1"
        ),
        {"workspace_id": workspace_id, "key": conflict.key, "version": conflict.version},
    ).scalar()
    return None if image is None else _image(image[NAME], image["data"])


def _image(name: str | None, data: Mapping[str, Any]) -> Image:
    return {**data, **({} if name is None else {NAME: name})}


def _data(image: Image) -> dict[str, Any]:
    return {name: value for name, value in image.items() if name != NAME}


def _same(one: object, other: object) -> bool:
    """Whether two values are the same JSON: true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
