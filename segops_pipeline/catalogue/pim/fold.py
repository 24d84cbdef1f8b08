"""What a row of a file does, whatever its entity: the interface that every `fold_` file has.

A fold is made for one file: it looks at the header once (all that is wrong with it is told before any row), and then
does one row after the other to the records. A row that fails changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.errors import Issue

Mode = Literal["merge", "overwrite"]
FileEntity = Literal[
    "product", "brand", "bundle_item", "global_list_item", "predefined_value", "product_hierarchy", "attribute"
]
FILE_ENTITIES: tuple[FileEntity, ...] = (  # in the order in which they depend on each other
    "attribute", "global_list_item", "predefined_value", "brand", "product_hierarchy", "product", "bundle_item"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoldOptions:
    """How a file is imported. `order` "any" resolves masters, main brands and parents wherever they stand.

    `null_removes`: in overwrite mode NULL under a bare attribute name removes the attribute also in a Standard row, as
    the seed's table says; its worked example, which wins by default, leaves it.
    """

    mode: Mode = "merge"
    order: Literal["file", "any"] = "file"
    null_removes: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its line in the file, and its cells by the header's places; None: the row is too short."""

    line: int
    cells: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row.

    `identity` is what it is about (`A-1`; `BUNDLE/ITEM`): of rows with the same one the last one counts, the others
    are folded into it. `did` is what it did to that, seen alone; `rejected` has an issue of level error.
    """

    identity: str
    did: Literal["created", "updated", "removed", "unchanged", "rejected"]
    issues: list[Issue] = field(default_factory=list[Issue])


class Fold(Protocol):
    """The rows of one file."""

    def check(self, records: Records) -> list[Issue]:
        """All that is wrong with the header (each with its column), before any row; an error stops the file.

        Attributes, cultures and so on are looked up here.
        """
        ...

    def check_row(self, row: Row) -> list[Issue]:
        """What the seed has checked up front of a row (cells that can never be right), before any row is done."""
        ...

    def fetch(self, records: Records, rows: Iterable[Row]) -> None:
        """Load what some rows will ask for."""
        ...

    def row(self, records: Records, row: Row) -> RowResult:
        """Do one row."""
        ...

    def references(self, row: Row) -> tuple[str, tuple[str, ...]]:
        """The record that a row makes, and those of the same entity that it needs, for `order` "any"."""
        ...
