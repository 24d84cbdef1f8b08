"""Where each value of a product, or of another record, came from: its revisions, compared field by field.

What belongs here: reading a product and its history, and the history of a record. What doesn't: changing one (`edit`,
`undo`).
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.model import Entity
from segops_pipeline.catalogue.pim.properties import properties

NAME, IS_ACTIVE = "name", "is_active"

PRODUCT = """
SELECT sku, name, data, source, is_active, version, created_at, updated_at, pim FROM products
WHERE workspace_id = :workspace_id AND sku = :sku
"""
RECORD = "SELECT data FROM records WHERE workspace_id = :workspace_id AND entity = :entity AND key = :key"
CHAIN = """
SELECT r.version_after AS version, r.action, r.cause, r.before, r.line, r.created_at AS changed_at, r.job_id,
    j.file_name AS file, coalesce(r.actor, j.created_by) AS changed_by
FROM revisions r LEFT JOIN import_jobs j ON j.workspace_id = r.workspace_id AND j.id = r.job_id
WHERE r.workspace_id = :workspace_id AND r.entity = :entity AND r.key = :key ORDER BY r.version_after
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
    now = None if product is None else _image(asdict(product))
    return _changes(connection, {"workspace_id": workspace_id, "entity": "product", "key": sku}, now, _image)


def record_history(connection: Connection, workspace_id: int, entity: Entity, key: str) -> list[Change]:
    """Every change of an attribute, list, category, brand or segment, by an import or by hand, the latest first.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        entity: not the product's, which have `product_history`.
        key: of the record, which may be gone.
    """
    bound = {"workspace_id": workspace_id, "entity": entity, "key": key}
    data = connection.execute(text(RECORD), bound).scalar_one_or_none()
    now = None if data is None else _record_image({"data": data})
    return _changes(connection, bound, now, _record_image)


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


def _changes(
    connection: Connection,
    bound: Mapping[str, Any],
    now: dict[str, Any] | None,
    image: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> list[Change]:
    """Revisions compared one with the next, the latest first."""
    changes: list[Change] = []
    after, is_known = now, True
    for row in reversed(connection.execute(text(CHAIN), dict(bound)).all()):
        before = None if row.before is None else image(row.before)
        is_before_known = before is not None or row.action == "created"
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


def _record_image(stored: Mapping[str, Any]) -> dict[str, Any]:
    return properties(stored["data"], None, is_product=False)


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
