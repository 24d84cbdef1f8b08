"""What an undo cannot remove: what a job has made and others that stay refer to by now.

A category with products, an attribute with values, an item of a list, the master of a later import's variants. What
belongs here: finding and keeping them in the plan of an undo. What doesn't: the plan (`undo`).
"""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.engine import Connection

KEPT_IN_USE = "kept_in_use"

# what the undo itself removes, or returns to what it was, does not stay
STAYS = """NOT EXISTS (SELECT FROM staging.plan_rows o WHERE o.job_id = :job_id AND o.entity = '{entity}'
        AND o.key = {key} AND o.outcome IN ('deleted', 'updated'))"""
PRODUCT_STAYS = STAYS.format(entity="product", key="p.sku")
RECORD_STAYS = """NOT EXISTS (SELECT FROM staging.plan_rows o WHERE o.job_id = :job_id AND o.entity = r.entity
        AND o.key = r.key AND o.outcome IN ('deleted', 'updated'))"""
# records that are removed, and attributes that get other fields: values of these cannot stay
GOING = """ARRAY(
    SELECT t.key FROM staging.plan_rows t WHERE t.job_id = :job_id AND t.entity = :entity AND t.outcome = 'deleted'
    UNION ALL
    SELECT t.key FROM staging.plan_rows t
    JOIN records r ON r.workspace_id = :workspace_id AND r.entity = 'attribute' AND r.key = t.key
    CROSS JOIN LATERAL (SELECT f.before -> 'data' AS image FROM revisions f WHERE f.workspace_id = :workspace_id
        AND f.entity = 'attribute' AND f.key = t.key AND f.version_after = t.line) f
    WHERE t.job_id = :job_id AND t.entity = 'attribute' AND :entity = 'attribute' AND t.outcome = 'updated'
        AND (r.data -> 'fields', r.data -> 'configuration', r.data -> 'value_type') IS DISTINCT FROM
            (f.image -> 'fields', f.image -> 'configuration', f.image -> 'value_type'))"""
OF_PRODUCTS = f"FROM products p {{each}} WHERE p.workspace_id = :workspace_id AND {{condition}} AND {PRODUCT_STAYS}"
OF_RECORDS = f"FROM records r {{each}} WHERE r.workspace_id = :workspace_id AND {{condition}} AND {RECORD_STAYS}"
BRAND_CODES = """ARRAY(SELECT a.key FROM records a WHERE a.workspace_id = :workspace_id AND a.entity = 'attribute'
    AND a.data -> 'fields' @> '[{"pim_type": "PBrand"}]')"""


def _listed(source: str, path: str) -> str:
    """The keys in a list of JSON, as a lateral join named `f`."""
    return (
        f"CROSS JOIN LATERAL jsonb_array_elements_text(CASE jsonb_typeof({source} -> '{path}')"
        f" WHEN 'array' THEN {source} -> '{path}' END) f (key)"
    )


def _assigned(source: str) -> str:
    """The values that a record, or anything within it, is assigned, as a lateral join named `a`: key and value each."""
    return (
        f"""CROSS JOIN LATERAL jsonb_path_query({source}, '$.** ? (exists (@.attributes) || exists (@.external))"""
        """.keyvalue() ? (@.key == "attributes" || @.key == "external").value.keyvalue()', '{}', true) a (pair)"""
    )


VALUES = "CROSS JOIN LATERAL jsonb_path_query(a.pair -> 'value', '$.**') f (value)"
PARENTS = "SELECT r.data ->> 'parent' AS key " + OF_RECORDS.format(
    each="", condition="r.entity = :entity AND r.data ->> 'parent' = ANY(gone.keys)"
)
USED: Mapping[str, tuple[str, ...]] = {
    "attribute": (
        "SELECT f.key "
        + OF_PRODUCTS.format(
            each="CROSS JOIN LATERAL (SELECT jsonb_object_keys(p.data) UNION ALL"
            " SELECT jsonb_object_keys(coalesce(p.pim -> 'external', '{}'))) f (key)",
            condition="(p.data ?| gone.keys OR p.pim -> 'external' ?| gone.keys)",
        ),
        "SELECT a.pair ->> 'key' AS key " + OF_PRODUCTS.format(each=_assigned("p.pim"), condition="p.pim ? 'bundle'"),
        "SELECT a.pair ->> 'key' AS key " + OF_RECORDS.format(each=_assigned("r.data"), condition="true"),
    ),
    "global_list": (
        "SELECT f.field ->> 'global_list' AS key "
        + OF_RECORDS.format(
            each="CROSS JOIN LATERAL jsonb_array_elements(r.data -> 'fields') f (field)",
            condition="r.entity = 'attribute'",
        ),
    ),
    "category": (
        PARENTS,
        "SELECT f.key " + OF_RECORDS.format(each=_listed("r.data", "links"), condition="r.entity = 'category'"),
        "SELECT p.pim ->> 'primary' AS key "
        + OF_PRODUCTS.format(each="", condition="p.pim ->> 'primary' = ANY(gone.keys)"),
        "SELECT f.key "
        + OF_PRODUCTS.format(each=_listed("p.pim", "additional"), condition="p.pim -> 'additional' ?| gone.keys"),
    ),
    "brand": (
        PARENTS,
        "SELECT f.value #>> '{}' AS key "
        + OF_PRODUCTS.format(
            each="CROSS JOIN LATERAL jsonb_path_query(jsonb_build_array(p.data, p.pim -> 'external'), '$.**')"
            " f (value)",
            condition=f"(p.data ?| {BRAND_CODES} OR p.pim -> 'external' ?| {BRAND_CODES})",
        ),
        "SELECT f.value #>> '{}' AS key "
        + OF_PRODUCTS.format(
            each=f"{_assigned('p.pim')} {VALUES}",
            condition=f"p.pim ? 'bundle' AND a.pair ->> 'key' = ANY({BRAND_CODES})",
        ),
        "SELECT f.value #>> '{}' AS key "
        + OF_RECORDS.format(each=f"{_assigned('r.data')} {VALUES}", condition=f"a.pair ->> 'key' = ANY({BRAND_CODES})"),
    ),
    "product": (
        "SELECT p.pim ->> 'master' AS key " + OF_PRODUCTS.format(each="", condition="(p.pim ->> 'master') IS NOT NULL"),
        "SELECT f.item ->> 'item' AS key "
        + OF_PRODUCTS.format(
            each="CROSS JOIN LATERAL jsonb_array_elements(p.pim -> 'bundle') f (item)", condition="p.pim ? 'bundle'"
        ),
    ),
}
"""How what still refers to records of an entity says their keys; `gone.keys` are those that the undo would remove."""

