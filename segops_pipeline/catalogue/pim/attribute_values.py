"""Values of one attribute wherever they are: who has some, and changing all of them.

What belongs here: finding the records of a workspace, and writing them anew. What doesn't: going through one record
(`rewriting`), what an act does to values (`acts`).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.edit_records import RecordEdit, write_products, write_records
from segops_pipeline.catalogue.pim.model import Record
from segops_pipeline.catalogue.pim.rewriting import Change, changed_record, has_value
from segops_pipeline.catalogue.pim.store import load_products_pim, load_records

READ_AT_ONCE = 2_000

HAS = "(jsonb_exists(data, :code) OR coalesce(jsonb_exists(pim -> 'external', :code), false))"
# A bundle's items have values too; their attributes are named within `pim`.
MAY_HAVE = "(pim <> '{}' AND strpos(pim::text, :quoted) > 0)"
USING = f"""
SELECT sku FROM products WHERE workspace_id = :workspace_id AND sku > :after
    AND (jsonb_exists(data, :code) OR {MAY_HAVE}) ORDER BY sku LIMIT :limit
"""
COUNTED = f"SELECT count(*) AS number, min(sku) AS example FROM products WHERE workspace_id = :workspace_id AND {HAS}"
WITHIN = f"SELECT sku FROM products WHERE workspace_id = :workspace_id AND NOT {HAS} AND {MAY_HAVE} ORDER BY sku"


@dataclass(frozen=True, slots=True)
class Touched:
    """How many products and other records an act has changed besides the one that it is about."""

    products: int = 0
    records: int = 0

    def __str__(self) -> str:
        return _counted(self.products, self.records) or "no product"


@dataclass(frozen=True, slots=True)
class Uses:
    """Who has values of an attribute."""

    products: int
    records: int
    example: str | None

    def __str__(self) -> str:
        told = _counted(self.products, self.records)
        return f"{told}, such as {self.example}" if told else "nothing"


def attribute_uses(connection: Connection, workspace_id: int, code: str) -> Uses:
    """Who has values of an attribute, so that it can be shown before they are lost."""
    bound = {"workspace_id": workspace_id, "code": code, "quoted": _quoted(code)}
    found = connection.execute(text(COUNTED), bound).one()
    bundles = _loaded(connection, workspace_id, list(connection.execute(text(WITHIN), bound).scalars()))
    having = [one.key for one in bundles if has_value(one, code)]
    others = [one for one in _other_records(connection, workspace_id) if has_value(one, code)]
    products = [*([found.example] if found.number else []), *having]
    examples = [*(f"product {sku}" for sku in products), *(f"{one.entity} {one.key}" for one in others)]
    return Uses(found.number + len(having), len(others), next(iter(examples), None))


def rewrite(connection: Connection, workspace_id: int, code: str, change: Change, actor: str) -> Touched:
    """Change the values of an attribute wherever they are, each record with a revision."""
    products = 0
    for skus in products_with(connection, workspace_id, code):
        changed = (changed_record(one, change) for one in _loaded(connection, workspace_id, skus))
        products += write_products(connection, workspace_id, (one for one in changed if one is not None), actor)
    changed = [changed_record(one, change) for one in _other_records(connection, workspace_id)]
    edits = [RecordEdit(one.entity, one.key, one.data) for one in changed if one is not None]
    write_records(connection, workspace_id, edits, actor)
    return Touched(products, len(edits))


def products_with(connection: Connection, workspace_id: int, code: str) -> Iterator[list[str]]:
    """The skus of the products that may have values of an attribute, also within a bundle, some at a time."""
    after = ""
    while True:
        bound = {"workspace_id": workspace_id, "code": code, "quoted": _quoted(code), "after": after}
        bound["limit"] = READ_AT_ONCE
        skus = list(connection.execute(text(USING), bound).scalars())
        if skus:
            yield skus
        if len(skus) < READ_AT_ONCE:
            return
        after = skus[-1]


def _loaded(connection: Connection, workspace_id: int, skus: list[str]) -> list[Record]:
    found = load_products_pim(connection, workspace_id, skus)
    return [found[sku] for sku in skus if sku in found]


def _other_records(connection: Connection, workspace_id: int) -> Iterator[Record]:
    for entity in ("attribute", "global_list", "category", "brand"):
        yield from load_records(connection, workspace_id, entity)


def _quoted(code: str) -> str:
    """The code as a key in the text of a jsonb."""
    return f"{json.dumps(code, ensure_ascii=False)}: "


def _counted(products: int, records: int) -> str:
    counted = ((products, "product"), (records, "other record"))
    return " and ".join(f"{number:,} {word}{'' if number == 1 else 's'}" for number, word in counted if number)
