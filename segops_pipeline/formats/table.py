"""A free table: any rows whose columns a person has mapped to `sku`, `name` and fields.

What belongs here: turning batches of text into typed columns under a confirmed mapping. What doesn't: the
casts themselves (`inference.values`) and what happens to the typed rows (`catalogue`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from segops_pipeline.errors import Issue
from segops_pipeline.formats.combined import clashes, combine, with_locale, without_rows
from segops_pipeline.formats.json_text import TEXT, Member, has_byte, joined, json_escaped, offsets
from segops_pipeline.formats.row_texts import RowTexts, trimmed
from segops_pipeline.inference.context import shown
from segops_pipeline.inference.fast_casts import surely
from segops_pipeline.inference.transformations import Steps, Transformed, transform
from segops_pipeline.inference.values import NO_VALUE, CastContext, Refusal, cast_distinct

MAX_VALUE_CHARACTERS = 500  # of a refused value as an issue quotes it


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column of the file under the mapping: `position` counts from 0, `target` is sku, name or a field key.

    `steps` are done to its text before the cast; `rules` (see `inference.rules`) are what its values must be. Several
    columns of one field of prices each add theirs, with the `locale` that the header names.
    """

    position: int
    header: str
    target: str
    type: str
    context: CastContext
    required: bool = False
    steps: Steps = ()
    locale: str | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A confirmed mapping, ready to be applied to batches; `columns` without those that are skipped.

    A target may have several columns only where its type is multi_price. `dated` is the column whose dates say how
    new each row is, mapped or not.
    """

    headers: list[str]
    columns: list[MappedColumn]
    dated: MappedColumn | None = None

    @property
    def key(self) -> MappedColumn | None:
        """The column of the sku, where one is mapped."""
        return next((column for column in self.columns if column.target == "sku"), None)

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

    `typed` holds each row's value as validation looks at it: numbers, booleans, text of the others (null: the cell is
    empty or was refused). `member` holds the same as canonical JSON.
    """

    column: MappedColumn
    member: Member
    typed: pa.Array
    refused: list[RefusedCell]

    @property
    def values(self) -> pa.Array:
        """Each row's canonical JSON; null: the cell is empty or was refused."""
        mark = self.member.closing
        return joined([mark, self.member.values, mark]) if mark else self.member.values


@dataclass(frozen=True, slots=True)
class TypedBatch:
    """Rows after their casts: `lines` of the file, keys and names trimmed, one typed column per mapped field.

    `refused_keys` and `refused_names` are cells that a step refused; they are empty. `keyless` has, by row, why a row
    of no key has none, where that is more than an empty cell.
    """

    lines: pa.Array
    keys: pa.Array
    names: pa.Array | None
    columns: list[TypedColumn]
    refused_keys: list[RefusedCell]
    refused_names: list[RefusedCell]
    keyless: Mapping[int, Issue] = field(default_factory=dict[int, Issue])

    def line(self, row: int) -> int:
        """The line of the file where a row starts."""
        return self.lines[row].as_py()


@dataclass(frozen=True, slots=True)
class FoundKeys:
    """The keys of some rows that are not simply those of the sku column: '' where a row has none, and why."""

    keys: pa.Array
    keyless: Mapping[int, Issue]


def type_batch(texts: RowTexts, mapping: TableMapping, found: FoundKeys | None = None) -> TypedBatch:
    """Cast the mapped columns of a batch of staged rows.

    Args:
        texts: of the rows.
        mapping: as confirmed.
        found: the keys, where they are not those of the sku column.
    """
    if found is None:
        assert mapping.key is not None
        in_column = changed_column(texts, mapping.key)
        keys, refused_keys = in_column.texts, in_column.refused
    else:
        keys, refused_keys = found.keys, []
    names = None if mapping.name is None else changed_column(texts, mapping.name)
    by_target: dict[str, list[tuple[ChangedColumn, TypedColumn]]] = {}
    for column in mapping.fields:
        changed = changed_column(texts, column)
        by_target.setdefault(column.target, []).append((changed, type_column(changed, column, texts)))
    return TypedBatch(
        lines=texts.lines,
        keys=keys,
        names=None if names is None else names.texts,
        columns=[parts[0][1] if len(parts) == 1 else _combined(parts) for parts in by_target.values()],
        refused_keys=refused_keys,
        refused_names=[] if names is None else names.refused,
        keyless={} if found is None else found.keyless,
    )


@dataclass(frozen=True, slots=True)
class ChangedColumn:
    """A column before its cast: its trimmed text in the file, what its steps made of it, and what they refused."""

    originals: pa.Array
    texts: pa.Array
    refused: list[RefusedCell]


