"""What a person does to categories and brands: name one, move it elsewhere, delete it.

Files make them, and the seed's cannot do these: "the placement of a hierarchy node can only be changed during the
creation of the node" (seed 002, "Placement"). Each act is one transaction of the session's workspace, with a revision
of cause `edit`. What belongs here: these acts. What doesn't: rows of files (`fold_hierarchies`, `fold_brands`).
"""

from collections.abc import Iterator
from typing import Literal

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.apply import lock_workspace
from segops_pipeline.catalogue.pim.edit_records import RecordEdit, tell_products, write_records
from segops_pipeline.catalogue.pim.masters import circle_above
from segops_pipeline.catalogue.pim.model import AttributeDefinition, Json, Record
from segops_pipeline.catalogue.pim.rewriting import values_of
from segops_pipeline.catalogue.pim.segment_keys import Texts, registered_texts
from segops_pipeline.catalogue.pim.store import StoredRecords, load_record, load_records
from segops_pipeline.errors import NotFound, WrongUsage
from segops_pipeline.formats.bizzkit.segments import DEFAULT

Tree = Literal["category", "brand"]
BRAND = "PBrand"

PLACED = """
SELECT sku FROM products WHERE workspace_id = :workspace_id
    AND (pim ->> 'primary') IS NOT NULL AND pim ->> 'primary' = :key
UNION ALL
SELECT sku FROM products WHERE workspace_id = :workspace_id
    AND (pim -> 'additional') IS NOT NULL AND jsonb_exists(pim -> 'additional', :key)
LIMIT 1
"""
SAID = "jsonb_build_object('key', CAST(:key AS text))"
BRANDED = f"""
SELECT p.sku FROM products p WHERE p.workspace_id = :workspace_id AND (
    EXISTS (SELECT FROM unnest(CAST(:codes AS text[])) c (code)
        WHERE jsonb_path_exists(jsonb_build_array(p.data -> c.code, p.pim -> 'external' -> c.code),
            '$.** ? (@ == $key)', {SAID}))
    OR jsonb_path_exists(p.pim -> 'bundle', '$[*].attributes.** ? (@ == $key)', {SAID}))
ORDER BY p.sku
"""


def name_node(connection: Connection, workspace_id: int, entity: Tree, key: str, names: Texts, actor: str) -> None:
    """Give a category or brand names, by segment; an empty one takes a translation away.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        entity: which of the two.
        key: its unique name.
        names: those that change.
        actor: who says so.

    Raises:
        NotFound: there is none.
        WrongUsage: a culture that is not registered, or an empty name.
    """
    lock_workspace(connection, workspace_id)
    known = _node(connection, workspace_id, entity, key)
    said = registered_texts(connection, workspace_id, names, cultures_only=True)
    if not said.get(DEFAULT, "a name").strip():
        raise WrongUsage("The name is empty.", "Write a name; only translations can be taken away.")
    made = {one: name for one, name in {**(known.data.get("names") or {}), **said}.items() if name.strip()}
    _write(connection, workspace_id, known, {**known.data, "names": made}, actor)
    if entity == "brand" and made != known.data.get("names"):
        tell_products(connection, workspace_id, list(_products_of_brand(connection, workspace_id, key)))


def move_node(
    connection: Connection, workspace_id: int, entity: Tree, key: str, parent: str | None, actor: str
) -> None:
    """Place a category, or a brand, below another one; None: at the top.

    Raises:
        NotFound: there is none of one of the names.
        WrongUsage: it would be below itself.
    """
    lock_workspace(connection, workspace_id)
    known = _node(connection, workspace_id, entity, key)
    data = {name: value for name, value in known.data.items() if name != "parent"}
    if parent is not None:
        _node(connection, workspace_id, entity, parent)
        records = StoredRecords(connection, workspace_id)
        path = circle_above(records, entity, key, parent, lambda record: record.data.get("parent"))
        if path is not None:
            raise WrongUsage(f"{key} would be below itself: {' → '.join(path)}.", "Move one of them to the top first.")
        data["parent"] = parent
    if (links := data.get("links")) and parent in links:
        data["links"] = [one for one in links if one != parent]  # it is placed there now
    if data.get("parent") != known.data.get("parent"):
        _write(connection, workspace_id, known, data, actor)


def delete_node(connection: Connection, workspace_id: int, entity: Tree, key: str, actor: str) -> None:
    """Delete a category that nothing is placed or linked in, or a brand that nothing is of.

    Raises:
        NotFound: there is none.
        WrongUsage: something is.
    """
    lock_workspace(connection, workspace_id)
    known = _node(connection, workspace_id, entity, key)
    user = next(_users(connection, workspace_id, entity, key), None)
    if user is not None:
        remedy = "Place or link that elsewhere first." if entity == "category" else "Give that another brand first."
        raise WrongUsage(f"The {entity} {key} is used, among others by {user}.", remedy)
    write_records(connection, workspace_id, [RecordEdit(entity, known.key, None)], actor)


def _node(connection: Connection, workspace_id: int, entity: Tree, key: str) -> Record:
    found = load_record(connection, workspace_id, entity, key)
    if found is None:
        several = "categories" if entity == "category" else "brands"
        raise NotFound(f"There is no {entity} {key}.", f"See them: segops pim {several} list")
    return found


def _write(connection: Connection, workspace_id: int, known: Record, data: dict[str, Json], actor: str) -> None:
    if data != known.data:
        write_records(connection, workspace_id, [RecordEdit(known.entity, known.key, data)], actor)


def _users(connection: Connection, workspace_id: int, entity: Tree, key: str) -> Iterator[str]:
    """Who stands below a node, is placed or linked in it, or has it as a value."""
    for one in load_records(connection, workspace_id, entity):
        if one.data.get("parent") == key or key in (one.data.get("links") or ()):
            yield f"{entity} {one.key}"
    if entity == "category":
        found = connection.execute(text(PLACED), {"workspace_id": workspace_id, "key": key}).scalars()
        yield from (f"product {sku}" for sku in found)
        return
    yield from (f"product {sku}" for sku in _products_of_brand(connection, workspace_id, key))
    yield from _records_of_brand(connection, workspace_id, key)


def _products_of_brand(connection: Connection, workspace_id: int, key: str) -> Iterator[str]:
    codes = _codes_of_brands(connection, workspace_id)
    if codes:
        yield from connection.execute(
            text(BRANDED), {"workspace_id": workspace_id, "codes": sorted(codes), "key": key}
        ).scalars()


def _records_of_brand(connection: Connection, workspace_id: int, key: str) -> Iterator[str]:
    codes = _codes_of_brands(connection, workspace_id)
    for entity in ("attribute", "global_list", "category", "brand"):
        for one in load_records(connection, workspace_id, entity):
            said = [value for values in values_of(one) for code, value in values.items() if code in codes]
            if entity == "global_list" and one.data.get("pim_type") == BRAND:
                said += [item["value"] for item in one.data.get("items") or ()]
            if entity == "attribute" and one.key in codes:
                said += [item["values"] for item in one.data.get("predefined") or ()]
            if any(_says(value, key) for value in said):
                yield f"{entity} {one.key}"


def _codes_of_brands(connection: Connection, workspace_id: int) -> set[str]:
    known = (
        AttributeDefinition.from_dict(one.key, one.data) for one in load_records(connection, workspace_id, "attribute")
    )
    return {one.code for one in known if any(part.pim_type == BRAND for part in one.fields)}


def _says(value: Json, key: str) -> bool:
    if isinstance(value, dict):
        return any(_says(one, key) for one in value.values())
    return any(_says(one, key) for one in value) if isinstance(value, list) else value == key
