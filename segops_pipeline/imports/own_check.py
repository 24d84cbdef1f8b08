"""Whether cells that are to be exported are read back as what they were written for, all of a column together.

What belongs here: reading staged cells exactly as an import would, and comparing. What doesn't: writing them
(`own_cells`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
import pyarrow as pa

from segops_pipeline.formats.json_text import TEXT
from segops_pipeline.formats.row_texts import RowTexts
from segops_pipeline.formats.table import FoundKeys, MappedColumn, TableMapping, changed_column, type_batch
from segops_pipeline.imports.own_cells import same_json
from segops_pipeline.imports.own_columns import OwnTable
from segops_pipeline.imports.table_mapping import settle
from segops_pipeline.inference.context import CastContext
from segops_pipeline.reading import read_batches

BATCH = 20_000


@dataclass(slots=True)
class Misread:
    """Products whose values of one target would be read as others: how many, and the first one's sku and cell."""

    count: int
    sku: str
    cell: str


def misread(
    path: Path, table: OwnTable, targets: Sequence[str], only: Collection[str] | None = None
) -> dict[str, Misread]:
    """The targets whose cells are not read back as they should be.

    Args:
        path: the staged cells; behind those of `table.headers` stand the wanted values of `targets` as JSON, then the
            sku.
        table: the columns.
        targets: in the order of the wanted values.
        only: look at these alone.
    """
    columns = [_settled(path, table, column) for column in table.columns if only is None or column.target in only]
    mapping = TableMapping(table.headers, columns)
    places = {target: len(table.headers) + place for place, target in enumerate(targets)}
    sku_place = len(table.headers) + len(targets)
    found: dict[str, Misread] = {}
    for batch in read_batches(path, BATCH):
        texts = RowTexts(batch, table.headers)
        for target, got in _read(texts, mapping):
            wanted = texts.cells(places[target])
            wrong = [row for row, same in enumerate(same_json(got, wanted)) if not same]
            if target in table.leaving:
                wrong = [row for row in wrong if got[row].as_py() or not wanted[row].as_py()]
            if wrong:
                header = next(column for column in columns if column.target == target)
                cell = texts.cells(header.position)[wrong[0]].as_py()
                one = found.setdefault(target, Misread(0, texts.cells(sku_place)[wrong[0]].as_py(), cell))
                one.count += len(wrong)
    return found


def _settled(path: Path, table: OwnTable, column: MappedColumn) -> MappedColumn:
    """The column as all its cells decide, as an import will."""
    if not column.steps and column.type == "text":
        return replace(column, context=CastContext())
    steps, context = settle(path, column.position, table.headers, column.steps, column.type, table.default_currency)
    return replace(column, steps=steps, context=context)


def _read(texts: RowTexts, mapping: TableMapping) -> Iterator[tuple[str, pa.Array]]:
    """Each target with the JSON that an import reads of it, '' where it reads nothing."""
    for column in (mapping.key, mapping.name):
        if column is not None:
            read = changed_column(texts, column).texts.to_pylist()
            yield column.target, pa.array([orjson.dumps(text).decode() if text else "" for text in read], TEXT)
    if mapping.fields:
        nothing = FoundKeys(pa.array([""] * texts.rows, TEXT), {})
        for typed in type_batch(texts, replace(mapping, columns=mapping.fields), nothing).columns:
            yield typed.column.target, typed.values.fill_null("")
