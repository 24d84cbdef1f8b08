"""Export a catalogue: sku, name and the fields of the schema in a stable order, readable by an import again."""

import csv
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.inference.currencies import minor_digits
from segops_pipeline.inference.decimals import is_ambiguous

BATCH = 5_000


def export_csv(connection: Connection, target: Path, *, inactive: bool = False) -> int:
    """Write every active product of the session's workspace as CSV (UTF-8, comma), in the order of the skus.

    Args:
        connection: a session of the workspace.
        target: the file; it is there whole or not at all.
        inactive: those that are not active too.

    Returns:
        The number of products.
    """
    fields = load_fields(connection)
    with_currencies = _fields_with_currencies(connection)
    columns = [(field.key, field.key in with_currencies) for field in fields]
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    count = 0
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["sku", "name", *(key for key, _ in columns)])
            for sku, product, data in _products(connection, inactive=inactive):
                cells = (cell(data.get(key), has_currencies=known) for key, known in columns)
                writer.writerow([sku, product, *cells])
                count += 1
        temporary.chmod(0o644)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return count


def cell(value: Any, *, has_currencies: bool = False) -> str:  # noqa: ANN401 - any JSON value
    """A value as text that the casts read back as the same value.

    Args:
        value: the value of a field.
        has_currencies: some price of the field names its currency, which a price without one would be taken to have.
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case {"amount": _}:
            return _plain(value) if _is_plain(value, has_currencies) else _exact(value)
        case [{"amount": _} as price]:
            return _plain(price) if _is_plain(price, has_currencies) else _exact(value)
        case [{"amount": _}, *_]:
            return "; ".join(map(_plain, value)) if all(_is_plain(price, True) for price in value) else _exact(value)
        case list():
            return _exact(value)
        case float():
            return format(Decimal(repr(value)), "f")
        case _:
            return str(value)


def _plain(price: Mapping[str, str]) -> str:
    return f"{price['amount']} {price['currency']}" if "currency" in price else price["amount"]


def _is_plain(price: Mapping[str, str], has_currencies: bool) -> bool:
    """Whether the amount with its currency is read as the price; 1.234 would be read as thousands."""
    currency = price.get("currency")
    if "locale" in price or (currency is None and has_currencies):
        return False
    return not is_ambiguous(price["amount"].lstrip("-")) or minor_digits(currency) == 3


def _exact(value: Any) -> str:  # noqa: ANN401 - a list or an object
    """A value as JSON; a price without a currency says so."""
    if isinstance(value, list):
        value = [{"currency": None, **item} if isinstance(item, dict) else item for item in value]
    elif isinstance(value, dict):
        value = {"currency": None, **value}
    return json.dumps(value, ensure_ascii=False)


def _fields_with_currencies(connection: Connection) -> frozenset[str]:
    return frozenset(
        connection.execute(
            text(
                """
                SELECT key FROM product_schema_fields WHERE type IN ('price', 'multi_price')
                    AND EXISTS (SELECT FROM products WHERE jsonb_path_exists(data -> key, '$.currency'))
                """
            )
        ).scalars()
    )


def _products(connection: Connection, *, inactive: bool) -> Iterator[tuple[str, str, dict[str, Any]]]:
    statement = text('SELECT sku, name, data FROM products WHERE is_active OR :inactive ORDER BY sku COLLATE "C"')
    rows = connection.execute(statement.execution_options(yield_per=BATCH), {"inactive": inactive})
    for row in rows:
        yield row.sku, row.name, row.data
