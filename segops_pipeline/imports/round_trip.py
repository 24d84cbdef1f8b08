"""Export products in the columns of a source's own file, so that importing it again changes only what was edited.

Every cell is read back before the file is written, as an import of it would, all of a column together. A column some
cell of which cannot be written so that it is read as the value that is there (a `constant`, a part that `extract` has
thrown away) is left out, and said; so is a product that the columns cannot name.

What belongs here: the act. What doesn't: the columns (`own_columns`), their cells (`own_cells`), reading them back
(`own_check`), the kinds of file (`catalogue.export_rows`).
"""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import compress, islice
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.export import exported_fields, whole_file
from segops_pipeline.catalogue.export_rows import RowsFile, write_rows
from segops_pipeline.catalogue.filters import ListingFilter, conditions
from segops_pipeline.catalogue.pim.plain import load_lookup
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import BadMapping, Issue, WrongUsage
from segops_pipeline.imports.own_cells import OwnCells, OwnProduct
from segops_pipeline.imports.own_check import Misread, misread
from segops_pipeline.imports.own_columns import OwnTable, columns_of_source, columns_of_template
from segops_pipeline.imports.workspaces import Workspace
from segops_pipeline.inference.steps import Join
from segops_pipeline.reading import read_batches
from segops_pipeline.reading.parquet import Batch, StagedFile, staged_file
from segops_pipeline.stores.files import scratch_folder
from segops_pipeline.stores.opening import Stores

FORMATS = ("csv", "xlsx", "jsonl", "parquet")
BATCH = 2_000
PRODUCTS = """
SELECT p.sku, p.name, p.data, p.raw_data FROM products p WHERE {where} {of_source}
ORDER BY {place} {direction} NULLS LAST, p.sku
"""
OF_SOURCE = """AND EXISTS (SELECT FROM source_rows s WHERE s.workspace_id = p.workspace_id AND s.source_id = :source_id
    AND s.entity = 'product' AND s.key = p.sku)"""


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """What is exported: a source's products in its own columns, or the workspace's in those of a template.

    `every`: of a source too all products that the filter finds, whoever gave them. `is_safe`: see `RowsFile`.
    """

    source: str | None = None
    template: str | None = None
    wanted: ListingFilter = field(default_factory=ListingFilter)
    format: str = "csv"
    is_safe: bool = False
    every: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """How many products a file has, and what is to be said of what it lacks."""

    products: int
    notes: list[Issue]


def export_own(stores: Stores, workspace: Workspace, target: Path, order: RoundTrip) -> Exported:
    """Write products in the columns of a source or template; the file is there whole or not at all.

    Raises:
        WrongUsage: there is no such source, template, format or field.
        WrongState: no mapping of the source was confirmed yet.
        BadMapping: the columns that identify products cannot be written so that they are read back.
        TooLargeForWorkbook: a workbook cannot hold them.
    """
    if order.format not in FORMATS:
        raise WrongUsage(f"Nothing is exported as '{order.format[:40]}'.", f"Choose one of: {', '.join(FORMATS)}.")
    if (order.source is None) == (order.template is None):
        raise WrongUsage("Name a source or a template, one of the two.", "Give --source NAME or --template NAME.")
    if order.source is not None:
        table = columns_of_source(stores, workspace, order.source)
    else:
        table = columns_of_template(stores, workspace, order.template or "")
    targets = list(table.by_target)
    with scratch_folder() as folder:
        staged = _Staged(folder, table, targets)
        with stores.database.workspace_session(workspace.id) as connection:
            staged.fill(connection, workspace.id, order)
        path, wrong = staged.checked()
        dropped = _dropped(table, wrong)
        notes = [*staged.notes(), *_notes(table, wrong, dropped, order)]
        kept = [place for place, header in enumerate(table.headers) if header not in dropped]
        how = RowsFile(order.format, table.delimiter, _numbers(table, kept), order.is_safe)
        with whole_file(target) as unfinished:
            headers = [table.headers[place] for place in kept]
            return Exported(write_rows(unfinished, headers, _rows(path, kept), how), notes)


