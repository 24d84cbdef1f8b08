"""The files of an export that are not of products: attributes, list items, predefined values, brands, hierarchies.

Rows of items say Update with their index, so that importing them where they are changes nothing; where they are not,
`made` has what they stand on. Brands and nodes stand in tree order; a node's links that name a later one follow in a
second row. Source: seed 002, the sections of these entities.

What belongs here: headers and rows of these files. What doesn't: values of attributes (`export_values`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from segops_pipeline.catalogue.pim.configuring import FIELD_NUMBERS, system_name_problem, takes_no_pim_values
from segops_pipeline.catalogue.pim.export_notes import KEYWORD, ExportNotes
from segops_pipeline.catalogue.pim.export_values import ValueColumns, plain_text
from segops_pipeline.catalogue.pim.export_world import ExportWorld
from segops_pipeline.catalogue.pim.model import AttributeDefinition, FieldDefinition, Json, Record
from segops_pipeline.formats.bizzkit.segments import DEFAULT
from segops_pipeline.formats.bizzkit.writing import can_be_said, translated_headers

Cell = str | None
UPDATE = "Update"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file: its headers, and its rows, which can be gone through once; None is NULL."""

    headers: list[str]
    rows: Iterator[list[Cell]]


class RecordFiles:
    """The files of what is not products, each None where there is nothing to write."""

    def __init__(self, world: ExportWorld, notes: ExportNotes) -> None:
        self._world, self._notes = world, notes

    def attributes(self) -> ExportFile | None:
        """All attributes, with fields of the product schema that the format can say."""
        found = [one for one in self._world.definitions.values() if self._is_attribute(one)]
        names = self._translated("Name", (one.names for one in found))
        told = self._translated("Description", (one.descriptions for one in found), always=False)
        most = max((len(one.fields) for one in found), default=0)

        def of_field(number: int) -> dict[str, str]:
            named = (one.fields[number - 1].names for one in found if len(one.fields) >= number)
            return self._translated(f"Field{number}/Name", named, always=False)

        by_field = [of_field(number) for number in FIELD_NUMBERS[:most]]

        def row(one: AttributeDefinition) -> list[Cell]:
            cells: list[Cell] = [one.code, *self._texts(one.names, names, one.code)]
            cells += [*self._texts(one.descriptions, told, one.code), one.value_type, one.configuration]
            for number, headers in enumerate(by_field):
                field = one.fields[number] if number < len(one.fields) else FieldDefinition("", None)
                cells += [*self._texts(field.names, headers, one.code), field.pim_type, field.global_list]
            return [*cells, "true" if one.is_confidential else "false"]

        headers = ["UniqueName", *names.values(), *told.values(), "Type", "Configuration"]
        for number, columns in enumerate(by_field, start=1):
            headers += [*columns.values(), f"Field{number}/PimType", f"Field{number}/GlobalListSystemName"]
        return ExportFile([*headers, "IsConfidential"], map(row, found)) if found else None

    def list_items(self) -> ExportFile | None:
        """The items of all global lists, in their order."""
        owners = [one for one in self._world.lists.values() if one.data.get("items")]
        items = [(one, place, item) for one in owners for place, item in enumerate(one.data["items"])]
        values = translated_headers("Value", self._registered(item.get("value") for _, _, item in items))
        columns = self._columns(_holder("global_list", owner.key, item) for owner, _, item in items)

        def row(owner: Record, place: int, item: Mapping[str, Json]) -> list[Cell]:
            part = FieldDefinition("Value", owner.data.get("pim_type"))
            own = [self._value(part, item.get("value"), key, owner.key) for key in values]
            cells = columns.cells(_holder("global_list", owner.key, item))
            return [owner.key, str(place), UPDATE, *own, *cells]

        headers = ["UniqueName", "ItemIndex", "ItemOperation", *values.values(), *columns.settle()]
        return ExportFile(headers, (row(*one) for one in items)) if items else None

    def predefined_values(self) -> ExportFile | None:
        """The predefined values of all attributes, in their order."""
        owners = [one for one in self._world.definitions.values() if one.predefined and self._is_attribute(one)]
        items = [(one, place, item) for one in owners for place, item in enumerate(one.predefined)]
        most = max((len(one.fields) for one in owners), default=0)
        values = [
            translated_headers(
                f"Predefined_Value_Field_{number}",
                self._registered(_field_value(item, owner, number) for owner, _, item in items),
            )
            for number in FIELD_NUMBERS[:most]
        ]
        columns = self._columns(_holder("attribute", owner.code, item) for owner, _, item in items)

        def row(owner: AttributeDefinition, place: int, item: Mapping[str, Json]) -> list[Cell]:
            cells: list[Cell] = [owner.code, str(place), UPDATE]
            for number, headers in enumerate(values, start=1):
                for key in headers:
                    value = _field_value(item, owner, number)
                    part = owner.fields[number - 1] if number <= len(owner.fields) else None
                    cells.append(None if part is None else self._value(part, value, key, owner.code))
            return [*cells, *columns.cells(_holder("attribute", owner.code, item))]

        headers = ["UniqueName", "ItemIndex", "ItemOperation", *(one for part in values for one in part.values())]
        return ExportFile([*headers, *columns.settle()], (row(*one) for one in items)) if items else None

    def brands(self) -> ExportFile | None:
        """All brands, each behind the one whose sub-brand it is."""
        found = list(tree_order(self._world.brands))
        names = self._translated("Name", (one.data.get("names") or {} for one in found))
        columns = self._columns(found)

        def row(one: Record) -> list[Cell]:
            own = self._texts(one.data.get("names") or {}, names, one.key)
            return [one.key, *own, one.data.get("parent"), *columns.cells(one)]

        headers = ["UniqueName", *names.values(), "SubbrandOf", *columns.settle()]
        return ExportFile(headers, map(row, found)) if found else None

    def hierarchies(self) -> ExportFile | None:
        """All nodes, each behind the one that it is placed in; links to later ones in rows of their own."""
        found = list(tree_order(self._world.categories))
        names = self._translated("Name", (one.data.get("names") or {} for one in found))
        columns = self._columns(found)
        most = max((len(one.data.get("links") or ()) for one in found), default=0)
        headers = ["UniqueName", *names.values(), "PrimaryPlacementCategory"]
        headers += [*(f"LinkedCategory_{number}" for number in range(1, most + 1)), *columns.settle()]

        def rows() -> Iterator[list[Cell]]:
            there: set[str] = set()
            later: list[Record] = []
            for one in found:
                there.add(one.key)
                links: Sequence[str] = one.data.get("links") or ()
                if not there.issuperset(links):
                    later.append(one)
                    links = ()
                own = self._texts(one.data.get("names") or {}, names, one.key)
                yield [one.key, *own, one.data.get("parent"), *_padded(links, most), *columns.cells(one)]
            for one in later:
                before = [None] * (len(names) + 1)
                behind = [None] * (len(headers) - 2 - len(names) - most)
                yield [one.key, *before, *_padded(one.data["links"], most), *behind]

        return ExportFile(headers, rows()) if found else None

    def _columns(self, records: Iterable[Record]) -> ValueColumns:
        columns = ValueColumns(self._world, self._notes)
        for record in records:
            columns.see(record)
        return columns

    def _is_attribute(self, definition: AttributeDefinition) -> bool:
        problem = system_name_problem(definition.code)
        if problem is None and not takes_no_pim_values(definition):
            return True
        what = problem[0] if problem else "its type is none of the format."
        message = f"The attribute {definition.code} is left out: {what}"
        self._notes.add("attribute_left_out", definition.code, message, f"attribute {definition.code}")
        return False

    def _translated(self, base: str, texts: Iterable[Mapping[str, str]], *, always: bool = True) -> dict[str, str]:
        used = {key for one in texts for key in one if self._world.is_registered(key)}
        headers = translated_headers(base, used)
        return headers if always or used else {}

    def _texts(self, texts: Mapping[str, str], columns: Iterable[str], key: str) -> list[Cell]:
        return [self._said(texts.get(segment), key) for segment in columns]

    def _said(self, text: Cell, key: str) -> Cell:
        if text is None or can_be_said(text, "merge"):
            return text
        self._notes.add("keyword_left_out", "", KEYWORD, key)
        return None

    def _registered(self, values: Iterable[Json]) -> set[str]:
        return {
            key for value in values if isinstance(value, dict) and "list" not in value
            for key in value if self._world.is_registered(key)
        }  # fmt: skip

    def _value(self, part: FieldDefinition, value: Json, key: str, owner: str) -> Cell:
        """A value of an item in a segment as text; an item of a list by its value, which must be its alone."""
        if part.is_segmented:
            value = value.get(key) if isinstance(value, dict) else None
        elif key != DEFAULT:
            return None
        pim_type = part.pim_type or ""
        if value is not None and part.global_list is not None:
            found = self._world.names_of(part.global_list)
            pim_type, id_ = found.pim_type or "", value.get("item") if isinstance(value, dict) else None
            value = found.values.get(id_ or "")
            if value is None or self._world.first_with(part.global_list, value) != id_:
                message = (
                    f"Predefined values of {owner} are left out that refer to an item which its value does not tell."
                )
                self._notes.add("value_left_out", owner, message, owner)
                return None
        if value is None:
            return None
        text = plain_text(value, pim_type)
        if text is None:
            message = f"Values of {owner} are left out that are none of {pim_type}."
            self._notes.add("value_left_out", owner, message, owner)
        return self._said(text, owner)


def tree_order(records: Mapping[str, Record]) -> Iterator[Record]:
    """Records, each behind its parent; those of a circle, or whose parent is not there, as if they had none."""
    children: dict[str | None, list[str]] = {}
    for key, one in records.items():
        parent = one.data.get("parent")
        children.setdefault(parent if parent in records else None, []).append(key)
    waiting = list(reversed(children.get(None, [])))
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        seen.add(key)
        yield records[key]
        waiting += reversed(children.get(key, []))
    yield from (one for key, one in records.items() if key not in seen)


def _holder(entity: str, key: str, item: Mapping[str, Json]) -> Record:
    values = {name: item.get(name) or {} for name in ("attributes", "external")}
    return Record("global_list" if entity == "global_list" else "attribute", key, values)


def _field_value(item: Mapping[str, Json], owner: AttributeDefinition, number: int) -> Json:
    if number > len(owner.fields):
        return None
    return (item.get("values") or {}).get(owner.fields[number - 1].system_name)


def _padded(texts: Sequence[str], most: int) -> list[Cell]:
    return [*texts, *([None] * (most - len(texts)))]
