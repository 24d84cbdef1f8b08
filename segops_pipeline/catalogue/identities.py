"""What identifies a product beside its sku: the values of some fields as one text, of rows and of products alike.

What belongs here: making two values that mean the same the same text. What doesn't: what follows from it (`match`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import io
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy.engine import Connection

from segops_pipeline.formats.json_text import TEXT, has_byte, payload
from segops_pipeline.formats.key_issues import NO_KEYS
from segops_pipeline.formats.row_texts import RowTexts
from segops_pipeline.formats.table import MappedColumn, changed_column, type_column
from segops_pipeline.stores.database import driver

SEPARATOR = "\x1f"  # between the values of several fields
GTIN_DIGITS = 14
SHORT_GTINS = (8, 12, 13)


def identities(texts: RowTexts, columns: Sequence[MappedColumn]) -> pa.Array:
    """The values of each row in some columns as one text; null where one of them is empty or refused."""
    return _joined([canonical(_plain(texts, column)) for column in columns])


def load_products(connection: Connection, workspace_id: int, match: Sequence[str]) -> tuple[pa.Array, pa.Array]:
    """The sku of every product of a workspace, and its values of the match fields as `identities` gives them."""
    from psycopg import sql
    from pyarrow import csv

    plain = {"sku": sql.SQL("sku"), "name": sql.SQL("nullif(name, '')")}
    columns = [plain.get(name) or sql.SQL("data->>{}").format(sql.Literal(name)) for name in match]
    statement = sql.SQL(
        "COPY (SELECT sku, {} FROM products WHERE workspace_id = {}) TO STDOUT (FORMAT csv, FORCE_QUOTE (sku))"
    ).format(sql.SQL(", ").join(columns), sql.Literal(workspace_id))
    with driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        copied = b"".join(bytes(block) for block in copy)
    if not copied:
        return pa.array([], TEXT), pa.array([], TEXT)
    names = ["sku", *(f"value {place}" for place in range(len(match)))]
    table = csv.read_csv(
        io.BytesIO(copied),
        read_options=csv.ReadOptions(column_names=names),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, TEXT),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    skus, *values = (pa.concat_arrays(table.column(name).chunks) for name in names)
    return skus, _joined([canonical(part) for part in values])


def canonical(texts: pa.Array) -> pa.Array:
    """Values as they are compared: a GTIN has 14 digits, a number no zeros at its end; what is empty is null."""
    unusable = pc.is_in(texts, value_set=pa.array(["", *NO_KEYS], TEXT))
    texts = pc.if_else(unusable, pa.scalar(None, TEXT), texts)
    return _padded_gtins(_plain_decimals(texts))


def _plain(texts: RowTexts, column: MappedColumn) -> pa.Array:
    """The values of a column as `data->>field` gives them of a product."""
    typed = type_column(changed_column(texts, column), column, texts)
    if column.type == "text":
        return typed.typed
    values = typed.member.values
    return pc.replace_substring(values, '"', "") if has_byte(values, b'"') else values


def _joined(parts: Sequence[pa.Array]) -> pa.Array:
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, pa.scalar(SEPARATOR, TEXT))


def _plain_decimals(texts: pa.Array) -> pa.Array:
    """`12.50` as `12.5`: the same number, however it was written."""
    ending = pc.fill_null(pc.match_substring_regex(texts, r"^-?[0-9]+\.[0-9]*0$"), False)
    if not pc.any(ending).as_py():
        return texts
    shorter = [_shortest(text) for text in texts.filter(ending).to_pylist()]
    return pc.replace_with_mask(texts, ending, pa.array(shorter, TEXT))


def _shortest(number: str) -> str:
    try:
        return format(Decimal(number).normalize(), "f")
    except InvalidOperation:  # more digits than a number has
        return number


def _padded_gtins(texts: pa.Array) -> pa.Array:
    """GTINs of 8, 12 and 13 digits (the check digit says that it is one) with zeros in front, as one of 14 digits."""
    digits = pc.fill_null(pc.match_substring_regex(texts, r"^[0-9]{8,13}$"), False)
    gtins = np.zeros(len(texts), dtype=bool)
    for width in SHORT_GTINS:
        asked = pc.and_(digits, pc.fill_null(pc.equal(pc.binary_length(texts), width), False))
        rows = np.flatnonzero(asked.to_numpy(zero_copy_only=False))
        if len(rows):
            weights = np.array([3 if place % 2 else 1 for place in reversed(range(width))])
            written = np.frombuffer(payload(texts.filter(asked)), dtype=np.uint8).reshape(-1, width) - ord("0")
            gtins[rows] = (written @ weights % 10 == 0) & written.any(axis=1)
    if not gtins.any():
        return texts
    return pc.if_else(pa.array(gtins), pc.utf8_lpad(texts, GTIN_DIGITS, "0"), texts)
