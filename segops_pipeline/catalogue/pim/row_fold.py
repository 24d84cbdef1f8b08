"""What the folds of products, brands, product hierarchies and bundle items share: a row is done to a draft.

What belongs here: the frame of a row. What doesn't: what it does (the `fold_` files).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Literal

from segops_pipeline.catalogue.pim.assign import Assignments
from segops_pipeline.catalogue.pim.cells import has_errors, key_issue, named
from segops_pipeline.catalogue.pim.draft import Draft
from segops_pipeline.catalogue.pim.fold import FoldOptions, Row, RowResult
from segops_pipeline.catalogue.pim.model import Entity
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.entities import UNIQUE_NAME, SpecialName
from segops_pipeline.formats.bizzkit.files import Recognised, mode_issues, stray_cells
from segops_pipeline.formats.bizzkit.keywords import Handling

Does = Literal["created", "updated", "removed"]


class RowFold(ABC):
    """The rows of one file of an entity; see `fold.Fold` for what is asked of it."""

    entity: Entity = "product"  # of the records that UniqueName names

    def __init__(self, recognised: Recognised, options: FoldOptions) -> None:
        self.recognised = recognised
        self.options = options
        self.assignments = Assignments(recognised.attributes, options)
        self._key = self.place(UNIQUE_NAME)

    def check(self, records: Records) -> list[Issue]:
        """All that is wrong with the header in this mode and with these attributes."""
        return [*mode_issues(self.recognised, self.options.mode), *self.assignments.check(records)]

    def check_row(self, row: Row) -> list[Issue]:
        """What can never be right about a row, whatever the records are."""
        issues: list[Issue] = []
        handling = self.handling(row, issues)
        wrong_key = key_issue(row, UNIQUE_NAME, self._key)
        return [
            *issues,
            *([] if wrong_key is None else [wrong_key]),
            *stray_cells(self.recognised, row.cells, row.line),
            *self.assignments.check_row(row, handling),
        ]

    def fetch(self, records: Records, rows: Iterable[Row]) -> None:
        """Load what some rows will ask for."""
        rows = list(rows)
        named: dict[Entity, list[str]] = {}
        for row in rows:
            for entity, key in self.names(row):
                named.setdefault(entity, []).append(key)
        for entity, keys in named.items():
            records.fetch(entity, keys)
        self.assignments.fetch(records, rows)

    def row(self, records: Records, row: Row) -> RowResult:
        """Do one row; with an error nothing is changed."""
        wrong_key = key_issue(row, UNIQUE_NAME, self._key)
        if wrong_key is not None:
            return RowResult("", "rejected", [wrong_key])
        draft = Draft(records)
        issues: list[Issue] = []
        did = self.apply(draft, self.key(row), row, issues)
        if has_errors(issues):
            return RowResult(self.identity(row), "rejected", issues)
        has_changed = draft.keep()
        return RowResult(self.identity(row), did if has_changed else "unchanged", issues)

    def references(self, row: Row) -> tuple[str, tuple[str, ...]]:
        """The record that a row makes, and those of the same entity that it needs."""
        return self.key(row), ()

    @abstractmethod
    def apply(self, draft: Draft, key: str, row: Row, issues: list[Issue]) -> Does:
        """Do a row to a draft; issues are added. What it did, if it changes anything."""

    def names(self, row: Row) -> Iterator[tuple[Entity, str]]:
        """The records that a row will ask for."""
        yield self.entity, self.key(row)

    def identity(self, row: Row) -> str:
        """What a row is about."""
        return self.key(row)

    def handling(self, row: Row, issues: list[Issue]) -> Handling:  # noqa: ARG002 - for those that have the column
        """How NULL and DELETE count in a row; an issue is added where that cannot be told."""
        return "Standard"

    def key(self, row: Row) -> str:
        """The unique name of a row; empty where it has none."""
        return named(row, self._key) or ""

    def place(self, name: SpecialName) -> int | None:
        """The place of a column; None: the file has none of this name."""
        column = self.recognised.column(name)
        return None if column is None else column.place
