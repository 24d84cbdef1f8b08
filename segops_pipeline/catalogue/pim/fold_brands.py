"""Rows of brands: names, the brand whose sub-brand one is, attribute values (seed 002, "Brands").

What belongs here: what a row does to a brand. What doesn't: names by culture (`names`), values (`assign`).
"""

from collections.abc import Iterator

from segops_pipeline.catalogue.pim.cells import issue, named
from segops_pipeline.catalogue.pim.draft import Draft
from segops_pipeline.catalogue.pim.fold import FoldOptions, Row
from segops_pipeline.catalogue.pim.masters import circle_above
from segops_pipeline.catalogue.pim.model import Entity, Record
from segops_pipeline.catalogue.pim.names import Names
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.catalogue.pim.row_fold import Does, RowFold
from segops_pipeline.catalogue.pim.values import changeable
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.files import Recognised

SUBBRAND_OF = "SubbrandOf"


class BrandFold(RowFold):
    """The rows of a file of brands."""

    entity: Entity = "brand"

    def __init__(self, recognised: Recognised, options: FoldOptions) -> None:
        super().__init__(recognised, options)
        self.brand_names = Names(recognised.columns("Name"))
        self._parent = self.place(SUBBRAND_OF)

    def check(self, records: Records) -> list[Issue]:
        """All that is wrong with the header; cultures of names must be registered."""
        return [*super().check(records), *self.brand_names.check(records)]

    def check_row(self, row: Row) -> list[Issue]:
        """What can never be right about a row; a missing name of a new brand is found when the row is done."""
        return [*super().check_row(row), *self.brand_names.check_row(row)]

    def apply(self, draft: Draft, key: str, row: Row, issues: list[Issue]) -> Does:
        """Do a row to its brand."""
        found = draft.get("brand", key)
        brand = Record("brand", key, {"names": {}}) if found is None else changeable(found)
        draft.put(brand)
        issues += self.brand_names.check_row(row)
        brand.data["names"] = self.brand_names.apply(brand.data.get("names") or {}, row)
        if found is None and not brand.data["names"]:
            issues.append(_name_required(key, row))
        issues += self._place(draft, brand, row)
        issues += self.assignments.apply(draft, brand, row)
        return "created" if found is None else "updated"

    def names(self, row: Row) -> Iterator[tuple[Entity, str]]:
        """The brand and its main brand."""
        yield "brand", self.key(row)
        if parent := named(row, self._parent):
            yield "brand", parent

    def references(self, row: Row) -> tuple[str, tuple[str, ...]]:
        """The brand, and its main brand."""
        parent = named(row, self._parent)
        return self.key(row), (parent,) if parent else ()

    def _place(self, draft: Draft, brand: Record, row: Row) -> list[Issue]:
        """Make it a sub-brand, or with an empty cell a main brand again."""
        parent = named(row, self._parent)
        if parent == "":
            brand.data.pop("parent", None)
        if not parent or parent == brand.data.get("parent"):
            return []
        if parent != brand.key and draft.get("brand", parent) is None:
            return [issue(
                row, "unknown_brand", f"There is no brand '{parent}' yet whose sub-brand '{brand.key}' could be.",
                "Put the main brand's row above this one, or import the file with the order 'any'.",
                column=SUBBRAND_OF, value=parent, key=brand.key,
            )]  # fmt: skip
        path = circle_above(draft, "brand", brand.key, parent, lambda record: record.data.get("parent"))
        if path is not None:
            return [issue(
                row, "circular_brands", f"'{brand.key}' cannot be a sub-brand of '{parent}': {' → '.join(path)} is a"
                " circle.", "Correct the main brand, or free one of them first: a row above with an empty SubbrandOf.",
                column=SUBBRAND_OF, value=parent, key=brand.key,
            )]  # fmt: skip
        brand.data["parent"] = parent
        return []


def _name_required(key: str, row: Row) -> Issue:
    """Seed 002, "Brands": this "cannot be checked before the import operation starts"."""
    return issue(
        row, "name_required", f"The brand '{key}' does not exist yet, and is given no name to create it with.",
        "Add the column Name, or correct the unique name.", column="Name", key=key,
    )  # fmt: skip