KEEP = f"""
UPDATE staging.plan_rows t SET outcome = 'conflict', reason = '{KEPT_IN_USE}'
FROM (SELECT DISTINCT u.key FROM (SELECT {GOING} AS keys) gone CROSS JOIN LATERAL ({{used}}) u) u
WHERE t.job_id = :job_id AND t.entity = :entity AND t.key = u.key
    AND (t.outcome = 'deleted' OR (t.outcome = 'updated' AND t.key = ANY({GOING})))
"""
# lists that would lose an item that something still says
KEEP_LISTS = f"""
WITH lost AS MATERIALIZED (
    SELECT t.key, g.item FROM staging.plan_rows t
    JOIN records r ON r.workspace_id = :workspace_id AND r.entity = 'global_list' AND r.key = t.key
    CROSS JOIN LATERAL (SELECT f.before -> 'data' -> 'items' AS items FROM revisions f
        WHERE f.workspace_id = :workspace_id AND f.entity = 'global_list' AND f.key = t.key
            AND f.version_after = t.line) f
    CROSS JOIN LATERAL (SELECT i.item ->> 'id' AS item FROM jsonb_array_elements(r.data -> 'items') i (item)
        EXCEPT SELECT i.item ->> 'id' FROM jsonb_array_elements(f.items) i (item)) g
    WHERE t.job_id = :job_id AND t.entity = 'global_list' AND t.outcome = 'updated'
), codes AS MATERIALIZED (
    SELECT array_agg(a.key) AS keys FROM records a WHERE a.workspace_id = :workspace_id AND a.entity = 'attribute'
        AND EXISTS (SELECT FROM jsonb_array_elements(a.data -> 'fields') f (field), lost
            WHERE f.field ->> 'global_list' = lost.key)
), said AS (
    SELECT f.value FROM codes CROSS JOIN products p
    CROSS JOIN LATERAL jsonb_path_query(jsonb_build_array(p.data, p.pim), '$.** ? (exists (@.list))') f (value)
    WHERE p.workspace_id = :workspace_id AND {PRODUCT_STAYS}
        AND (p.data ?| codes.keys OR p.pim -> 'external' ?| codes.keys OR p.pim ? 'bundle')
    UNION ALL
    SELECT f.value FROM codes CROSS JOIN records r
    CROSS JOIN LATERAL jsonb_path_query(r.data, '$.** ? (exists (@.list))') f (value)
    WHERE r.workspace_id = :workspace_id AND {RECORD_STAYS}
)
UPDATE staging.plan_rows t SET outcome = 'conflict', reason = '{KEPT_IN_USE}'
WHERE t.job_id = :job_id AND t.entity = 'global_list' AND t.key = ANY(ARRAY(
    SELECT lost.key FROM lost JOIN said ON said.value ->> 'list' = lost.key AND said.value ->> 'item' = lost.item))
"""
IS_GOING = """
SELECT DISTINCT t.entity FROM staging.plan_rows t WHERE t.job_id = :job_id
    AND (t.outcome = 'deleted' OR (t.outcome = 'updated' AND t.entity IN ('attribute', 'global_list')))
    AND (t.entity <> 'product' OR EXISTS (SELECT FROM products p WHERE p.workspace_id = :workspace_id
        AND ((p.pim ->> 'master') IS NOT NULL OR p.pim ? 'bundle')))
"""


def keep_used(connection: Connection, workspace_id: int, job_id: str) -> int:
    """Have a planned undo keep what others that stay refer to; what keeps one may be kept itself, and so on.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        job_id: the job whose undo is staged.

    Returns:
        How many are kept that were to go.
    """
    bound = {"workspace_id": workspace_id, "job_id": job_id}
    going = [one for one in connection.execute(text(IS_GOING), bound).scalars() if one in USED]
    number = 0
    kept = len(going)
    while kept:
        kept = 0
        for entity in going:
            for used in USED[entity]:
                found = connection.execute(text(KEEP.format(used=used)), {**bound, "entity": entity})
                kept += found.rowcount
        if "global_list" in going:
            kept += connection.execute(text(KEEP_LISTS), bound).rowcount
        number += kept
    return number
