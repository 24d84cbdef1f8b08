"""Where each value of a product came from: its revisions, compared one with the next, field by field.

What belongs here: reading a product and its history. What doesn't: changing it (`edit`, `undo`).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.properties import properties

NAME, IS_ACTIVE = "name", "is_active"

PRODUCT = """
SELECT sku, name, data, source, is_active, version, created_at, updated_at, pim FROM products
WHERE workspace_id = :workspace_id AND sku = :sku
"""
CHAIN = """
SELECT r.version_after AS version, r.action, r.cause, r.before, r.line, r.created_at AS changed_at, r.job_id,
    j.file_name AS file, coalesce(r.actor, j.created_by) AS changed_by
FROM revisions r LEFT JOIN import_jobs j ON j.workspace_id = r.workspace_id AND j.id = r.job_id
WHERE r.workspace_id = :workspace_id AND r.entity = 'product' AND r.key = :sku ORDER BY r.version_after
"""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field's value before and after a change; None: it had none."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a product: by which job (file and line) or person, when, and field by field.

    `fields` is None where what the product was before, or after, is not kept any more.
    """

    version: int
    action: str
    cause: str
    changed_at: datetime
    changed_by: str | None
    job_id: str | None
    file: str | None
    line: int | None
    fields: tuple[FieldChange, ...] | None

    def as_dict(self) -> dict[str, Any]:
        """The change as a JSON object."""
        return {**asdict(self), "changed_at": self.changed_at.isoformat()}


@dataclass(frozen=True, slots=True)
class Product:
    """A product as it is now; `pim` is what the PIM says of it beside its values (`pim.model.Record`)."""

    sku: str
    name: str
    data: dict[str, Any]
    source: str
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime
    pim: dict[str, Any]


def load_product(connection: Connection, workspace_id: int, sku: str) -> Product | None:
    """The product of this key; None: there is none."""
    row = connection.execute(text(PRODUCT), {"workspace_id": workspace_id, "sku": sku}).one_or_none()
    return None if row is None else Product(*row)


def product_history(connection: Connection, workspace_id: int, sku: str) -> list[Change]:
    """Every change of a product that is known, the latest first; also of one that is gone."""
    product = load_product(connection, workspace_id, sku)
    rows = connection.execute(text(CHAIN), {"workspace_id": workspace_id, "sku": sku}).all()
    now = None if product is None else _image(asdict(product))
    changes: list[Change] = []
    after, is_known = now, True
    for row in reversed(rows):
        before = None if row.before is None else _image(row.before)
        was_there = row.action != "created"
        is_before_known = before is not None or not was_there
        fields = None
        if row.action == "deleted":
            after, is_known = {}, True
        if is_known and is_before_known:
            fields = _compared(before or {}, after or {})
        changes.append(
            Change(
                row.version,
                row.action,
                row.cause,
                row.changed_at,
                row.changed_by,
                row.job_id,
                row.file,
                row.line,
                fields,
            )
        )
        after, is_known = before, is_before_known
    return changes


def last_changes(changes: list[Change]) -> dict[str, Change | None]:
    """For each field the change that gave it its present value; None where that is not kept any more.

    Args:
        changes: of `product_history`, the latest first.
    """
    found: dict[str, Change | None] = {}
    is_lost = False
    for change in changes:
        is_lost = is_lost or change.fields is None
        for one in change.fields or ():
            found.setdefault(one.field, None if is_lost else change)
    return found


def _image(stored: Mapping[str, Any]) -> dict[str, Any]:
    name = {NAME: stored[NAME]} if stored[NAME] else {}
    told = properties(stored["data"], stored.get("pim"), is_product=True)
    return {**name, **told, **({} if stored.get(IS_ACTIVE, True) else {IS_ACTIVE: False})}


def _compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    import orjson

    def same(name: str) -> bool:
        one, other = ([name in image, image.get(name)] for image in (before, after))
        return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(other, option=orjson.OPT_SORT_KEYS)

    names = dict.fromkeys([*after, *before])
    return tuple(FieldChange(name, before.get(name), after.get(name)) for name in names if not same(name))