class _Staged:
    """Cells that are to be exported, beside what they should be read as; `left_out` products cannot be named."""

    def __init__(self, folder: Path, table: OwnTable, targets: Sequence[str]) -> None:
        self._folder, self._table, self._targets = folder, table, targets
        self._with_currencies: frozenset[str] = frozenset()
        self.count = self.left_out = 0
        self.first_left_out = ""

    def fill(self, connection: Connection, workspace_id: int, order: RoundTrip) -> None:
        """Stage every product that is wanted."""
        self._with_currencies = frozenset(one.key for one in exported_fields(connection) if one.has_currencies)
        maker = OwnCells(self._table, self._with_currencies)
        with self._file("cells") as file:
            products = _products(connection, workspace_id, self._table, order)
            while part := list(islice(products, BATCH)):
                cells, known = maker.of(part)
                if not all(known):
                    cells = [list(compress(column, known)) for column in cells]
                    self._leave_out([product for product, one in zip(part, known, strict=True) if not one])
                    part = list(compress(part, known))
                self._write(file, part, cells)
                self.count += len(part)

    def checked(self) -> tuple[Path, dict[str, Misread]]:
        """The better of the ways to write the cells, and the targets that are not read back in it."""
        path = self._folder / "cells"
        wrong = misread(path, self._table, self._targets)
        several = {target for target, columns in self._table.by_target.items() if len(columns) > 1}
        changing = {*several, *(column.target for column in self._table.columns if column.steps)}
        if not changing.intersection(wrong):
            return path, wrong
        careful = self._rewritten(path, changing)
        still = misread(careful, self._table, self._targets, changing)
        still.update({target: one for target, one in wrong.items() if target not in changing})
        return (careful, still) if len(still) < len(wrong) else (path, wrong)

    def _rewritten(self, path: Path, changing: Collection[str]) -> Path:
        """The same products, with more care for the columns of some targets."""
        headers, width = self._table.headers, len(self._table.headers)
        mapped = {column.header: column.target for column in self._table.columns}
        again = set(changing).difference(self._table.match)
        kept = [place for place, header in enumerate(headers) if mapped.get(header) not in again]
        maker = OwnCells(self._table, self._with_currencies, is_careful=True)
        with self._file("careful") as file:
            for batch in read_batches(path, BATCH):
                values = [batch.column(f"c{width + place}").to_pylist() for place in range(len(self._targets))]
                skus = batch.column(f"c{width + len(self._targets)}").to_pylist()
                part = [self._product(sku, row) for sku, *row in zip(skus, *values, strict=True)]
                given = {headers[place]: batch.column(f"c{place}").to_pylist() for place in kept}
                self._write(file, part, maker.of(part, given)[0])
        return self._folder / "careful"

    def _product(self, sku: str, row: Sequence[str]) -> OwnProduct:
        data = {target: json.loads(text) for target, text in zip(self._targets, row, strict=True) if text}
        return OwnProduct(sku, data.pop("name", ""), data, None)

    def _file(self, name: str) -> AbstractContextManager[StagedFile]:
        return staged_file(self._folder / name, len(self._table.headers) + len(self._targets) + 1)

    def _write(self, file: StagedFile, part: Sequence[OwnProduct], cells: list[list[str]]) -> None:
        if not part:
            return
        wanted = [[product.json(target) for product in part] for target in self._targets]
        columns = [*cells, *wanted, [product.sku for product in part]]
        rows = list(map(list, zip(*columns, strict=True)))
        lines = list(range(self.count + 2, self.count + 2 + len(rows)))
        file.write(Batch(lines, rows, sum(len(text) for column in columns for text in column)))

    def _leave_out(self, products: Sequence[OwnProduct]) -> None:
        self.left_out += len(products)
        self.first_left_out = self.first_left_out or products[0].sku

    def notes(self) -> Iterator[Issue]:
        """What is to be said of products that are left out."""
        if self.left_out:
            columns = ", ".join(one.header for one in self._table.columns if one.target in self._table.match)
            yield Issue(
                "product_left_out",
                f"{self.left_out:,} products are left out, such as {self.first_left_out}: no cell of {columns} is"
                " read as what identifies them.",
                "warning",
                value=self.first_left_out,
                suggestion="Export them without --source and --template.",
            )


