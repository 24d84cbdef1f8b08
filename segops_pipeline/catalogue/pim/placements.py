"""Where a product is placed: in one category as its primary one, in others besides (seed 002, "Product placement").

What belongs here: the columns PrimaryPlacementCategory and AdditionalCategoryPlacement_n in both modes. What doesn't:
placements of the categories themselves (`fold_hierarchies`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from segops_pipeline.catalogue.pim.cells import cell, issue, without_blanks
from segops_pipeline.catalogue.pim.fold import Mode, Row
from segops_pipeline.catalogue.pim.model import Record
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.keywords import NULL

PRIMARY, ADDITIONAL = "PrimaryPlacementCategory", "AdditionalCategoryPlacement"


@dataclass(frozen=True, slots=True)
class PlacementColumns:
    """The places of a file's placement columns; `additional` in the order of their numbers."""

    primary: int | None
    additional: tuple[int, ...]
    mode: Mode

    def categories(self, row: Row) -> Iterator[str]:
        """The categories that a row names."""
        for place in (self.primary, *self.additional):
            text = without_blanks(cell(row, place))
            if text and text != NULL:
                yield text

    def apply(self, records: Records, product: Record, row: Row) -> list[Issue]:
        """Place a product, a copy of the caller's, as its row says; with issues it stays as it was."""
        if self.primary is None and not self.additional:
            return []
        primary = without_blanks(cell(row, self.primary))
        additional = [text for place in self.additional if (text := without_blanks(cell(row, place))) is not None]
        issues = [*self._unknown(records, row), *self._ambiguous(primary, additional, row)]
        if not issues:
            self._place(product, primary, additional)
        return issues

    def _place(self, product: Record, primary: str | None, additional: list[str]) -> None:
        pim = product.pim
        is_primary_told = primary is not None and not (primary == NULL and self.mode == "merge")
        first: str | None = (_named(primary) if is_primary_told else pim.get("primary")) or None
        named = list(dict.fromkeys(text for text in additional if _named(text)))
        if first in named:  # "changing a placement from primary to secondary": it was the primary one before the row
            first = None
        there: Sequence[str] = pim.get("additional", ())
        others = [*named] if self.mode == "overwrite" and additional else list(dict.fromkeys([*there, *named]))
        _set(pim, "primary", first)
        _set(pim, "additional", [one for one in others if one != first])

    def _unknown(self, records: Records, row: Row) -> Iterator[Issue]:
        for number, place in enumerate((self.primary, *self.additional)):
            text = without_blanks(cell(row, place))
            if text and text != NULL and records.get("category", text) is None:
                column = f"{ADDITIONAL}_{number}" if number else PRIMARY
                yield issue(
                    row, "unknown_category", f"There is no category '{text}'.",
                    "Import the product hierarchy first, or correct the system name.", column=column, value=text,
                )  # fmt: skip

    def _ambiguous(self, primary: str | None, additional: Sequence[str], row: Row) -> Iterator[Issue]:
        if primary and primary != NULL and primary in additional:
            yield issue(
                row, "ambiguous_placement", f"The row makes '{primary}' both the primary and an additional placement.",
                "Leave the category in one of the columns.", column=PRIMARY, value=primary,
            )  # fmt: skip


def _named(text: str | None) -> str:
    return "" if text is None or text == NULL else text


def _set(pim: dict[str, object], name: str, value: object) -> None:
    if value:
        pim[name] = value
    else:
        pim.pop(name, None)
