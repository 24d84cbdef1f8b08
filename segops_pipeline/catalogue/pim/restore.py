"""Make in a workspace what the files of an export need and cannot say themselves (`made`).

What is there stays as it is. What belongs here: reading that part of an archive, and writing what is missing, each with
a revision of cause `edit`. What doesn't: importing the files.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.apply import lock_workspace
from segops_pipeline.catalogue.pim.edit_records import RecordEdit, write_records
from segops_pipeline.catalogue.pim.field_attributes import schema_attributes
from segops_pipeline.catalogue.pim.made import FILE_NAME, FOLDER, restored
from segops_pipeline.catalogue.pim.model import Entity, Record
from segops_pipeline.catalogue.pim.schema_sync import sync_schema
from segops_pipeline.catalogue.pim.store import load_records
from segops_pipeline.errors import BadFile, FileTooLarge, WrongUsage

ENTITIES: tuple[Entity, ...] = ("segment", "global_list", "attribute", "brand")
MOST_BYTES = 512 * 1024 * 1024
BATCH = 5_000
WRITE_PRODUCTS = """
WITH given AS MATERIALIZED (
    SELECT g.sku, g.name, nextval('version_sequence') AS version
    FROM unnest(CAST(:skus AS text[]), CAST(:names AS text[])) g (sku, name)
    WHERE NOT EXISTS (SELECT FROM products p WHERE p.workspace_id = :workspace_id AND p.sku = g.sku)
), kept AS (
    INSERT INTO revisions (workspace_id, job_id, entity, key, action, cause, version_after, actor)
    SELECT :workspace_id, NULL, 'product', g.sku, 'created', 'edit', g.version, :actor FROM given g
), sent AS (
    INSERT INTO outbox (workspace_id, entity, key, version, operation)
    SELECT :workspace_id, 'product', g.sku, g.version, 'upsert' FROM given g
)
INSERT INTO products (workspace_id, sku, name, data, source, is_active, version)
SELECT :workspace_id, g.sku, g.name, '{}', 'manual', true, g.version FROM given g
"""


@dataclass(slots=True)
class Restored:
    """How many records of each kind were made, and how many were there."""

    made: dict[str, int] = field(default_factory=dict[str, int])
    there: dict[str, int] = field(default_factory=dict[str, int])


def read_made(path: Path) -> Any:  # noqa: ANN401 - whatever JSON holds
    """What people make, out of an archive of an export, or the JSON of it by itself.

    Raises:
        WrongUsage: there is no such file.
        BadFile, FileTooLarge: it is no such archive or JSON, or larger than is taken.
    """
    remedy = "Choose the zip that `segops export --format bizzkit` wrote."
    try:
        if not zipfile.is_zipfile(path):
            _check_size(path.stat().st_size, path)
            return json.loads(path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(f"{FOLDER}/{FILE_NAME}")
            _check_size(info.file_size, path)
            return json.loads(archive.read(info))
    except OSError as error:
        raise WrongUsage(f"The file cannot be read: {error.strerror}.", "Check its path.", file=str(path)) from error
    except KeyError:
        raise BadFile(f"The archive has no {FOLDER}/{FILE_NAME}.", remedy, file=str(path)) from None
    except (ValueError, RecursionError, zipfile.BadZipFile) as error:
        raise BadFile(f"The file is no JSON of an export: {error}.", remedy, file=str(path)) from error


def restore(connection: Connection, workspace_id: int, content: Any, actor: str) -> Restored:  # noqa: ANN401
    """Make what is missing of lists, segments, attributes, brands and products, in one transaction.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        content: as `read_made` gives it.
        actor: who does it.

    Raises:
        BadFile: the content does not have the shape of `made`.
    """
    records = restored(content)
    lock_workspace(connection, workspace_id)
    told = Restored()
    fields = schema_attributes(connection, workspace_id)
    for entity in ENTITIES:
        wanted = [one for one in records if one.entity == entity]
        there = {one.key for one in load_records(connection, workspace_id, entity, [one.key for one in wanted])}
        there |= set(fields) if entity == "attribute" else set()
        missing = [one for one in wanted if one.key not in there]
        write_records(connection, workspace_id, [RecordEdit(entity, one.key, one.data) for one in missing], actor)
        if entity == "attribute" and missing:
            sync_schema(connection, workspace_id, [one.key for one in missing])
        _count(told, entity, len(missing), len(wanted))
    products = [one for one in records if one.entity == "product"]
    _count(told, "product", _write_products(connection, workspace_id, products, actor), len(products))
    return told


def _write_products(connection: Connection, workspace_id: int, products: Iterable[Record], actor: str) -> int:
    count = 0
    for part in _batches(products):
        bound = {
            "workspace_id": workspace_id,
            "skus": [one.key for one in part],
            "names": [one.name for one in part],
            "actor": actor,
        }
        count += connection.execute(text(WRITE_PRODUCTS), bound).rowcount
    return count


def _batches(products: Iterable[Record]) -> Iterator[Sequence[Record]]:
    going = iter(products)
    while part := list(islice(going, BATCH)):
        yield part


def _count(told: Restored, entity: str, made: int, wanted: int) -> None:
    if made:
        told.made[entity] = made
    if wanted > made:
        told.there[entity] = wanted - made


def _check_size(size: int, path: Path) -> None:
    if size > MOST_BYTES:
        raise FileTooLarge(
            f"It has {size:,} bytes; at most {MOST_BYTES:,} are read.", "Choose the file of an export.", file=str(path)
        )
