"""Values of attributes as columns: which columns some records need, and what each record has in them.

Headers are full, as overwrite needs them: `CODE[0]/FIELD:Default`, `Ext_`, and `$` before references to list items. In
overwrite mode a bare `CODE` says DELETE where the attribute is not assigned, so that a file is the whole truth, and
`CODE[1]` where a value has fewer items. Source: seed 002, "Attribute assignment columns", "Special deletion cases".

What belongs here: columns and cells of attribute values, in both modes. What doesn't: other columns of an entity.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from segops_pipeline.catalogue.pim.assign_group_check import takes_predefined
from segops_pipeline.catalogue.pim.export_notes import KEYWORD, ExportNotes
from segops_pipeline.catalogue.pim.export_world import ExportWorld
from segops_pipeline.catalogue.pim.fold import Mode
from segops_pipeline.catalogue.pim.model import AttributeDefinition, FieldDefinition, Json, Record
from segops_pipeline.catalogue.pim.values import canonical, is_empty
from segops_pipeline.formats.bizzkit.headers import AttributeColumn
from segops_pipeline.formats.bizzkit.keywords import DELETE, IGNORE, NULL
from segops_pipeline.formats.bizzkit.segments import DEFAULT, Segment
from segops_pipeline.formats.bizzkit.values import TEXT_TYPES, Refused, read_value, write_value
from segops_pipeline.formats.bizzkit.writing import can_be_said

Owned = tuple[str, bool]  # an attribute's code, and whether its value is externally owned
Part = tuple[int, str, str]  # the index (0 of a single value), the field, and the segment's key ("" where it has none)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column; `part` None: the whole attribute (`index` None) or item `index`, for deletions."""

    header: str
    owned: Owned
    part: Part | None
    index: int | None


