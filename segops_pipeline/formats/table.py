"""A free table: any rows whose columns a person has mapped to `sku`, `name` and fields.

What belongs here: turning batches of text into typed columns under a confirmed mapping. What doesn't: the
casts themselves (`inference.values`) and what happens to the typed rows (`catalogue`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from segops_pipeline.errors import Issue
from segops_pipeline.formats.json_text import TEXT, has_nul, json_members, json_objects, json_strings
from segops_pipeline.inference.fast_casts import surely
from segops_pipeline.inference.values import NO_VALUE, CastContext, Refusal, cast_distinct

MAX_KEY_CHARACTERS = 512  # well under what a PostgreSQL index takes


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column of the file under the mapping: `position` counts from 0, `target` is sku, name or a field key."""

    position: int
    header: str
    target: str
    type: str
    context: CastContext
    required: bool = False


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A confirmed mapping, ready to be applied to batches; `columns` without those that are skipped."""

    headers: list[str]
    columns: list[MappedColumn]

    @property
    def key(self) -> MappedColumn:
        """The column of the sku."""
        return next(column for column in self.columns if column.target == "sku")

    @property
    def name(self) -> MappedColumn | None:
        """The column of the name, where one is mapped."""
        return next((column for column in self.columns if column.target == "name"), None)

    @property
    def fields(self) -> list[MappedColumn]:
        """The columns of schema fields."""
        return [column for column in self.columns if column.target not in ("sku", "name")]


@dataclass(frozen=True, slots=True)
class RefusedCell:
    """A cell that its cast refused; `row` counts from 0 within the batch."""

    row: int
    text: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """One column after its casts.

    `values` holds each row's canonical JSON (null: the cell is empty or was refused), `typed` the same for
    validation: numbers, booleans, text of the others.
    """

    column: MappedColumn
    values: pa.Array
    typed: pa.Array
    refused: list[RefusedCell]


@dataclass(frozen=True, slots=True)
class TypedBatch:
    """Rows after their casts: `lines` of the file, keys and names trimmed, one typed column per mapped field."""

    lines: pa.Array
    keys: pa.Array
    names: pa.Array | None
    columns: list[TypedColumn]

    def line(self, row: int) -> int:
        """The line of the file where a row starts."""
        return self.lines[row].as_py()


def type_batch(batch: pa.RecordBatch, mapping: TableMapping) -> TypedBatch:
    """Cast the mapped columns of a batch of staged rows (columns `line`, `c0`, `c1` …)."""
    name = mapping.name
    return TypedBatch(
        lines=batch.column("line"),
        keys=trimmed(cells(batch, mapping.key.position)),
        names=None if name is None else trimmed(cells(batch, name.position)),
        columns=[_typed(cells(batch, column.position), column) for column in mapping.fields],
    )


def key_issues(typed: TypedBatch, mapping: TableMapping) -> Iterator[tuple[int, Issue]]:
    """Each row without a usable key, with the reason (a row without a key is rejected with its line)."""
    lengths = pc.utf8_length(typed.keys)
    unusable = pc.or_(pc.equal(lengths, 0), pc.greater(lengths, MAX_KEY_CHARACTERS))
    for row in np.flatnonzero(unusable.to_numpy(zero_copy_only=False)).tolist():
        key: str = typed.keys[row].as_py()
        yield (
            row,
            Issue(
                "long_key" if key else "empty_key",
                f"The key is longer than {MAX_KEY_CHARACTERS} characters."
                if key
                else f"The row has no value in the key column '{mapping.key.header}'.",
                line=typed.line(row),
                column=mapping.key.header,
                value=key[:100] or None,
                suggestion="Give the row its identifier and import the file again.",
            ),
        )


def raw_rows(batch: pa.RecordBatch, headers: Sequence[str]) -> pa.Array:
    """Each row as a JSON object of its text, header by header, exactly as in the file."""
    members = [json_members(header, json_strings(cells(batch, position))) for position, header in enumerate(headers)]
    return json_objects(members, batch.num_rows)


def row_hashes(raws: pa.Array) -> list[bytes]:
    """A short hash of each raw row, to know it again."""
    return [hashlib.blake2b(raw.encode(), digest_size=16).digest() for raw in raws.to_pylist()]


def cells(batch: pa.RecordBatch, position: int) -> pa.Array:
    """The text of one column; PostgreSQL cannot hold NUL, which reading has reported."""
    column = batch.column(f"c{position}").cast(TEXT)
    if has_nul(column):
        column = pc.replace_substring(column, "\x00", "\ufffd")
    return column


def trimmed(texts: pa.Array) -> pa.Array:
    """Texts without white space around them."""
    return pc.utf8_trim_whitespace(texts)


def _typed(texts: pa.Array, column: MappedColumn) -> TypedColumn:
    texts = trimmed(texts)
    if column.type == "text":
        filled = pc.if_else(pc.equal(texts, ""), pa.scalar(None, TEXT), texts)
        return TypedColumn(column, json_strings(filled), filled, [])
    encoded = texts.dictionary_encode()
    values, refusals = _cast_distinct(encoded.dictionary, column)
    typed = _for_validation(values, column.type)
    refused: list[RefusedCell] = []
    if refusals:
        distinct = encoded.dictionary
        places = encoded.indices.to_numpy()
        for row in np.flatnonzero(np.isin(places, list(refusals))).tolist():
            place = int(places[row])
            refused.append(RefusedCell(row, distinct[place].as_py(), refusals[place]))
    return TypedColumn(column, values.take(encoded.indices), typed.take(encoded.indices), refused)


def _cast_distinct(distinct: pa.Array, column: MappedColumn) -> tuple[pa.Array, dict[int, Refusal]]:
    """The canonical JSON of distinct texts, and those that are refused by their place."""
    sure = surely(distinct, column.type, column.context)
    unsure = pc.and_(pc.is_null(sure), pc.not_equal(distinct, "")).to_numpy(zero_copy_only=False)
    places: list[int] = np.flatnonzero(unsure).tolist()
    if not places:
        return sure, {}
    found = cast_distinct(distinct.take(places).to_pylist(), column.type, column.context)
    values: list[str | None] = []
    refusals: dict[int, Refusal] = {}
    for place, value in zip(places, found, strict=True):
        if not isinstance(value, Refusal):
            values.append(orjson.dumps(value).decode())
            continue
        values.append(None)
        if value.code != NO_VALUE:  # a placeholder such as N/A is an empty cell
            refusals[place] = value
    return pc.replace_with_mask(sure, pa.array(unsure), pa.array(values, TEXT)), refusals


def _for_validation(values: pa.Array, field_type: str) -> pa.Array:
    """Numbers and booleans as such, so that rules of the schema can compare them."""
    if field_type == "number":
        plain = pc.replace_substring(values, '"', "")  # a decimal that no float holds exactly is text
        return pc.cast(plain, pa.float64())
    if field_type == "boolean":
        return pc.equal(values, "true")
    return values
