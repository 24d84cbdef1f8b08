"""Masters and their variants, of any depth, and the order of a master's variants (seed 002, "Master/variants").

A variant names its master; the master keeps the order of its variants. Both are changed as one row of a file says, in
the order of the file: "processing … is done in the order that the products appear in the CSV file".

What belongs here: the columns VariantOfMaster and PlaceVariantOfMasterBefore. What doesn't: the rest of a product's row
(`fold_products`), who the variants of a master are (`Records.variants_of`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from segops_pipeline.catalogue.pim.cells import issue, named
from segops_pipeline.catalogue.pim.draft import Draft
from segops_pipeline.catalogue.pim.fold import Row
from segops_pipeline.catalogue.pim.model import Entity, Record
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.errors import Issue

MASTER, BEFORE = "VariantOfMaster", "PlaceVariantOfMasterBefore"


@dataclass(frozen=True, slots=True)
class VariantColumns:
    """The places of a file's columns for masters and the order of variants."""

    master: int | None
    before: int | None

    def products(self, row: Row) -> Iterator[str]:
        """The products that a row names: its master, and the variant that it is placed before."""
        for place in (self.master, self.before):
            if text := named(row, place):
                yield text

    def apply(self, draft: Draft, product: Record, row: Row) -> list[Issue]:
        """Make a product, which the draft has, a variant as its row says; what it changes of others is put there."""
        wanted = named(row, self.master)
        if wanted is not None and (wanted or None) != product.pim.get("master"):
            if wanted and (wrong := _wrong_master(draft, product.key, wanted, row)):
                return [wrong]
            _leave(draft, product)
            if wanted:
                _join(draft, product, wanted)
        before = named(row, self.before)
        return [] if before is None else _place(draft, product, before, row)


def _wrong_master(records: Records, key: str, wanted: str, row: Row) -> Issue | None:
    if wanted != key and records.get("product", wanted) is None:
        return issue(
            row, "unknown_master", f"There is no product '{wanted}' yet to be the master of '{key}'.",
            "Put the master's row above this one, import it first, or import the file with the order 'any'.",
            column=MASTER, value=wanted, key=key,
        )  # fmt: skip
    path = circle_above(records, "product", key, wanted, lambda record: record.pim.get("master"))
    if path is None:
        return None
    return issue(
        row, "circular_master", f"'{wanted}' cannot be the master of '{key}': {' → '.join(path)} is a circle.",
        "Correct the master, or free one of them first: a row above with an empty VariantOfMaster.",
        column=MASTER, value=wanted, key=key,
    )  # fmt: skip


def _leave(draft: Draft, product: Record) -> None:
    current = product.pim.pop("master", None)
    old = None if current is None else draft.get("product", current)
    if old is not None and product.key in old.pim.get("variants", ()):
        _set_order(draft, old.key, [one for one in old.pim["variants"] if one != product.key])


def _join(draft: Draft, product: Record, master: str) -> None:
    order = draft.variants_of(master)
    product.pim["master"] = master
    _set_order(draft, master, [*order, product.key])


def _place(draft: Draft, product: Record, before: str, row: Row) -> list[Issue]:
    """Place a variant before another one; an empty name is the end of the list."""
    master = product.pim.get("master")
    if master is None:
        # an empty cell of a row that is of a master, or frees a product, asks for nothing
        return [_wrong_place(draft, product, before, row)] if before else []
    others = [one for one in draft.variants_of(master) if one != product.key]
    if before and before not in others:
        return [_wrong_place(draft, product, before, row)]
    at = others.index(before) if before else len(others)
    _set_order(draft, master, [*others[:at], product.key, *others[at:]])
    return []


def _wrong_place(records: Records, product: Record, before: str, row: Row) -> Issue:
    there = records.get("product", before)
    if before == product.key:
        message = f"'{before}' cannot be placed before itself."
    elif there is None:
        message = f"There is no product '{before}' to place '{product.key}' before."
    else:
        message = (
            f"'{product.key}' {_variant(product)} and '{before}' {_variant(there)}: they are not of the same master."
        )
    return issue(
        row, "not_same_master", message, "Name another variant of the same master, as they are when this row is done:"
        " rows are done in the order of the file.", column=BEFORE, value=before, key=product.key,
    )  # fmt: skip


def _variant(product: Record) -> str:
    master = product.pim.get("master")
    return "is no variant" if master is None else f"is a variant of '{master}'"


def _set_order(draft: Draft, master: str, order: list[str]) -> None:
    """Put a master's order of variants, where it differs from the one that it has."""
    record = draft.get("product", master)
    if record is None or record.pim.get("variants", []) == order:
        return
    pim = {name: value for name, value in record.pim.items() if name != "variants"}
    if order:
        pim["variants"] = order
    draft.put(Record(record.entity, record.key, record.data, pim, record.name, record.version))


def circle_above(
    records: Records, entity: Entity, key: str, above: str, above_of: Callable[[Record], str | None]
) -> list[str] | None:
    """The way from a record up to itself if `above` came above it; None: it would not be above itself."""
    path = [key]
    seen: set[str] = set()  # a circle that is there already has no end
    at: str | None = above
    while at is not None and at not in seen:
        path.append(at)
        seen.add(at)
        if at == key:
            return path
        found = records.get(entity, at)
        at = None if found is None else above_of(found)
    return None