def _products(connection: Connection, workspace_id: int, table: OwnTable, order: RoundTrip) -> Iterator[OwnProduct]:
    found = conditions(workspace_id, order.wanted, load_fields(connection), load_lookup(connection, workspace_id))
    bound: dict[str, Any] = dict(found.bound)
    of_source = ""
    if table.source_id is not None and not order.every:
        of_source, bound["source_id"] = OF_SOURCE, table.source_id
    statement = text(PRODUCTS.format(of_source=of_source, **found.words)).execution_options(yield_per=BATCH)
    for row in connection.execute(statement, bound):
        raw = json.loads(row.raw_data) if isinstance(row.raw_data, str) else row.raw_data
        yield OwnProduct(row.sku, row.name, row.data, raw)


def _dropped(table: OwnTable, wrong: dict[str, Misread]) -> dict[str, str]:
    """The columns that are left out, each with the target for the sake of which."""
    dropped = {column.header: column.target for column in table.columns if column.target in wrong}
    while True:
        more = {
            column.header: dropped[name]
            for column in table.columns
            if column.header not in dropped
            for step in column.steps
            if isinstance(step, Join)
            for name in step.columns
            if name in dropped
        }
        targets = {column.target for column in table.columns if column.header in more}
        more.update(
            {
                column.header: column.target
                for column in table.columns
                if column.target in targets and column.header not in {*more, *dropped}
            }
        )
        if not more:
            return dropped
        dropped.update(more)


def _notes(table: OwnTable, wrong: dict[str, Misread], dropped: dict[str, str], order: RoundTrip) -> Iterator[Issue]:
    """What is to be said of columns that are left out.

    Raises:
        BadMapping: one of them identifies products.
    """
    for column in table.columns:
        if column.header not in dropped:
            continue
        steps = ", ".join(map(str, column.steps))
        how = f" through its steps ({steps})" if steps else f" as {column.type}"
        one = wrong.get(column.target) or wrong[dropped[column.header]]
        message = (
            f"The column '{column.header}' is left out: of {one.count:,} products, such as {one.sku}, no cell is read"
            f"{how} as the value of '{column.target}' that is there."
        )
        remedy = "Export without --source and --template to have it under the key of its field."
        if column.target in table.match:
            raise BadMapping(message.replace("is left out", "cannot be written"), remedy, column=column.header)
        if table.replaces:
            remedy = f"The policy replace would clear it: import the file with --policy overwrite. {remedy}"
        yield Issue("column_left_out", message, "warning", column=column.header, value=one.cell, suggestion=remedy)
    if order.source is not None and table.replaces and not dropped:
        yield Issue(
            "other_fields_are_cleared",
            "The source's policy is replace: importing the file clears the fields that have no column in it.",
            "info",
        )


def _numbers(table: OwnTable, kept: Sequence[int]) -> frozenset[int]:
    """The places, of those that are kept, whose cells are nothing but numbers."""
    plain = {column.position for column in table.columns if column.type == "number" and not column.steps}
    return frozenset(new for new, old in enumerate(kept) if old in plain)


def _rows(path: Path, kept: Sequence[int]) -> Iterator[Sequence[str]]:
    names = [f"c{place}" for place in kept]
    for batch in read_batches(path, BATCH, names):
        yield from zip(*(batch.column(name).to_pylist() for name in names), strict=True)
