"""A free table: any rows whose columns a person has mapped to `sku`, `name` and fields.

What belongs here: turning batches of text into typed columns under a confirmed mapping. What doesn't: the
casts themselves (`inference.values`) and what happens to the typed rows (`catalogue`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from segops_pipeline.errors import Issue
from segops_pipeline.formats.combined import clashes, combine, with_locale, without_rows
from segops_pipeline.formats.json_text import TEXT, has_nul, joined, json_members, json_objects, json_strings
from segops_pipeline.inference.column_issues import SPREADSHEET_ERRORS
from segops_pipeline.inference.context import shown
from segops_pipeline.inference.fast_casts import surely
from segops_pipeline.inference.transformations import Steps, Transformed, transform
from segops_pipeline.inference.values import NO_VALUE, CastContext, Refusal, cast_distinct

MAX_KEY_CHARACTERS = 512  # well under what a PostgreSQL index takes
NO_KEYS = (*SPREADSHEET_ERRORS, "#N/A")  # what a formula has left where an identifier should be
MAX_VALUE_CHARACTERS = 500  # of a refused value as an issue quotes it


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column of the file under the mapping: `position` counts from 0, `target` is sku, name or a field key.

    `steps` are done to its text before the cast. Several columns of one field of prices each add theirs, with the
    `locale` that the header names.
    """

    position: int
    header: str
    target: str
    type: str
    context: CastContext
    required: bool = False
    steps: Steps = ()
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A confirmed mapping, ready to be applied to batches; `columns` without those that are skipped.

    A target may have several columns only where its type is multi_price.
    """

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
    """A cell that a step or its cast refused; `row` counts from 0 within the batch.

    `text` is as in the file, `transformed` what its steps made of it, where that is another text.
    """

    row: int
    text: str
    refusal: Refusal
    header: str
    transformed: str | None = None

    def issue(self, line: int) -> Issue:
        """The refusal as an issue of its row, which starts at a line of the file."""
        message = self.refusal.message
        if self.transformed:
            message = f"{message} The transformations made “{shown(self.transformed)}” of “{shown(self.text)}”."
        return Issue(
            self.refusal.code,
            message,
            line=line,
            column=self.header,
            value=self.text[:MAX_VALUE_CHARACTERS],
            suggestion=self.refusal.suggestion,
        )


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
    """Rows after their casts: `lines` of the file, keys and names trimmed, one typed column per mapped field.

    `refused_keys` and `refused_names` are cells that a step refused; they are empty.
    """

    lines: pa.Array
    keys: pa.Array
    names: pa.Array | None
    columns: list[TypedColumn]
    refused_keys: list[RefusedCell]
    refused_names: list[RefusedCell]

    def line(self, row: int) -> int:
        """The line of the file where a row starts."""
        return self.lines[row].as_py()


def type_batch(batch: pa.RecordBatch, mapping: TableMapping) -> TypedBatch:
    """Cast the mapped columns of a batch of staged rows (columns `line`, `c0`, `c1` …)."""
    keys = changed_column(batch, mapping.headers, mapping.key)
    names = None if mapping.name is None else changed_column(batch, mapping.headers, mapping.name)
    by_target: dict[str, list[tuple[ChangedColumn, TypedColumn]]] = {}
    for column in mapping.fields:
        changed = changed_column(batch, mapping.headers, column)
        by_target.setdefault(column.target, []).append((changed, type_column(changed, column)))
    return TypedBatch(
        lines=batch.column("line"),
        keys=keys.texts,
        names=None if names is None else names.texts,
        columns=[parts[0][1] if len(parts) == 1 else _combined(parts) for parts in by_target.values()],
        refused_keys=keys.refused,
        refused_names=[] if names is None else names.refused,
    )


def key_texts(batch: pa.RecordBatch, mapping: TableMapping) -> pa.Array:
    """The key of each row, after its steps and without blanks around it."""
    return changed_column(batch, mapping.headers, mapping.key).texts


def key_issues(typed: TypedBatch, mapping: TableMapping) -> Iterator[tuple[int, Issue]]:
    """Each row without a usable key, with the reason (a row without a key is rejected with its line)."""
    lengths = pc.utf8_length(typed.keys)
    unusable = pc.or_(pc.equal(lengths, 0), pc.greater(lengths, MAX_KEY_CHARACTERS))
    unusable = pc.or_(unusable, pc.is_in(typed.keys, value_set=pa.array(NO_KEYS, TEXT)))
    refused = {cell.row: cell for cell in typed.refused_keys}
    for row in np.flatnonzero(unusable.to_numpy(zero_copy_only=False)).tolist():
        line = typed.line(row)
        yield row, refused[row].issue(line) if row in refused else _key_issue(typed.keys[row].as_py(), line, mapping)


def _key_issue(key: str, line: int, mapping: TableMapping) -> Issue:
    code, message = "long_key", f"The key is longer than {MAX_KEY_CHARACTERS} characters."
    if not key:
        code, message = "empty_key", f"The row has no value in the key column '{mapping.key.header}'."
    elif key in NO_KEYS:
        code, message = "spreadsheet_error", f"The key is {key}, the error of a spreadsheet's formula."
    return Issue(
        code,
        message,
        line=line,
        column=mapping.key.header,
        value=key[:100] or None,
        suggestion="Give the row its identifier and import the file again.",
    )


def raw_rows(batch: pa.RecordBatch, headers: Sequence[str]) -> pa.Array:
    """Each row as a JSON object of its text, header by header, exactly as in the file.

    A row that was repaired has what it was under the name '': its text, or the cells beyond the last column.
    """
    members = [json_members(header, json_strings(cells(batch, position))) for position, header in enumerate(headers)]
    if "raw" in batch.schema.names and batch.column("raw").null_count < batch.num_rows:
        members.append(json_members("", batch.column("raw").cast(TEXT)))
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


@dataclass(frozen=True, slots=True)
class ChangedColumn:
    """A column before its cast: its trimmed text in the file, what its steps made of it, and what they refused."""

    originals: pa.Array
    texts: pa.Array
    refused: list[RefusedCell]


def changed_column(batch: pa.RecordBatch, headers: Sequence[str], column: MappedColumn) -> ChangedColumn:
    """A column of a batch after its steps, which may look at the other columns."""
    originals = trimmed(cells(batch, column.position))
    if not column.steps:
        return ChangedColumn(originals, originals, [])
    done: Transformed = transform(originals, column.steps, lambda name: cells(batch, headers.index(name)))
    refused = [
        RefusedCell(row, originals[row].as_py(), refusal, column.header) for row, refusal in done.refused.items()
    ]
    return ChangedColumn(originals, trimmed(done.texts), refused)


def type_column(changed: ChangedColumn, column: MappedColumn) -> TypedColumn:
    """Cast a column after its steps."""
    texts = changed.texts
    if column.type == "text":
        filled = pc.if_else(pc.equal(texts, ""), pa.scalar(None, TEXT), texts)
        return TypedColumn(column, json_strings(filled), filled, changed.refused)
    encoded = texts.dictionary_encode()
    values, refusals = _cast_distinct(encoded.dictionary, column)
    typed = _for_validation(values, column.type)
    refused = list(changed.refused)
    if refusals:
        distinct = encoded.dictionary
        places = encoded.indices.to_numpy()
        for row in np.flatnonzero(np.isin(places, list(refusals))).tolist():
            place = int(places[row])
            text, transformed = changed.originals[row].as_py(), distinct[place].as_py()
            other = transformed if transformed != text else None
            refused.append(RefusedCell(row, text, refusals[place], column.header, other))
    return TypedColumn(column, values.take(encoded.indices), typed.take(encoded.indices), refused)


def _combined(parts: Sequence[tuple[ChangedColumn, TypedColumn]]) -> TypedColumn:
    """Several columns of one field as one: the list of their prices."""
    columns = [typed.column for _, typed in parts]
    prices = [with_locale(typed.values, typed.column.locale) for _, typed in parts]
    refused = [cell for _, typed in parts for cell in typed.refused]
    dropped: list[set[int]] = [set() for _ in parts]
    for place, row, refusal in clashes(prices):
        dropped[place].add(row)
        refused.append(RefusedCell(row, parts[place][0].originals[row].as_py(), refusal, columns[place].header))
    values = combine([without_rows(part, rows) for part, rows in zip(prices, dropped, strict=True)])
    return TypedColumn(replace(columns[0], header=", ".join(one.header for one in columns)), values, values, refused)


def _cast_distinct(distinct: pa.Array, column: MappedColumn) -> tuple[pa.Array, dict[int, Refusal]]:
    """The canonical JSON of distinct texts, and those that are refused by their place."""
    sure = _surely(distinct, column)
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


def _surely(distinct: pa.Array, column: MappedColumn) -> pa.Array:
    if column.type == "multi_price":  # one plain price in a cell is the list of it
        return joined(["[", surely(distinct, "price", column.context), "]"])
    return surely(distinct, column.type, column.context)


def _for_validation(values: pa.Array, field_type: str) -> pa.Array:
    """Numbers and booleans as such, so that rules of the schema can compare them."""
    if field_type == "number":
        plain = pc.replace_substring(values, '"', "")  # a decimal that no float holds exactly is text
        return pc.cast(plain, pa.float64())
    if field_type == "boolean":
        return pc.equal(values, "true")
    return values
