"""Imports under rules, and hand edits as they stand in the database, for tests of the plan."""

import json
from collections.abc import Mapping
from typing import Any

from segops_pipeline.imports.jobs import Job
from segops_pipeline_tests.importing import Importer

EDIT = """
WITH before AS MATERIALIZED (
    SELECT p.*, nextval('version_sequence') AS next FROM products p WHERE sku = :sku
), written AS (
    UPDATE products p SET name = coalesce(:name, p.name), source = 'manual', version = b.next, updated_at = now(),
        data = jsonb_strip_nulls(p.data || CAST(:data AS jsonb))
    FROM before b WHERE p.sku = b.sku
)
INSERT INTO revisions (workspace_id, entity, key, action, version_before, version_after, before, cause, actor)
SELECT workspace_id, 'product', sku, 'updated', version, next, jsonb_build_object('name', name, 'data', data,
    'raw_data', raw_data, 'source', source, 'is_active', is_active), 'edit', 'ada'
FROM before
"""


def queue_under(
    imports: Importer,
    rules: Mapping[str, Any],
    content: str,
    types: Mapping[str, str] | None = None,
    **given: Any,
) -> Job:
    """A confirmed job under rules."""
    job = imports.queue(content, types, **given)
    imports.execute(
        "UPDATE import_jobs SET rules = CAST(:rules AS jsonb) WHERE id = :id", rules=json.dumps(rules), id=job.id
    )
    return imports.job(job)


def load_under(
    imports: Importer,
    rules: Mapping[str, Any],
    content: str,
    types: Mapping[str, str] | None = None,
    **given: Any,
) -> Job:
    """A job after all acts of its import under rules."""
    return imports.run(queue_under(imports, rules, content, types, **given))


def edit(imports: Importer, sku: str, *, name: str | None = None, **data: Any) -> None:
    """Change a product by hand: its name and fields; None clears one."""
    imports.execute(EDIT, sku=sku, name=name, data=json.dumps(data))


def conflicts(imports: Importer, status: str = "open") -> dict[str, dict[str, Any]]:
    """The contested fields of each conflict of a status, by key."""
    rows = imports.rows("SELECT key, fields FROM conflicts WHERE status = :status ORDER BY id", status=status)
    return {row["key"]: row["fields"] for row in rows}
