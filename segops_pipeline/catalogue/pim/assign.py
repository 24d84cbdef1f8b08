"""Columns of attribute values: what the cells of a row do to the values of a record, in both modes.

Source: seed 002, "Attribute assignment columns". What belongs here: the entry for all folds. What doesn't: what is wrong
with a header (`assign_check`), how a value is changed (`values`), references to items (`list_items`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from segops_pipeline.catalogue.pim.fold import FoldOptions, Row
from segops_pipeline.catalogue.pim.model import Record
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.headers import AttributeColumn
from segops_pipeline.formats.bizzkit.keywords import Handling


class Assignments:
    """The columns of attribute values of one file. Call `check` first, then the others for each row.

    `added` counts, for the row that was applied last, what it added by value: `("global_list", key)` items of a list,
    `("attribute", code)` predefined values.
    """

    def __init__(self, columns: Sequence[AttributeColumn], options: FoldOptions) -> None:
        self.columns = tuple(columns)
        self.options = options
        self.added: Counter[tuple[str, str]] = Counter()

    def check(self, records: Records) -> list[Issue]:
        """What is wrong with the columns, against the attributes as they are; an error stops the file."""
        raise NotImplementedError

    def check_row(self, row: Row, handling: Handling = "Standard") -> list[Issue]:
        """The cells of a row that can never be right, whatever the records are."""
        raise NotImplementedError

    def fetch(self, records: Records, rows: Iterable[Row]) -> None:
        """Load what some rows will refer to."""
        raise NotImplementedError

    def apply(self, records: Records, record: Record, row: Row, handling: Handling = "Standard") -> list[Issue]:
        """Do a row's cells to a record, of which `data` and `pim` are the caller's own (`values.changeable`).

        Values are replaced, never changed in place. With an error among the issues the record and the records are as
        before; else items that the row adds to lists are put into `records`.
        """
        raise NotImplementedError
