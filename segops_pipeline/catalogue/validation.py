"""pandera validates the typed rows against the product schema and its rules; each failure is an issue of its row.

What belongs here: the schema as pandera has it, what it finds as issues. What doesn't: which values break a rule
(`inference.rules`), values that no two products may share (`unique`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from segops_pipeline.errors import Issue
from segops_pipeline.formats.json_text import TEXT
from segops_pipeline.formats.table import MappedColumn, TableMapping, TypedBatch
from segops_pipeline.inference.context import CastContext
from segops_pipeline.inference.rules import REQUIRED, UNIQUE, Rule, parse_rule

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pandera

ARROW_TYPES = {"number": pa.float64(), "boolean": pa.bool_()}  # all other types are held as text
CANONICAL = CastContext(decimal=".")  # how rules read values after their casts


def frame_schema(mapping: TableMapping) -> "pandera.DataFrameSchema":
    """The mapped part of the product schema for pandera: each field of its type, required ones filled, with its rules.

    `sku` and `name` are part of it only where they have rules.
    """
    import pandera.pandas as pandera

    return pandera.DataFrameSchema(
        {target: _column(parts) for target, parts in _validated(mapping).items()}, strict=True
    )


def validate(
    typed: TypedBatch, mapping: TableMapping, schema: "pandera.DataFrameSchema"
) -> Iterator[tuple[int, Issue]]:
    """Each failure of a batch as (row of the batch, issue); cells that their cast refused are not told twice.

    Args:
        typed: rows after their casts.
        mapping: theirs.
        schema: as made by `frame_schema` for the same mapping.
    """
    import pandas as pd
    import pandera.pandas as pandera

    columns = _validated(mapping)
    arrays = {column.column.target: column.typed for column in typed.columns} | _of_product(typed, columns)
    frame = {name: pd.arrays.ArrowExtensionArray(pa.chunked_array([array])) for name, array in arrays.items()}
    try:
        schema.validate(pd.DataFrame(frame), lazy=True)
    except pandera.errors.SchemaErrors as errors:
        refused = {(cell.row, column.column.target) for column in typed.columns for cell in column.refused}
        headers = {column.column.target: column.column.header for column in typed.columns}
        cases = errors.failure_cases
        for row, target, check, value in zip(
            cases["index"], cases["column"], cases["check"], cases["failure_case"], strict=True
        ):
            if (int(row), target) not in refused:
                header = headers.get(target) or columns[target][0].header
                yield int(row), _issue(target, header, str(check), value, typed.line(int(row)))


def _validated(mapping: TableMapping) -> dict[str, list[MappedColumn]]:
    """The columns of each target that is validated."""
    columns: dict[str, list[MappedColumn]] = {}
    for column in mapping.columns:
        if column.target not in ("sku", "name") or column.rules:
            columns.setdefault(column.target, []).append(column)
    return columns


def _of_product(typed: TypedBatch, columns: dict[str, list[MappedColumn]]) -> dict[str, pa.Array]:
    """The keys and names of rows where they have rules; null where they are empty."""
    of_rows = {"sku": typed.keys, "name": typed.names}
    nothing = pa.scalar(None, TEXT)
    return {
        target: pc.if_else(pc.equal(texts, ""), nothing, texts)
        for target, texts in of_rows.items()
        if target in columns and texts is not None
    }


def _column(parts: Sequence[MappedColumn]) -> "pandera.Column":
    import pandas as pd
    import pandera.pandas as pandera

    type_ = parts[0].type
    rules = {text: parse_rule(text) for part in parts for text in part.rules}
    is_field = parts[0].target not in ("sku", "name")  # a row without a sku is told of by its key
    required = (is_field and any(part.required for part in parts)) or REQUIRED in rules
    checks = [
        pandera.Check(_passes(rule, type_), name=text) for text, rule in rules.items() if text not in (REQUIRED, UNIQUE)
    ]
    return pandera.Column(pd.ArrowDtype(ARROW_TYPES.get(type_, pa.large_string())), checks, nullable=not required)


def _passes(rule: Rule, type_: str) -> "Callable[[pd.Series], pd.Series]":
    """Whether each value of a column keeps a rule; each distinct value is asked once."""

    def passes(series: "pd.Series") -> "pd.Series":
        import pandas as pd

        encoded = pa.array(series.array).dictionary_encode()
        values: list[Any] = encoded.dictionary.to_pylist()
        texts = [_texts(value, type_) for value in values]
        broken = rule.breaks([text for each in texts for text in each], CANONICAL)
        ends = accumulate((len(each) for each in texts), initial=0)
        good = pa.array([not any(broken[start:end]) for start, end in pairwise(ends)], pa.bool_())
        kept = pc.fill_null(good.take(encoded.indices), True)
        return pd.Series(kept.to_numpy(zero_copy_only=False), index=series.index)

    return passes


def _texts(value: Any, type_: str) -> list[str]:  # noqa: ANN401 - whatever a column holds
    """What a rule looks at: the value as text, each item of a list, the amount of a price."""
    if value is None:
        return []
    if type_ == "number":
        return [format(Decimal(repr(value)).normalize(), "f")]
    if type_ == "boolean":
        return [str(value).lower()]
    if type_ in ("text", "sku", "name"):
        return [value]
    read = orjson.loads(value)
    return [
        item["amount"] if isinstance(item, dict) else str(item) for item in (read if isinstance(read, list) else [read])
    ]


def _issue(target: str, header: str, check: str, value: object, line: int) -> Issue:
    if check == "not_nullable":
        return Issue(
            "required_value_missing",
            f"'{target}' is required, and the cell is empty.",
            line=line,
            column=header,
            suggestion=f"Fill the cell, or make '{target}' optional in the schema.",
        )
    return Issue(
        "schema_check_failed",
        f"'{target}' is not {parse_rule(check).demand}, as its rule wants it.",
        line=line,
        column=header,
        value=str(value)[:200],
        suggestion=f"Correct the cell, or change the rule '{check}' of the field.",
    )
