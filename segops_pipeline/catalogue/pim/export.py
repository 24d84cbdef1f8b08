"""Export a workspace in the Bizzkit format: a file of one kind of records, or all of them in a zip.

Importing the files again changes nothing; in a workspace that has nothing, after `restore`, it makes the same. What
belongs here: the act. What doesn't: columns and rows (the other `export_` files), what people make (`made`).
"""

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, get_args

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.export import whole_file
from segops_pipeline.catalogue.filters import Conditions, ListingFilter, conditions
from segops_pipeline.catalogue.pim.export_notes import ExportNotes
from segops_pipeline.catalogue.pim.export_products import KeptProducts, ProductFiles
from segops_pipeline.catalogue.pim.export_records import ExportFile, RecordFiles
from segops_pipeline.catalogue.pim.export_world import ExportWorld
from segops_pipeline.catalogue.pim.field_attributes import schema_attributes
from segops_pipeline.catalogue.pim.fold import FILE_ENTITIES, FileEntity, Mode
from segops_pipeline.catalogue.pim.made import FILE_NAME, FOLDER, made_by_people
from segops_pipeline.catalogue.pim.master_order import MasterTrees
from segops_pipeline.catalogue.pim.model import Record
from segops_pipeline.catalogue.pim.plain import load_lookup
from segops_pipeline.catalogue.pim.store import StoredRecords, load_records
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import Issue, WrongState, WrongUsage
from segops_pipeline.formats.bizzkit.entities import SHOWN
from segops_pipeline.formats.bizzkit.writing import FILE_NAMES, write_file
from segops_pipeline.stores.files import scratch_folder

BATCH = 2_000
Word = TypeVar("Word", bound=str)
MODES: tuple[Mode, ...] = get_args(Mode)
ROOTS = """
SELECT p.sku FROM products p WHERE {where} AND NOT jsonb_exists(p.pim, 'master')
ORDER BY {place} {direction} NULLS LAST, p.sku
"""
VARIANTS = "SELECT p.sku FROM products p WHERE {where} AND jsonb_exists(p.pim, 'master')"
INACTIVE = "SELECT p.sku FROM products p WHERE {where} AND NOT p.is_active ORDER BY p.sku"
TREES = """
SELECT sku, pim ->> 'master' AS master, pim -> 'variants' AS variants FROM products
WHERE workspace_id = :workspace_id AND pim <> '{}' AND jsonb_exists_any(pim, ARRAY['master', 'variants'])
"""


@dataclass(frozen=True, slots=True)
class BizzkitExport:
    """What is exported: with an entity one file of it, else all in a zip; `wanted` says which products.

    `mode` is that in which the file of products is to be imported; overwrite takes products alone.
    """

    entity: FileEntity | None = None
    mode: Mode = "merge"
    wanted: ListingFilter = field(default_factory=ListingFilter)

    @classmethod
    def given(cls, entity: str | None, mode: str, wanted: ListingFilter) -> "BizzkitExport":
        """What a person asks for, where it is possible; overwrite without an entity is of products.

        Raises:
            WrongUsage: there is no such entity or mode, or the entity has no overwrite mode.
        """
        known_entity = _known(entity, FILE_ENTITIES)
        if known_entity != entity:
            known = ", ".join(FILE_ENTITIES)
            raise WrongUsage(f"There is no kind of records '{str(entity)[:40]}'.", f"Choose one of: {known}.")
        known_mode = _known(mode, MODES)
        if known_mode is None:
            raise WrongUsage(f"There is no mode '{mode[:40]}'.", f"Choose one of: {', '.join(MODES)}.")
        if known_mode == "overwrite" and known_entity not in (None, "product"):
            told = SHOWN[known_entity]
            raise WrongUsage(f"Overwrite mode takes products only, not {told}.", "Export them in the mode merge.")
        return cls("product" if known_mode == "overwrite" else known_entity, known_mode, wanted)

    @property
    def suffix(self) -> str:
        """How the file's name ends."""
        return ".zip" if self.entity is None else ".csv"


@dataclass(frozen=True, slots=True)
class BizzkitExported:
    """How many rows of each kind there are, and what cannot be said in the format."""

    counts: dict[FileEntity, int]
    notes: list[Issue]


