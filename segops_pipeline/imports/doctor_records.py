"""What the doctor looks for in records of a PIM: references into nowhere, and a product schema that lags behind.

What belongs here: these checks. What doesn't: all others (`doctor`).
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.model import AttributeDefinition
from segops_pipeline.catalogue.pim.schema_sync import simple_field, sync_schema
from segops_pipeline.imports.workspaces import list_workspaces
from segops_pipeline.stores.opening import Stores

NO_PRODUCT = "NOT EXISTS (SELECT FROM products o WHERE o.workspace_id = p.workspace_id AND o.sku = {key})"
NO_RECORD = """NOT EXISTS (SELECT FROM records o WHERE o.workspace_id = :workspace_id AND o.entity = '{entity}'
    AND o.key = {key})"""
LISTED = (
    """CROSS JOIN LATERAL jsonb_array_elements_text(CASE jsonb_typeof({list}) WHEN 'array' THEN {list} END) f (key)"""
)

# who refers to what, by what they say of it: the referring key and the one that is not there
DANGLING: Mapping[str, str] = {
    "Products are variants of a product": f"""
        SELECT p.sku AS key, p.pim ->> 'master' AS missing FROM products p
        WHERE p.workspace_id = :workspace_id AND (p.pim ->> 'master') IS NOT NULL
            AND {NO_PRODUCT.format(key="p.pim ->> 'master'")}""",
    "Products have an item in their bundle": f"""
        SELECT p.sku AS key, f.item ->> 'item' AS missing
        FROM products p CROSS JOIN LATERAL jsonb_array_elements(p.pim -> 'bundle') f (item)
        WHERE p.workspace_id = :workspace_id AND p.pim ? 'bundle' AND {NO_PRODUCT.format(key="f.item ->> 'item'")}""",
    "Products are placed in a category": f"""
        SELECT p.sku AS key, p.pim ->> 'primary' AS missing FROM products p
        WHERE p.workspace_id = :workspace_id AND (p.pim ->> 'primary') IS NOT NULL
            AND {NO_RECORD.format(entity="category", key="p.pim ->> 'primary'")}
        UNION ALL
        SELECT p.sku, f.key FROM products p {LISTED.format(list="p.pim -> 'additional'")}
        WHERE p.workspace_id = :workspace_id AND (p.pim -> 'additional') IS NOT NULL
            AND {NO_RECORD.format(entity="category", key="f.key")}""",
    "Categories are placed in a category": f"""
        SELECT r.key, r.data ->> 'parent' AS missing FROM records r
        WHERE r.workspace_id = :workspace_id AND r.entity = 'category' AND (r.data ->> 'parent') IS NOT NULL
            AND {NO_RECORD.format(entity="category", key="r.data ->> 'parent'")}
        UNION ALL
        SELECT r.key, f.key FROM records r {LISTED.format(list="r.data -> 'links'")}
        WHERE r.workspace_id = :workspace_id AND r.entity = 'category'
            AND {NO_RECORD.format(entity="category", key="f.key")}""",
    "Brands are sub-brands of a brand": f"""
        SELECT r.key, r.data ->> 'parent' AS missing FROM records r
        WHERE r.workspace_id = :workspace_id AND r.entity = 'brand' AND (r.data ->> 'parent') IS NOT NULL
            AND {NO_RECORD.format(entity="brand", key="r.data ->> 'parent'")}""",
    "Attributes take their values from a list": f"""
        SELECT r.key, f.field ->> 'global_list' AS missing
        FROM records r CROSS JOIN LATERAL jsonb_array_elements(r.data -> 'fields') f (field)
        WHERE r.workspace_id = :workspace_id AND r.entity = 'attribute' AND (f.field ->> 'global_list') IS NOT NULL
            AND {NO_RECORD.format(entity="global_list", key="f.field ->> 'global_list'")}""",
}
COUNTED = """
SELECT count(DISTINCT key) AS number, (array_agg(key ORDER BY key))[1] AS key,
    (array_agg(missing ORDER BY key))[1] AS missing
FROM ({found}) found
"""
ATTRIBUTES = """
SELECT r.key, r.data - 'predefined' AS data, f.type FROM records r
LEFT JOIN product_schema_fields f ON f.workspace_id = r.workspace_id AND f.key = r.key
WHERE r.workspace_id = :workspace_id AND r.entity = 'attribute' ORDER BY r.key
"""
MAKE_IT = "Make what is missing, or import the records that refer to it again."


def examine_records(stores: Stores, *, repair: bool = False) -> Iterator[tuple[str, str, bool]]:
    """What is wrong with the records of each workspace: a sentence, what to do, whether it was repaired.

    Args:
        stores: the open stores.
        repair: have the product schema say what the attributes say; references are left to a person.
    """
    for workspace in list_workspaces(stores.database):
        bound = {"workspace_id": workspace.id}
        with stores.database.workspace_session(workspace.id) as connection:
            for what, found in DANGLING.items():
                row = connection.execute(text(COUNTED.format(found=found)), bound).one()
                if row.number:
                    some = f"{row.number} in {workspace.name}, among them {row.key} → {row.missing}"
                    yield f"{what} that is not there: {some}.", MAKE_IT, False
            stale = _stale_fields(connection, workspace.id)
            if stale and repair:
                sync_schema(connection, workspace.id, stale)
        if stale:
            message = f"The product schema of {workspace.name} differs from its attributes, among them {stale[0]}."
            yield message, "segops doctor --repair", repair


def _stale_fields(connection: Connection, workspace_id: int) -> list[str]:
    """The attributes that the product schema has as other fields than they are, or has not, or should not have."""
    stale: list[str] = []
    for row in connection.execute(text(ATTRIBUTES), {"workspace_id": workspace_id}):
        simple = simple_field(AttributeDefinition.from_dict(row.key, row.data))
        wanted = None if simple is None else simple.type
        if row.type != wanted and (row.type, wanted) != ("url", "text"):
            stale.append(row.key)
    return stale
