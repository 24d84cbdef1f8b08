"""A state, a file, and the state after: files in the tests' text, done to records in memory as a job does them."""

import csv
import io
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

from segops_pipeline.catalogue.pim.fold import FileEntity, Fold, FoldOptions, Mode, Row, RowResult
from segops_pipeline.catalogue.pim.folds import make_fold
from segops_pipeline.catalogue.pim.model import FIELDS_OF_CONFIGURATION, Entity, Record, copied
from segops_pipeline.catalogue.pim.ordering import sorted_rows
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.files import recognise
from segops_pipeline_tests.bizzkit.memory import MemoryRecords


@dataclass
class Done:
    """What became of a file: the records after it, each row's result in the order of the file, the header's issues."""

    records: MemoryRecords
    header: list[Issue]
    results: list[RowResult] = field(default_factory=list[RowResult])

    @property
    def outcomes(self) -> list[str]:
        return [one.did for one in self.results]

    @property
    def issues(self) -> list[Issue]:
        return [*self.header, *(issue for one in self.results for issue in one.issues)]

    @property
    def errors(self) -> list[Issue]:
        return [one for one in self.issues if one.level == "error"]

    @property
    def codes(self) -> list[str]:
        """The codes of all errors, as they came."""
        return [one.code for one in self.errors]

    def product(self, key: str) -> Record:
        return self.record("product", key)

    def record(self, entity: Entity, key: str) -> Record:
        found = self.records.get(entity, key)
        assert found is not None, f"there is no {entity} {key}; errors: {self.errors}"
        return found

    def data(self, entity: Entity, key: str) -> dict[str, Any]:
        return self.record(entity, key).data


def state(*records: Record) -> MemoryRecords:
    return MemoryRecords(records)


def product(key: str, pim: dict[str, Any] | None = None, **data: Any) -> Record:
    return Record("product", key, data, pim or {}, name=key)


def category(key: str, **data: Any) -> Record:
    return Record("category", key, {"names": {}, **data})


def brand(key: str, **data: Any) -> Record:
    return Record("brand", key, {"names": {"default": key}, **data})


def segments(**codes: str) -> list[Record]:
    """Registered ones: `segments(culture="da-DK en-US", market="DENMARK")`."""
    return [
        Record("segment", f"{dimension}:{code}", {"dimension": dimension, "code": code, "label": code})
        for dimension, several in codes.items()
        for code in several.split()
    ]


def attribute(
    code: str, *types: str, configuration: str = "Plain", value_type: str = "SingleValued", **data: Any
) -> Record:
    """A configured one; `types` replace the fields' default types, `list:L` is a reference to the items of a list."""
    fields: list[dict[str, Any]] = []
    for place, (name, default) in enumerate(FIELDS_OF_CONFIGURATION[configuration]):
        told = types[place] if place < len(types) else default
        is_list = told.startswith("list:")
        fields.append({
            "system_name": name, "pim_type": None if is_list else told,
            "global_list": told.removeprefix("list:") if is_list else None, "names": {},
        })  # fmt: skip
    return Record("attribute", code, {
        "names": {"default": code}, "descriptions": {}, "value_type": value_type, "configuration": configuration,
        "fields": fields, "is_confidential": False, "group": None, "predefined": [], "next_item": 1, **data,
    })  # fmt: skip


def global_list(key: str, *values: Any, is_unique: bool = True, pim_type: str = "PString") -> Record:
    """A list; its items are given by their values, or as they are."""
    items = [
        {"id": str(number), "system_name": f"{key}_{number}", "value": None, "attributes": {}, "external": {},
         **(value if isinstance(value, dict) else {"value": value})}
        for number, value in enumerate(values, 1)
    ]  # fmt: skip
    data = {"is_unique": is_unique, "pim_type": pim_type, "next_item": len(items) + 1, "items": items}
    return Record("global_list", key, data)


def do(
    text: str, records: MemoryRecords | None = None, mode: Mode = "merge", *,
    entity: FileEntity | None = None, file_name: str = "file.csv", **options: Any,
) -> Done:  # fmt: skip
    """Import a file: what is wrong with its header stops it; rows that can never be right, or fail, are rejected.

    The records before stay as they are; those after are in the result.
    """
    after = MemoryRecords() if records is None else MemoryRecords(copied(one) for one in records.records.values())
    rows = [Row(line, tuple(cells)) for line, cells in _lines(text)]
    headers = [cell or "" for cell in rows.pop(0).cells]
    recognised = recognise(file_name, headers, entity)
    done = Done(after, list(recognised.issues))
    if recognised.entity is None:
        return done
    chosen = FoldOptions(mode, **options)
    fold = make_fold(recognised.entity, recognised, chosen)
    done.header += fold.check(after)
    if done.errors:
        return done
    rows = [Row(row.line, (*row.cells, *(None,) * (len(headers) - len(row.cells)))) for row in rows]
    results = _rows(fold, after, rows, chosen)
    done.results = [results[place] for place in range(len(rows))]
    return done


def _rows(fold: Fold, records: MemoryRecords, rows: list[Row], options: FoldOptions) -> dict[int, RowResult]:
    results: dict[int, RowResult] = {}
    order = list(range(len(rows)))
    if options.order == "any":
        sorted_ = sorted_rows(fold.references(row) for row in rows)
        order = sorted_.order
        for circle in sorted_.circles:
            for place in circle.positions:
                results[place] = RowResult(circle.path[0], "rejected", [circle.issue(rows[place].line)])
    fold.fetch(records, rows)
    for place in order:
        issues = fold.check_row(rows[place])
        if any(one.level == "error" for one in issues):
            results[place] = RowResult(fold.references(rows[place])[0], "rejected", issues)
        else:
            found = fold.row(records, rows[place])
            results[place] = RowResult(found.identity, found.did, [*issues, *found.issues])
    return results


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """The lines of a text with the numbers that they have in the file; lines without anything are none."""
    reader = csv.reader(io.StringIO(dedent(text).strip("\n")), delimiter=";")
    lines: list[tuple[int, list[str]]] = []
    start = 1
    for cells in reader:
        if cells:
            lines.append((start, cells))
        start = reader.line_num + 1
    return lines
