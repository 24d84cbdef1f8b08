"""Rows of products: placements, external ids, masters and variants, attribute values (seed 002, "Products").

A product that does not exist is created, with the values that its row gives and its unique name as its name, for the
format has no column for another one; a product that exists keeps its name.

What belongs here: what a row does to a product, in both modes. What doesn't: each of its parts (`placements`,
`masters`, `assign`).
"""

from collections.abc import Iterator

from segops_pipeline.catalogue.pim.cells import cell, issue, told
from segops_pipeline.catalogue.pim.draft import Draft
from segops_pipeline.catalogue.pim.fold import FoldOptions, Row
from segops_pipeline.catalogue.pim.masters import VariantColumns
from segops_pipeline.catalogue.pim.model import Entity, Record
from segops_pipeline.catalogue.pim.placements import PlacementColumns
from segops_pipeline.catalogue.pim.row_fold import Does, RowFold
from segops_pipeline.catalogue.pim.values import changeable
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.files import Recognised
from segops_pipeline.formats.bizzkit.keywords import Handling, handling_of
from segops_pipeline.formats.bizzkit.values import Refused, read_value

HANDLING, INT_ID, STRING_ID = "AttributeAssignmentHandling", "ExternalIntId", "ExternalStringId"


class ProductFold(RowFold):
    """The rows of a file of products."""

    entity: Entity = "product"

    def __init__(self, recognised: Recognised, options: FoldOptions) -> None:
        super().__init__(recognised, options)
        additional = tuple(column.place for column in recognised.columns("AdditionalCategoryPlacement"))
        self.placements = PlacementColumns(self.place("PrimaryPlacementCategory"), additional, options.mode)
        self.variants = VariantColumns(self.place("VariantOfMaster"), self.place("PlaceVariantOfMasterBefore"))
        self._handling = self.place(HANDLING)
        self._int_id, self._string_id = self.place(INT_ID), self.place(STRING_ID)

    def check_row(self, row: Row) -> list[Issue]:
        """What can never be right about a row: its key, its handling, its external id, its values."""
        issues = super().check_row(row)
        self._external_int(row, issues)
        return issues

    def apply(self, draft: Draft, key: str, row: Row, issues: list[Issue]) -> Does:
        """Do a row to its product, and to the masters whose variants it changes."""
        found = draft.get("product", key)
        product = Record("product", key, name=key) if found is None else changeable(found)
        draft.put(product)
        issues += self.placements.apply(draft, product, row)
        self._external_ids(product, row, issues)
        issues += self.variants.apply(draft, product, row)
        issues += self.assignments.apply(draft, product, row, self.handling(row, issues))
        return "created" if found is None else "updated"

    def names(self, row: Row) -> Iterator[tuple[Entity, str]]:
        """The product, its master, the variant that it is placed before, and its categories."""
        yield "product", self.key(row)
        for key in self.variants.products(row):
            yield "product", key
        for key in self.placements.categories(row):
            yield "category", key

    def references(self, row: Row) -> tuple[str, tuple[str, ...]]:
        """The product, and its master and the variant that it is placed before."""
        return self.key(row), tuple(self.variants.products(row))

    def handling(self, row: Row, issues: list[Issue]) -> Handling:
        """What the row's AttributeAssignmentHandling says."""
        text = cell(row, self._handling)
        try:
            return handling_of(text)
        except Refused as refused:
            issues.append(issue(row, refused.code, refused.message, refused.remedy, column=HANDLING, value=text))
            return "Standard"

    def _external_ids(self, product: Record, row: Row, issues: list[Issue]) -> None:
        """Seed 002, "External IDs": an empty or NULL ExternalIntId leaves it, an empty ExternalStringId is assigned."""
        number = self._external_int(row, issues)
        if number is not None:
            product.pim["external_int"] = number
        text = told(row, self._string_id)
        if text is not None:
            product.pim["external_string"] = text

    def _external_int(self, row: Row, issues: list[Issue]) -> int | None:
        text = told(row, self._int_id)
        if not text:
            return None
        try:
            return int(read_value(text, "PInt32"))
        except Refused as refused:
            remedy = f"Write a whole number of 32 bits; an id that is none is an {STRING_ID}."
            issues.append(issue(row, refused.code, refused.message, remedy, column=INT_ID, value=text))
            return None