class ValueColumns:
    """The columns of attribute values of one file: let it see every record, then ask for headers and cells."""

    def __init__(self, world: ExportWorld, notes: ExportNotes, mode: Mode = "merge") -> None:
        self._world, self._notes = world, notes
        self._mode: Mode = mode
        self._lengths: dict[Owned, int] = {}
        self._segments: dict[tuple[str, bool, str], set[str]] = {}
        self._problems: dict[str, str | None] = {}
        self._columns: list[_Column] = []
        self._members: dict[str, set[str]] = {}

    def see(self, record: Record) -> None:
        """Note which columns a record needs."""
        for is_external in (False, True):
            for code, value in record.assigned(external=is_external).items():
                if self._problem(code, record) is None:
                    self._see(code, is_external, value)

    def settle(self) -> list[str]:
        """The headers of all columns that were needed, in the order of codes, PIM-owned values first."""
        self._columns = [column for owned in sorted(self._lengths) for column in self._of(owned)]
        return [column.header for column in self._columns]

    def cells(self, record: Record) -> list[str]:
        """What a record has in the columns."""
        said: dict[tuple[Owned, Part], str] = {}
        lengths: dict[Owned, int] = {}
        for is_external in (False, True):
            for code, value in record.assigned(external=is_external).items():
                if (code, is_external) in self._lengths:
                    self._say(record, (code, is_external), value, said, lengths)
        if self._mode == "merge":
            return [said.get((column.owned, column.part), NULL) if column.part else NULL for column in self._columns]
        return [self._overwriting(column, said, lengths.get(column.owned)) for column in self._columns]

    def _overwriting(self, column: _Column, said: Mapping[tuple[Owned, Part], str], length: int | None) -> str:
        """A cell of an Advanced row; `length` is that of the value, None where the attribute is not assigned."""
        if column.part is None:
            if column.index is None:
                return DELETE if length is None else NULL
            return IGNORE if length is None or column.index < length else DELETE
        if length is None or column.part[0] >= length:
            return IGNORE
        return said.get((column.owned, column.part), NULL)

    def _problem(self, code: str, record: Record) -> str | None:
        if code not in self._problems:
            self._problems[code] = self._world.problem(code)
        problem = self._problems[code]
        if problem is not None:
            self._notes.add("attribute_left_out", code, f"Values of {code} are left out: {problem}.", _place(record))
        return problem

    def _see(self, code: str, is_external: bool, value: Json) -> None:
        definition = self._world.definitions[code]
        items: list[Json] = value if definition.is_multi and isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]
        owned = (code, is_external)
        self._lengths[owned] = max(self._lengths.get(owned, 0), len(items), 1)
        for one in definition.fields:
            if one.is_segmented:
                found = self._segments.setdefault((code, is_external, one.system_name), set())
                for item in items:
                    part = _field_of(item, one, definition)
                    if isinstance(part, dict):
                        found.update(part)  # pyright: ignore[reportUnknownArgumentType]

    def _of(self, owned: Owned) -> Iterator[_Column]:
        code, is_external = owned
        definition = self._world.definitions[code]
        is_overwrite = self._mode == "overwrite"
        if is_overwrite:
            yield _Column(AttributeColumn("", 0, code, is_external).render(), owned, None, None)
        for index in range(self._lengths[owned]):
            place = index if definition.is_multi else None
            if is_overwrite and definition.is_multi:
                yield _Column(AttributeColumn("", 0, code, is_external, index=index).render(), owned, None, index)
            for one in definition.fields:
                for key in self._keys(owned, one):
                    segment = Segment.of_key(key) if key else None
                    column = AttributeColumn(
                        "", 0, code, is_external, one.global_list is not None, place, one.system_name, segment
                    )
                    yield _Column(column.render(), owned, (index, one.system_name, key), place)

    def _keys(self, owned: Owned, field: FieldDefinition) -> list[str]:
        """The segments of a field that have columns: the default one, and all that some record uses."""
        if not field.is_segmented:
            return [""]
        used = self._segments.get((*owned, field.system_name), set())
        known = {key for key in used if self._world.is_registered(key) and (key != DEFAULT or field.has_default)}
        return [*([DEFAULT] if field.has_default else []), *sorted(known - {DEFAULT})]

    def _say(
        self,
        record: Record,
        owned: Owned,
        value: Json,
        said: dict[tuple[Owned, Part], str],
        lengths: dict[Owned, int],
    ) -> None:
        """The texts of one value, by part; in merge mode up to the first item of which nothing can be said."""
        definition = self._world.definitions[owned[0]]
        known = canonical(value, definition)
        items: list[Json] = known if definition.is_multi else [known]
        lengths[owned] = len(items)
        for index, item in enumerate(items):
            parts = list(_parts(item, definition))
            if self._mode == "merge" and not parts:
                message = f"{owned[0]} has a value without anything in it, which merge mode cannot say."
                self._notes.add("empty_value_left_out", owned[0], message, _place(record))
                return
            for field, key, part in parts:
                text = self._text(record, definition, field, key, part)
                if text is not None:
                    said[owned, (index, field.system_name, key)] = text
                elif self._mode == "overwrite":
                    said[owned, (index, field.system_name, key)] = IGNORE
                elif definition.is_multi:
                    return
        if not items:
            message = f"{owned[0]} is assigned without a value, which the format cannot say of several ones."
            self._notes.add("empty_value_left_out", owned[0], message, _place(record))

    def _text(
        self, record: Record, definition: AttributeDefinition, field: FieldDefinition, key: str, value: Json
    ) -> str | None:
        """The text of a part of a value; None: the format cannot say it, which is noted."""
        code = definition.code
        if key and not self._world.is_registered(key):
            message = f"Values of {code} in the segment {key} are left out: it is not registered."
            return self._left_out("segment_left_out", code, message, record)
        if takes_predefined(definition) and not self._is_member(definition, value):
            message = f"Values of {code} are left out that are none of its predefined ones: they would be added there."
            return self._left_out("value_left_out", code, message, record)
        text = self._reference(field, value) if field.global_list else plain_text(value, field.pim_type or "")
        if text is None or (field.pim_type == "PBrand" and value not in self._world.brands):
            what = f"items of {field.global_list}" if field.global_list else f"values of {field.pim_type}"
            message = f"Values of {code} are left out that are no {what}."
            return self._left_out("value_left_out", code, message, record)
        if not can_be_said(text, self._mode):
            return self._left_out("keyword_left_out", code, KEYWORD, record)
        return text

    def _left_out(self, code: str, column: str, message: str, record: Record) -> None:
        self._notes.add(code, column, message, _place(record))

    def _reference(self, field: FieldDefinition, value: Json) -> str | None:
        if not isinstance(value, dict) or value.get("list") != field.global_list:  # pyright: ignore[reportUnknownMemberType]
            return None
        return self._world.names_of(field.global_list or "").names.get(value.get("item", ""))  # pyright: ignore

    def _is_member(self, definition: AttributeDefinition, value: Json) -> bool:
        import json

        if definition.code not in self._members:
            name = definition.fields[0].system_name
            kept = (one.get("values", {}).get(name) for one in definition.predefined)
            self._members[definition.code] = {json.dumps(one, sort_keys=True) for one in kept}
        return json.dumps(value, sort_keys=True) in self._members[definition.code]


def plain_text(value: Json, pim_type: str) -> str | None:
    """A value as the text that is read as it; None: there is none."""
    if pim_type in TEXT_TYPES:
        return value if isinstance(value, str) else None
    try:
        text = write_value(value, pim_type)
        read = read_value(text, pim_type)
    except (Refused, TypeError, ValueError, KeyError, ArithmeticError, AttributeError):
        return None
    return text if read == value and isinstance(read, bool) == isinstance(value, bool) else None


def _place(record: Record) -> str:
    return f"{record.entity} {record.key}"


def _field_of(item: Json, field: FieldDefinition, definition: AttributeDefinition) -> Json:
    if len(definition.fields) == 1:
        return item
    return item.get(field.system_name) if isinstance(item, dict) else None  # pyright: ignore


def _parts(item: Json, definition: AttributeDefinition) -> Iterator[tuple[FieldDefinition, str, Json]]:
    """The parts of an item that have a value: field, segment's key, scalar."""
    for field in definition.fields:
        value = _field_of(item, field, definition)
        if not field.is_segmented:
            if not is_empty(value):
                yield field, "", value
        elif isinstance(value, dict):
            yield from ((field, key, text) for key, text in value.items())  # pyright: ignore
