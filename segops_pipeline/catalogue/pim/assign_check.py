"""Columns of attribute values against the attributes as they are: what each one is of, and all that is wrong with it.

Merge finds out what a short header means ("column header heuristics"); overwrite takes a value only under the full
header, and the short ones for NULL, IGNORE and DELETE. Source: seed 002, "Attribute assignment columns".

What belongs here: headers, before any row. What doesn't: cells (`assign`), the grammar (`formats.bizzkit.headers`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from segops_pipeline.catalogue.pim.fold import Mode
from segops_pipeline.catalogue.pim.model import AttributeDefinition, FieldDefinition
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.errors import Issue, Level
from segops_pipeline.formats.bizzkit.entities import COLUMNS
from segops_pipeline.formats.bizzkit.headers import AttributeColumn, render_segment
from segops_pipeline.formats.bizzkit.segments import DEFAULT, DIMENSIONS, LETTERS, Segment
from segops_pipeline.formats.bizzkit.values import is_type

# Columns that an entity has of its own, but for ordinary words: one that is misspelt is read as an attribute's.
OWN_COLUMNS = tuple(
    dict.fromkeys(
        one.name
        for rules in COLUMNS.values()
        for one in rules
        if not one.is_numbered and sum(letter.isupper() for letter in one.name) > 1
    )
)
LETTER_OF = {name: letter for letter, name in LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Target:
    """What a column is of. `field` None: the whole attribute, or item `column.index` of it (overwrite only).

    `segment` is the key of a registered segment. `is_full`: a value can be set under this header.
    """

    column: AttributeColumn
    definition: AttributeDefinition
    field: FieldDefinition | None
    segment: str | None
    is_full: bool

    @property
    def part(self) -> tuple[int | None, str | None, str | None]:
        """The part of the value: index, field, segment."""
        return self.column.index, self.field.system_name if self.field else None, self.segment


@dataclass(eq=False)
class WrongColumn(Exception):
    """A column cannot be used; the issue tells why."""

    issue: Issue


def resolve(columns: Iterable[AttributeColumn], records: Records, mode: Mode) -> tuple[list[Target], list[Issue]]:
    """What each column is of, and the issues; a column with an error has no target."""
    registry = Registry(records)
    targets: list[Target] = []
    issues: list[Issue] = []
    for column in columns:
        try:
            targets.append(_target(column, records, registry, mode))
        except WrongColumn as wrong:
            issues.append(wrong.issue)
    return targets, issues


def grouped(targets: Iterable[Target]) -> dict[tuple[str, bool], list[Target]]:
    """By attribute and ownership: PIM-owned and externally owned values are two attributes."""
    groups: dict[tuple[str, bool], list[Target]] = defaultdict(list)
    for target in targets:
        groups[target.column.code, target.column.is_external].append(target)
    return groups


class Registry:
    """The cultures, channels, devices and markets of a workspace, found whatever the case."""

    def __init__(self, records: Records) -> None:
        self._codes: dict[tuple[str, str], str] = {}
        for record in records.all_of("segment"):
            dimension, code = record.data["dimension"], record.data["code"]
            self._codes[dimension, code.casefold()] = code

    def registered(self, segment: Segment, header: str) -> Segment:
        """The segment as it is registered.

        Raises:
            WrongColumn: one of its dimensions is not.
        """
        return Segment(**{name: self._code(name, getattr(segment, name), header) for name in DIMENSIONS})

    def _code(self, dimension: str, given: str | None, header: str) -> str | None:
        if given is None:
            return None
        found = self._codes.get((dimension, given.casefold()))
        if found is None:
            there = sorted(code for (of, _), code in self._codes.items() if of == dimension)
            told = f" Registered are {', '.join(there[:10])}{' …' if len(there) > 10 else ''}." if there else ""
            raise wrong(
                "unknown_segment", header, f"The {dimension} “{given}” is not registered.{told}",
                f"Correct the header, or register it: segops pim segments add {dimension} {given}",
            )  # fmt: skip
        return found


def wrong(code: str, header: str, message: str, remedy: str) -> WrongColumn:
    """The error of a column."""
    return WrongColumn(column_issue(code, header, message, remedy))


def column_issue(code: str, header: str, message: str, remedy: str, level: Level = "error") -> Issue:
    """An issue of a column."""
    return Issue(code, message, level, column=header, suggestion=remedy)


def _target(column: AttributeColumn, records: Records, registry: Registry, mode: Mode) -> Target:
    definition = _definition(column, records)
    is_bare = column.field is None and column.segment is None
    _check_index(column, definition, may_lack=mode == "overwrite" and is_bare)
    if mode == "overwrite" and is_bare:
        _check_reference(column, definition.fields)
        return Target(column, definition, None, None, is_full=False)
    field = _field(column, definition)
    _check_type(column, definition, field, records)
    segment = _segment(column, definition, field, registry, mode)
    is_full = mode == "merge" or (column.field is not None and (segment is not None or not field.is_segmented))
    return Target(column, definition, field, segment, is_full)


def _definition(column: AttributeColumn, records: Records) -> AttributeDefinition:
    definition = records.attribute(column.code)
    if definition is None:
        near = _near(column.code, (*(record.key for record in records.all_of("attribute")), *OWN_COLUMNS))
        raise wrong(
            "unknown_attribute", column.header, f"There is no attribute “{column.code}”.",
            f"Did you mean {near}? Else create the attribute first; an import never guesses one." if near else
            "Create and configure the attribute first, or remove the column; an import never guesses one.",
        )  # fmt: skip
    if not definition.fields:
        raise wrong(
            "unconfigured_attribute", column.header, f"The attribute {column.code} has no configuration yet.",
            "Give it one first, by an import of attributes with the columns Type and Configuration.",
        )  # fmt: skip
    return definition


def _near(code: str, codes: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    folded = {one.casefold(): one for one in codes}
    found = get_close_matches(code.casefold(), folded, n=1, cutoff=0.8)
    return folded[found[0]] if found else None


def _check_index(column: AttributeColumn, definition: AttributeDefinition, *, may_lack: bool) -> None:
    if column.index is not None and not definition.is_multi:
        raise wrong(
            "index_on_single_value", column.header, f"{column.code} has one value, so it takes no index.",
            f"Write the header without [{column.index}].",
        )  # fmt: skip
    if column.index is None and definition.is_multi and not may_lack:
        raise wrong(
            "missing_index", column.header, f"{column.code} is multi-valued: its header says which value.",
            f"Write {column.code}[0], {column.code}[1] and so on.",
        )  # fmt: skip


def _field(column: AttributeColumn, definition: AttributeDefinition) -> FieldDefinition:
    names = ", ".join(one.system_name for one in definition.fields)
    if column.field is None:
        if len(definition.fields) > 1:
            start = f"{column.code}{'' if column.index is None else f'[{column.index}]'}/"
            raise wrong(
                "missing_field", column.header, f"{column.code} has several fields: {names}.",
                f"Name the field, as in {start}{definition.fields[0].system_name}.",
            )  # fmt: skip
        return next(iter(definition.fields))
    found = definition.field_named(column.field)
    if found is None:
        raise wrong(
            "unknown_field", column.header, f"{column.code} has no field “{column.field}”; it has {names}.",
            "Name a field by its system name.",
        )  # fmt: skip
    return found


def _check_reference(column: AttributeColumn, fields: Sequence[FieldDefinition]) -> None:
    if column.by_reference and not any(one.global_list for one in fields):
        raise wrong(
            "reference_without_list", column.header,
            f"$ refers to an item of a global list by its system name, and {column.code} has no list here.",
            "Write the header without $.",
        )  # fmt: skip


def _check_type(
    column: AttributeColumn, definition: AttributeDefinition, field: FieldDefinition, records: Records
) -> None:
    _check_reference(column, (field,))
    if field.global_list is None:
        if not is_type(field.pim_type or ""):
            raise wrong(
                "no_pim_type", column.header,
                f"Values of {definition.code} are of the type {field.pim_type}, which this format cannot say.",
                "Import the field from a free table, or remove the column.",
            )  # fmt: skip
        return
    found = records.get("global_list", field.global_list)
    if found is None:
        raise wrong(
            "unknown_list", column.header,
            f"The items of {definition.code} are in the global list {field.global_list}, which does not exist.",
            f"Create the list first: segops pim lists add {field.global_list}",
        )  # fmt: skip
    if not column.by_reference and _is_segmented(found.data.get("pim_type")):
        raise wrong(
            "segmented_list", column.header,
            f"The values of the global list {field.global_list} differ by segment, so no single one finds an item.",
            "Refer to its items by their system names: write $ before the header.",
        )  # fmt: skip


def _is_segmented(pim_type: str | None) -> bool:
    return FieldDefinition("", pim_type).is_segmented


def _segment(
    column: AttributeColumn, definition: AttributeDefinition, field: FieldDefinition, registry: Registry, mode: Mode
) -> str | None:
    """The segment's key; None: the field has none, or overwrite means all of them (`CODE/FIELD`)."""
    if not field.is_segmented:
        if column.segment is not None:
            raise wrong(
                "segment_on_plain_field", column.header,
                f"{definition.code} has one value of {field.system_name} ({field.global_list or field.pim_type}) for"
                " all cultures, channels, devices and markets.",
                f"Write the header without {render_segment(column.segment)}.",
            )  # fmt: skip
        return None
    if column.segment is None:
        if mode == "overwrite":
            return None
        if field.has_default:
            return DEFAULT
        raise wrong(
            "missing_segment", column.header,
            f"{definition.code} has a value of {field.system_name} for each segment, and no default one.",
            f"Say which: {column.header.strip()}:T and a culture, for one.",
        )  # fmt: skip
    if column.segment.is_default and not field.has_default:
        raise wrong(
            "no_default_segment", column.header,
            f"{field.system_name} of {definition.code} is a {field.pim_type}, which has no default value.",
            "Write a culture, channel, device or market in place of Default.",
        )  # fmt: skip
    return registry.registered(column.segment, column.header).key