def changed_column(texts: RowTexts, column: MappedColumn) -> ChangedColumn:
    """A column of a batch after its steps, which may look at the other columns."""
    originals = texts.trimmed(column.position)
    if not column.steps:
        return ChangedColumn(originals, originals, [])
    done: Transformed = transform(originals, column.steps, texts.named)
    refused = [
        RefusedCell(row, originals[row].as_py(), refusal, column.header) for row, refusal in done.refused.items()
    ]
    return ChangedColumn(originals, trimmed(done.texts), refused)


def type_column(changed: ChangedColumn, column: MappedColumn, within: RowTexts | None = None) -> TypedColumn:
    """Cast a column after its steps; the rows that it is `within` may have done part of the work before."""
    if column.type == "text":
        escaped = json_escaped(changed.texts) if within is None else within.escaped_of(changed.texts)
        filled, inside = _null_if_empty(changed.texts, escaped)
        return TypedColumn(column, Member(column.target, inside, is_string=True), filled, changed.refused)
    values, refused = _cast(changed, column)
    return TypedColumn(column, Member(column.target, values), _for_validation(values, column.type), refused)


def key_texts(batch: pa.RecordBatch, mapping: TableMapping) -> pa.Array:
    """What each row has in the sku column, after its steps and without blanks around it; null where none is mapped."""
    if mapping.key is None:
        return pa.nulls(batch.num_rows, TEXT)
    return changed_column(RowTexts(batch, mapping.headers), mapping.key).texts


def _null_if_empty(texts: pa.Array, escaped: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Texts and what is escaped of them, null where they are empty."""
    bounds = offsets(texts)
    if (bounds[1:] > bounds[:-1]).all():
        return texts, escaped
    empty, nothing = pc.equal(texts, ""), pa.scalar(None, TEXT)
    filled = pc.if_else(empty, nothing, texts)
    return filled, filled if escaped is texts else pc.if_else(empty, nothing, escaped)


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
    column = replace(columns[0], header=", ".join(one.header for one in columns))
    return TypedColumn(column, Member(column.target, values), values, refused)


def _cast(changed: ChangedColumn, column: MappedColumn) -> tuple[pa.Array, list[RefusedCell]]:
    """The canonical JSON of each cell, and those that are refused.

    Plain writings are cast all at once; each other text is asked once, however many rows have it.
    """
    texts, refused = changed.texts, list(changed.refused)
    sure = _surely(texts, column)
    unsure = pc.and_(pc.is_null(sure), pc.not_equal(texts, ""))
    asked = np.flatnonzero(unsure.to_numpy(zero_copy_only=False))
    if not len(asked):
        return sure, refused
    others = texts.filter(unsure).dictionary_encode()
    distinct: list[str] = others.dictionary.to_pylist()
    values, refusals = _cast_distinct(distinct, column)
    if refusals:
        places = others.indices.to_numpy()
        for at in np.flatnonzero(np.isin(places, list(refusals))).tolist():
            row, place = int(asked[at]), int(places[at])
            text = changed.originals[row].as_py()
            other = distinct[place] if distinct[place] != text else None
            refused.append(RefusedCell(row, text, refusals[place], column.header, other))
    return pc.replace_with_mask(sure, unsure, values.take(others.indices)), refused


def _cast_distinct(texts: list[str], column: MappedColumn) -> tuple[pa.Array, dict[int, Refusal]]:
    """The canonical JSON of distinct texts, and those that are refused by their place."""
    values: list[str | None] = []
    refusals: dict[int, Refusal] = {}
    for place, value in enumerate(cast_distinct(texts, column.type, column.context)):
        if not isinstance(value, Refusal):
            values.append(orjson.dumps(value).decode())
            continue
        values.append(None)
        if value.code != NO_VALUE:  # a placeholder such as N/A is an empty cell
            refusals[place] = value
    return pa.array(values, TEXT), refusals


def _surely(distinct: pa.Array, column: MappedColumn) -> pa.Array:
    if column.type == "multi_price":  # one plain price in a cell is the list of it
        return joined(["[", surely(distinct, "price", column.context), "]"])
    return surely(distinct, column.type, column.context)


def _for_validation(values: pa.Array, field_type: str) -> pa.Array:
    """Numbers and booleans as such, so that rules of the schema can compare them."""
    if field_type == "number":
        # a decimal that no float holds exactly is text
        plain = pc.replace_substring(values, '"', "") if has_byte(values, b'"') else values
        return pc.cast(plain, pa.float64())
    if field_type == "boolean":
        return pc.equal(values, "true")
    return values
