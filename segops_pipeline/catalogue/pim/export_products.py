"""The files of an export that are of products: products in tree order of their masters, and the items of bundles.

Products are read once and kept in a file of their own meanwhile, for the columns depend on all of them: memory stays
flat however many there are. Source: seed 002, "Products", "Bundle items".

What belongs here: headers and rows of these files. What doesn't: values of attributes (`export_values`).
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from segops_pipeline.catalogue.pim.export_notes import KEYWORD, ExportNotes
from segops_pipeline.catalogue.pim.export_records import Cell, ExportFile
from segops_pipeline.catalogue.pim.export_values import ValueColumns, plain_text
from segops_pipeline.catalogue.pim.export_world import ExportWorld
from segops_pipeline.catalogue.pim.fold import Mode
from segops_pipeline.catalogue.pim.model import Json, Record
from segops_pipeline.formats.bizzkit.writing import can_be_said

PRIMARY, ADDITIONAL = "PrimaryPlacementCategory", "AdditionalCategoryPlacement"
ADVANCED = "Advanced"
AMOUNT_TYPE = "PDecimal9"


class KeptProducts:
    """Products in a file, which can be gone through again and again.

    `additional` is the most additional placements that one has, `bundles` how many items all bundles have.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.count = self.additional = self.bundles = 0
        self.named: int = 0

    def keep(self, products: Iterable[Record]) -> None:
        """Take products in, in their order."""
        import orjson

        with self._path.open("wb") as file:
            for one in products:
                file.write(orjson.dumps([one.key, one.name, one.data, one.pim]) + b"\n")
                self.count += 1
                self.additional = max(self.additional, len(one.pim.get("additional", ())))
                self.bundles += len(one.pim.get("bundle", ()))
                self.named += one.name != one.key

    def __iter__(self) -> Iterator[Record]:
        """The products in their order."""
        import orjson

        with self._path.open("rb") as file:
            for line in file:
                key, name, data, pim = orjson.loads(line)
                yield Record("product", key, data, pim, name)


class ProductFiles:
    """The files of products and of bundle items, each None where there is nothing to write."""

    def __init__(self, world: ExportWorld, notes: ExportNotes, kept: KeptProducts) -> None:
        self._world, self._notes, self._kept = world, notes, kept

    def products(self, mode: Mode) -> ExportFile | None:
        """All products in the columns of a mode: overwrite takes placements and attribute values only."""
        if not self._kept.count:
            return None
        columns = ValueColumns(self._world, self._notes, mode)
        for one in self._kept:
            columns.see(one)
        most = max(self._kept.additional, 1 if mode == "overwrite" else 0)
        headers = ["UniqueName", PRIMARY, *(f"{ADDITIONAL}_{number}" for number in range(1, most + 1))]
        if mode == "overwrite":
            headers += ["AttributeAssignmentHandling", *columns.settle()]
            rows = ([*self._placed(one, most), ADVANCED, *columns.cells(one)] for one in self._rows())
        else:
            headers += ["ExternalIntId", "ExternalStringId", "VariantOfMaster", *columns.settle()]
            rows = ([*self._placed(one, most), *self._ids(one), *columns.cells(one)] for one in self._rows())
        return ExportFile(headers, rows)

    def bundle_items(self) -> ExportFile | None:
        """The items of all bundles, in their order."""
        if not self._kept.bundles:
            return None
        columns = ValueColumns(self._world, self._notes)
        for _, _, holder in self._items():
            columns.see(holder)
        headers = ["UniqueName", "ItemUniqueName", "ItemOperation", "Note", "Amount", *columns.settle()]

        def row(bundle: Record, item: Mapping[str, Json], holder: Record) -> list[Cell]:
            amount = plain_text(item.get("amount"), AMOUNT_TYPE)
            note = self._said(item.get("note"), bundle)
            return [bundle.key, item["item"], "AddOrUpdate", note, amount, *columns.cells(holder)]

        return ExportFile(headers, (row(*one) for one in self._items()))

    def _rows(self) -> Iterator[Record]:
        for one in self._kept:
            if can_be_said(one.key, "merge"):
                yield one
            else:
                self._notes.add("keyword_left_out", "UniqueName", KEYWORD, f"product {one.key}")

    def _placed(self, one: Record, most: int) -> list[Cell]:
        additional = [self._category(key, one) for key in one.pim.get("additional", ())]
        there: list[Cell] = [key for key in additional if key is not None]
        return [one.key, self._category(one.pim.get("primary"), one), *there, *([None] * (most - len(there)))]

    def _category(self, key: str | None, one: Record) -> Cell:
        if key is None or key in self._world.categories:
            return key
        message = "A placement in a category that there is not is left out."
        self._notes.add("placement_left_out", PRIMARY, message, f"product {one.key}")
        return None

    def _ids(self, one: Record) -> list[Cell]:
        number = one.pim.get("external_int")
        text = self._said(one.pim.get("external_string"), one)
        return [None if number is None else str(number), text, one.pim.get("master")]

    def _said(self, text: Cell, one: Record) -> Cell:
        if text is None or can_be_said(text, "merge"):
            return text
        self._notes.add("keyword_left_out", "", KEYWORD, f"product {one.key}")
        return None

    def _items(self) -> Iterator[tuple[Record, Mapping[str, Json], Record]]:
        for one in self._kept:
            for item in one.pim.get("bundle", ()):
                values = {name: item.get(name) or {} for name in ("attributes", "external")}
                yield one, item, Record("global_list", f"{one.key}/{item['item']}", values)
