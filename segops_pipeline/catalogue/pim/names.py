"""Names by culture, of brands and product hierarchies: the columns Name, Name:Default and Name:Tculture.

Source: seed 002, "Brand name" and "Hierarchy name". NULL leaves a name as it is. The seed gives an empty cell no
meaning: here it takes a culture's name away, and is an error for the default name, which everything is shown by.

What belongs here: the cells of such columns. What doesn't: their headers (`formats.bizzkit`), who needs a name.
"""

from collections.abc import Mapping, Sequence

from segops_pipeline.catalogue.pim.assign_check import Registry, WrongColumn
from segops_pipeline.catalogue.pim.cells import issue, told
from segops_pipeline.catalogue.pim.fold import Row
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.recognised import SpecialColumn
from segops_pipeline.formats.bizzkit.segments import DEFAULT, Segment


class Names:
    """The columns of a file for the names of its records. Call `check` first: it finds the registered cultures."""

    def __init__(self, columns: Sequence[SpecialColumn]) -> None:
        self.columns = columns
        self._keys: dict[int, str] = {}

    def check(self, records: Records) -> list[Issue]:
        """The columns whose culture is not registered."""
        registry = Registry(records)
        issues: list[Issue] = []
        for column in self.columns:
            try:
                self._keys[column.place] = registry.registered(column.segment or Segment(), column.header).key
            except WrongColumn as wrong:
                issues.append(wrong.issue)
        return issues

    def check_row(self, row: Row) -> list[Issue]:
        """The default name, where it is empty."""
        return [
            issue(
                row, "empty_name", "The name is empty.", "Write a name, or NULL to leave the one that there is.",
                column=column.header,
            )
            for column in self.columns
            if column.segment_key == DEFAULT and told(row, column.place) == ""
        ]  # fmt: skip

    def apply(self, names: Mapping[str, str], row: Row) -> dict[str, str]:
        """The names as a row makes them, by segment key."""
        changed = dict(names)
        for column in self.columns:
            text = told(row, column.place)
            key = self._keys.get(column.place, column.segment_key)
            if text:
                changed[key] = text
            elif text == "" and key != DEFAULT:
                changed.pop(key, None)
        return changed
