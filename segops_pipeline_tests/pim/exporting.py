"""Exports of records in memory: written as real files, and folded back row by row."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from segops_pipeline.catalogue.pim.export import files_of
from segops_pipeline.catalogue.pim.export_notes import ExportNotes
from segops_pipeline.catalogue.pim.export_products import KeptProducts
from segops_pipeline.catalogue.pim.export_world import ExportWorld
from segops_pipeline.catalogue.pim.fold import FileEntity, FoldOptions, Mode, Row
from segops_pipeline.catalogue.pim.folds import make_fold
from segops_pipeline.catalogue.pim.made import made_by_people, restored
from segops_pipeline.catalogue.pim.master_order import MasterTrees
from segops_pipeline.catalogue.pim.model import Record, copied
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.files import recognise
from segops_pipeline.formats.bizzkit.writing import FILE_NAMES, write_file
from segops_pipeline_tests.bizzkit.memory import MemoryRecords


@dataclass
class Written:
    """Files by entity, what people make as JSON, and the notes."""

    files: dict[FileEntity, Path]
    made: str
    notes: list[Issue]


def written(records: MemoryRecords, folder: Path, mode: Mode = "merge") -> Written:
    folder.mkdir(parents=True, exist_ok=True)
    world, notes, kept = ExportWorld.of(records, {}), ExportNotes(), KeptProducts(folder / "products.jsonl")
    kept.keep(in_tree_order(records))
    files: dict[FileEntity, Path] = {}
    for entity, make in files_of(world, notes, kept, mode).items():
        made = make()
        if made is not None and (mode == "merge" or entity == "product"):
            files[entity] = folder / FILE_NAMES[entity]
            write_file(files[entity], made.headers, made.rows)
    names = {one.key: one.name for one in kept if one.name != one.key}
    return Written(files, json.dumps(made_by_people(world, names)), notes.issues())


def in_tree_order(records: MemoryRecords) -> list[Record]:
    products = {one.key: one for one in records.all_of("product")}
    masters = {key: one.pim["master"] for key, one in products.items() if "master" in one.pim}
    orders = {key: one.pim["variants"] for key, one in products.items() if "variants" in one.pim}
    roots = [key for key in products if key not in masters]
    return [products[key] for key in MasterTrees(masters, orders).order(roots, masters)]


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def folded(files: Written, records: MemoryRecords, mode: Mode = "merge") -> list[str]:
    """Fold all files into records; what each row did. A file must be known for what it is, and no row rejected."""
    did: list[str] = []
    for entity, path in files.files.items():
        headers, *rows = table(path)
        recognised = recognise(path.name, headers)
        assert recognised.leaves_no_doubt, (entity, headers, recognised.issues)
        assert recognised.entity == entity
        fold = make_fold(entity, recognised, FoldOptions(mode))
        assert not [issue for issue in fold.check(records) if issue.level == "error"]
        for line, cells in enumerate(rows, start=2):
            row = Row(line, cells)
            assert not fold.check_row(row), (headers, cells, fold.check_row(row))
            result = fold.row(records, row)
            assert result.did != "rejected", (headers, cells, result.issues)
            did.append(result.did)
    return did


def rebuilt(files: Written, mode: Mode = "merge") -> MemoryRecords:
    """The records that the files make of nothing."""
    records = MemoryRecords(restored(json.loads(files.made)))
    folded(files, records, mode)
    return records


def copy_of(records: MemoryRecords) -> MemoryRecords:
    return MemoryRecords(copied(one) for one in records.records.values())


def contents(records: MemoryRecords) -> dict[str, object]:
    return {f"{one.entity} {one.key}": (one.name, one.data, one.pim) for one in records.records.values()}


def exchanged(records: MemoryRecords) -> MemoryRecords:
    """The same, each product with the values and placements of the next."""
    products = [copied(one) for one in records.all_of("product")]
    for one, other in zip(products, [*products[1:], *products[:1]], strict=True):
        record = records.records["product", one.key]
        record.data = other.data
        for name in ("external", "primary", "additional"):
            record.pim.pop(name, None)
            if name in other.pim:
                record.pim[name] = other.pim[name]
    return records
