"""Export a catalogue: sku, name and the fields of the schema in a stable order, readable by an import again."""

import csv
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.schema import load_fields

BATCH = 5_000


def export_csv(connection: Connection, target: Path) -> int:
    """Write every product of the session's workspace as CSV (UTF-8, comma), in the order of the skus.

    Args:
        connection: a session of the workspace.
        target: the file; it is there whole or not at all.

    Returns:
        The number of products.
    """
    fields = load_fields(connection)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    count = 0
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["sku", "name", *(field.key for field in fields)])
            for sku, product, data in _products(connection):
                writer.writerow([sku, product, *(cell(data.get(field.key)) for field in fields)])
                count += 1
        temporary.chmod(0o644)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return count


def cell(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A value as text that the casts read back as the same value."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case {"amount": amount}:
            return f"{amount} {value['currency']}" if value.get("currency") else str(amount)
        case [{"amount": _}, *_]:
            return "; ".join(cell(price) for price in value)
        case list():
            return json.dumps(value, ensure_ascii=False)
        case float() | int():
            return format(value, "f") if isinstance(value, float) and "e" in repr(value) else str(value)
        case _:
            return str(value)


def _products(connection: Connection) -> Iterator[tuple[str, str, dict[str, Any]]]:
    statement = text('SELECT sku, name, data FROM products ORDER BY sku COLLATE "C"')
    rows = connection.execute(statement.execution_options(yield_per=BATCH))
    for row in rows:
        yield row.sku, row.name, row.data