def export_bizzkit(connection: Connection, workspace_id: int, target: Path, order: BizzkitExport) -> BizzkitExported:
    """Write a workspace, or a part of it, as files of the Bizzkit format; the file is there whole or not at all.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        target: the CSV file of an entity, else the zip.
        order: what to write.

    Raises:
        WrongUsage: there is no such field.
        WrongState: there is no record of the entity.
    """
    records = StoredRecords(connection, workspace_id)
    world = ExportWorld.of(records, schema_attributes(connection, workspace_id))
    notes = ExportNotes()
    with scratch_folder() as folder:
        kept = KeptProducts(folder / "products.jsonl")
        if order.entity in (None, "product", "bundle_item"):
            lookup = load_lookup(connection, workspace_id)
            found = conditions(workspace_id, order.wanted, load_fields(connection), lookup)
            kept.keep(_products(connection, workspace_id, found))
            if order.wanted.is_active is not True:
                _note_inactive(connection, found, notes)
        files = files_of(world, notes, kept, order.mode)
        with whole_file(target) as path:
            if order.entity is not None:
                counts = _write_one(path, order.entity, files)
            else:
                counts = _write_all(path, folder, world, kept, files)
    return BizzkitExported(counts, notes.issues())


def _known(word: str | None, known: Sequence[Word]) -> Word | None:
    """The word, where it is one of those known."""
    places = {str(one): one for one in known}
    return places.get(word or "")


def files_of(
    world: ExportWorld, notes: ExportNotes, kept: KeptProducts, mode: Mode
) -> dict[FileEntity, Callable[[], ExportFile | None]]:
    """What makes the file of each entity, in the order in which they depend on each other."""
    records, products = RecordFiles(world, notes), ProductFiles(world, notes, kept)
    return {
        "attribute": records.attributes,
        "global_list_item": records.list_items,
        "predefined_value": records.predefined_values,
        "brand": records.brands,
        "product_hierarchy": records.hierarchies,
        "product": lambda: products.products(mode),
        "bundle_item": products.bundle_items,
    }


def _write_one(
    path: Path, entity: FileEntity, files: dict[FileEntity, Callable[[], ExportFile | None]]
) -> dict[FileEntity, int]:
    made = files[entity]()
    if made is None:
        raise WrongState(f"There are no {SHOWN[entity]} to export.", "Export another kind of records, or all of them.")
    return {entity: write_file(path, made.headers, made.rows)}


def _write_all(
    path: Path,
    folder: Path,
    world: ExportWorld,
    kept: KeptProducts,
    files: dict[FileEntity, Callable[[], ExportFile | None]],
) -> dict[FileEntity, int]:
    counts: dict[FileEntity, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entity, make in files.items():
            made = make()
            if made is not None:
                part = folder / FILE_NAMES[entity]
                counts[entity] = write_file(part, made.headers, made.rows)
                archive.write(part, part.name)
                part.unlink()
        names = {one.key: one.name for one in kept if one.name != one.key} if kept.named else {}
        content = json.dumps(made_by_people(world, names), indent=1, ensure_ascii=False)
        archive.writestr(f"{FOLDER}/{FILE_NAME}", content)
    return counts


def _products(connection: Connection, workspace_id: int, found: Conditions) -> Iterator[Record]:
    """The products that somebody wants to see, in tree order, some at a time."""
    masters: dict[str, str] = {}
    orders: dict[str, list[str]] = {}
    for row in connection.execute(text(TREES), {"workspace_id": workspace_id}):
        if row.master is not None:
            masters[row.sku] = row.master
        if row.variants:
            orders[row.sku] = row.variants
    variants = set(connection.execute(text(VARIANTS.format(**found.words)), found.bound).scalars()) if masters else ()
    roots = _keys(connection, ROOTS.format(**found.words), found.bound)
    ordered = MasterTrees(masters, orders).order(roots, variants)
    while keys := list(islice(ordered, BATCH)):
        there = {one.key: one for one in load_records(connection, workspace_id, "product", keys)}
        yield from (there[key] for key in keys if key in there)


def _note_inactive(connection: Connection, found: Conditions, notes: ExportNotes) -> None:
    for sku in _keys(connection, INACTIVE.format(**found.words), found.bound):
        message = "The format cannot say that a product is inactive: where it is new, it will be active."
        notes.add("inactive_not_said", "", message, f"product {sku}")


def _keys(connection: Connection, statement: str, bound: dict[str, Any]) -> list[str]:
    return list(connection.execute(text(statement), bound).scalars())
