"""Products that show what has changed elsewhere: the value of a list's item, the name of a brand, an attribute itself.

They do not change, so that they keep their version; they are sent to ClickHouse and search again as they are now.
What belongs here: which products those are. What doesn't: what is shown of them (`plain`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.model import Json

SHOWN_OF_ATTRIBUTE = ("value_type", "configuration", "fields", "is_confidential")

# What the job has just made, nothing shows yet, unless it is one that was there before.
CHANGED = """
SELECT v.entity, v.key, v.before -> 'data' AS before, r.data AS after
FROM revisions v
LEFT JOIN records r ON r.workspace_id = v.workspace_id AND r.entity = v.entity AND r.key = v.key
WHERE v.workspace_id = :workspace_id AND v.job_id = :job_id AND v.entity = ANY('{attribute,global_list,brand}')
    AND (v.action <> 'created' OR v.cause <> 'import') ORDER BY v.version_after
"""
CODES = """
SELECT key FROM records WHERE workspace_id = :workspace_id AND entity = 'attribute'
    AND data -> 'fields' @> CAST(:field AS jsonb)
"""
# The outbox has what the job itself has changed. What others wait for may be read already, as it was before.
# NOT IN and not NOT EXISTS: PostgreSQL knows nothing yet of what this transaction has written there, and would go
# through all of it for each product.
TELL = """
INSERT INTO outbox (workspace_id, entity, key, version, operation, job_id)
SELECT :workspace_id, 'product', p.sku, p.version, 'upsert', :job_id FROM products p
WHERE p.workspace_id = :workspace_id
    AND (p.data ?| CAST(:codes AS text[]) OR p.pim -> 'external' ?| CAST(:codes AS text[]))
    AND ({shows}) AND p.sku NOT IN (SELECT o.key FROM outbox o WHERE o.workspace_id = :workspace_id
        AND o.entity = 'product' AND o.job_id = :job_id)
ORDER BY p.sku
"""
VALUES = "jsonb_build_array(p.data, p.pim -> 'external')"
HAS_ITEM = f"""EXISTS (SELECT FROM jsonb_path_query({VALUES}, '$.** ? (@.list == $list).item',
    jsonb_build_object('list', CAST(:list AS text))) i WHERE i #>> '{{}}' = ANY(:items))"""
HAS_BRAND = f"EXISTS (SELECT FROM jsonb_path_query({VALUES}, '$.**') v WHERE v #>> '{{}}' = ANY(:brands))"


def tell_dependents(connection: Connection, workspace_id: int, job_id: str) -> None:
    """Have the products that show what a job has changed of records sent again.

    Args:
        connection: a session of the workspace, in which the job's revisions have been written.
        workspace_id: the workspace.
        job_id: the job.
    """
    bound = {"workspace_id": workspace_id, "job_id": job_id}
    attributes: list[str] = []
    brands: list[str] = []
    for row in connection.execute(text(CHANGED), bound).all():
        before, after = row.before or {}, row.after or {}
        if row.entity == "attribute" and any(before.get(one) != after.get(one) for one in SHOWN_OF_ATTRIBUTE):
            attributes.append(row.key)
        elif row.entity == "brand" and before.get("names") != after.get("names"):
            brands.append(row.key)
        elif row.entity == "global_list" and (items := list(_changed_items(before, after))):
            codes = _codes(connection, workspace_id, f'[{{"global_list": {_json(row.key)}}}]')
            _tell(connection, HAS_ITEM, {**bound, "codes": codes, "list": row.key, "items": items})
    if attributes:
        _tell(connection, "true", {**bound, "codes": attributes})
    if brands:
        codes = _codes(connection, workspace_id, '[{"pim_type": "PBrand"}]')
        _tell(connection, HAS_BRAND, {**bound, "codes": codes, "brands": brands})


def _changed_items(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[str]:
    """The items that have another value, or are gone, or are there again."""
    ours, theirs = (
        {item["id"]: (item.get("value"), item.get("system_name")) for item in image.get("items") or ()}
        for image in (before, after)
    )
    for item in ours.keys() | theirs.keys():
        if ours.get(item) != theirs.get(item):
            yield item


def _codes(connection: Connection, workspace_id: int, field: str) -> list[str]:
    """The attributes with a field like that."""
    return list(connection.execute(text(CODES), {"workspace_id": workspace_id, "field": field}).scalars())


def _tell(connection: Connection, shows: str, bound: dict[str, Any]) -> None:
    if bound["codes"]:
        connection.execute(text(TELL.format(shows=shows)), bound)


def _json(value: str) -> str:
    import json

    return json.dumps(value)
