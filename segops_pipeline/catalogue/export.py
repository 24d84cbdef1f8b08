"""Export a catalogue: sku, name and the fields of the schema in a stable order, readable by an import again."""

import csv
import json
import os
import tempfile
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.inference.currencies import minor_digits
from segops_pipeline.inference.decimals import is_ambiguous

BATCH = 5_000

ExportedProduct = tuple[str, str, dict[str, Any]]
"""sku, name and data."""


@dataclass(frozen=True, slots=True)
class ExportedField:
    """A column of an export: a field's key, and whether some price of it names its currency."""

    key: str
    has_currencies: bool

    def cell(self, data: Mapping[str, Any]) -> str:
        """What the column has of a product."""
        return cell(data.get(self.key), has_currencies=self.has_currencies)


def write_csv(path: Path, fields: Sequence[ExportedField], products: Iterable[ExportedProduct]) -> int:
    """Write products as CSV; how many there were."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sku", "name", *(field.key for field in fields)])
        for sku, name, data in products:
            writer.writerow([sku, name, *(field.cell(data) for field in fields)])
            count += 1
    return count


def exported_fields(connection: Connection) -> list[ExportedField]:
    """The columns of an export, in the order of the schema."""
    with_currencies = _fields_with_currencies(connection)
    return [ExportedField(field.key, field.key in with_currencies) for field in load_fields(connection)]


def found_products(connection: Connection, statement: str, bound: Mapping[str, Any]) -> Iterator[ExportedProduct]:
    """The products that a statement finds, a few at a time however many there are."""
    rows = connection.execute(text(statement).execution_options(yield_per=BATCH), dict(bound))
    for row in rows:
        yield row.sku, row.name, row.data


@contextmanager
def whole_file(target: Path) -> Generator[Path]:
    """A file beside the target that takes its place when all went well."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=target.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


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
        case list() | dict():
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
    told = [_price(item) for item in value] if isinstance(value, list) else _price(value)
    return json.dumps(told, ensure_ascii=False)


def _price(value: Any) -> Any:  # noqa: ANN401 - of a list or an object
    return {"currency": None, **value} if isinstance(value, dict) and "amount" in value else value


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
