"""A small catalogue in memory, and files of attribute values as text that are done to its products."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from segops_pipeline.catalogue.pim.assign import Assignments
from segops_pipeline.catalogue.pim.fold import FoldOptions, Mode, Row
from segops_pipeline.catalogue.pim.model import MULTI, SINGLE, AttributeDefinition, FieldDefinition, Record
from segops_pipeline.catalogue.pim.values import changeable
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.headers import parse_header
from segops_pipeline.formats.bizzkit.keywords import handling_of
from segops_pipeline_tests.bizzkit.memory import MemoryRecords

HANDLING = "AttributeAssignmentHandling"
NAMES_OF_KEY = ("UniqueName", "Name")  # the seed's examples have both


def attribute(
    code: str, fields: Mapping[str, str] | None = None, *, multi: bool = False, predefined: Iterable[Any] = (),
    configuration: str | None = "Plain",
) -> Record:  # fmt: skip
    """An attribute; a field's type is a PIM type, or `=LIST` for a global list. Without fields: VALUE, translated."""
    told = {"VALUE": "PTranslatedStringD"} if fields is None else fields
    made = tuple(
        FieldDefinition(name, None, type_[1:]) if type_.startswith("=") else FieldDefinition(name, type_)
        for name, type_ in told.items()
    )
    items = tuple(
        {"id": str(number), "values": one if isinstance(one, dict) else {made[0].system_name: one}}
        for number, one in enumerate(predefined, 1)
    )
    definition = AttributeDefinition(
        code, value_type=MULTI if multi else SINGLE, configuration=configuration, fields=made, predefined=items,
        next_item=len(items) + 1,
    )  # fmt: skip
    return Record("attribute", code, definition.as_dict())


def global_list(key: str, pim_type: str, *values: Any, is_unique: bool = True) -> Record:
    """A list of items of these values; the system names are `KEY_1`, `KEY_2` and so on."""
    items = [
        {"id": str(number), "system_name": f"{key}_{number}", "value": value, "attributes": {}, "external": {}}
        for number, value in enumerate(values, 1)
    ]
    data = {"is_unique": is_unique, "pim_type": pim_type, "next_item": len(items) + 1, "items": items}
    return Record("global_list", key, data)


def segments(**codes: str) -> list[Record]:
    """Registered cultures, channels and so on: `culture="da-DK en"`."""
    return [
        Record("segment", f"{dimension}:{code}", {"dimension": dimension, "code": code, "label": code})
        for dimension, told in codes.items() for code in told.split()
    ]  # fmt: skip


class Catalogue:
    """Records, and what files do to its products."""

    def __init__(self, *records: Record | list[Record]) -> None:
        every = (one for given in records for one in (given if isinstance(given, list) else [given]))
        self.records = MemoryRecords(every)
        self.added: Counter[tuple[str, str]] = Counter()

    def product(self, key: str, data: Mapping[str, Any], external: Mapping[str, Any] | None = None) -> "Catalogue":
        """Put a product."""
        self.records.put(Record("product", key, dict(data), {"external": dict(external)} if external else {}))
        return self

    def do(self, text: str, mode: Mode = "merge", *, null_removes: bool = False) -> list[Issue]:
        """Do a file's rows to products; a file whose header is wrong does nothing. All issues are returned."""
        headers, *rows = csv.reader(io.StringIO(text.strip()), delimiter=";")
        special = {name: place for place, name in enumerate(headers) if name in (*NAMES_OF_KEY, HANDLING)}
        columns = [parse_header(header, place) for place, header in enumerate(headers) if header not in special]
        assignments = Assignments(columns, FoldOptions(mode, null_removes=null_removes))
        issues = assignments.check(self.records)
        if any(one.level == "error" for one in issues):
            return issues
        for line, cells in enumerate(rows, 2):
            row = Row(line, cells)
            handling = handling_of(cells[special[HANDLING]]) if HANDLING in special else "Standard"
            known = self.records.get("product", cells[0]) or Record("product", cells[0])
            record = changeable(known)
            issues += assignments.apply(self.records, record, row, handling)
            self.records.put(record)
            self.added += assignments.added
        return issues

    def values(self, key: str) -> dict[str, Any]:
        """The PIM-owned values of a product."""
        return self._product(key).data

    def external(self, key: str) -> dict[str, Any]:
        """The externally owned values of a product."""
        return self._product(key).pim.get("external", {})

    def list_values(self, key: str) -> list[Any]:
        """The values of a list's items."""
        record = self.records.get("global_list", key)
        assert record is not None
        return [item["value"] for item in record.data["items"]]

    def predefined(self, code: str) -> list[Any]:
        """The predefined values of an attribute."""
        definition = self.records.attribute(code)
        assert definition is not None
        return [item["values"] for item in definition.predefined]

    def _product(self, key: str) -> Record:
        record = self.records.get("product", key)
        assert record is not None
        return record


def codes(issues: Iterable[Issue], level: str | None = None) -> list[str]:
    """The codes of issues, of one level if given."""
    return [one.code for one in issues if level in (None, one.level)]
