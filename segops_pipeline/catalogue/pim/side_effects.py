"""What a plan does that its fields do not tell, in words: items that go, items that lists gain, other products."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.pim.fold import FileEntity
from segops_pipeline.catalogue.pim.model import Entity
from segops_pipeline.catalogue.pim.row_outcomes import RECORD_OF_FILE
from segops_pipeline.catalogue.pim.store import Entry, StoredRecords

LISTS: tuple[tuple[Entity, FileEntity, str, str, str], ...] = (
    ("global_list", "global_list_item", "items", "item", "the list"),
    ("attribute", "predefined_value", "predefined", "predefined value", "the attribute"),
)
MOST_TOLD = 5
# records that are planned and that no row is about
OTHERS = """
SELECT t.entity, count(*) AS number FROM staging.plan_rows t
WHERE t.job_id = :job_id AND t.pim IS NOT NULL AND t.entity = ANY(:entities) AND NOT EXISTS (
    SELECT FROM staging.row_outcomes r WHERE r.job_id = :job_id AND r.key = t.key AND r.entity = ANY(:files))
GROUP BY 1 ORDER BY 1
"""
NOUNS = {"product": ("product", "products"), "category": ("category", "categories"), "brand": ("brand", "brands")}


def side_effects(
    connection: Connection, records: StoredRecords, files: Sequence[FileEntity], removed: int
) -> list[str]:
    """What a plan does that its fields do not tell, one sentence each.

    Args:
        connection: the session of the plan.
        records: as the plan has left them; lists and attributes that it has seen are in sight.
        files: the entities of the job's files.
        removed: how many rows remove what they are about.
    """
    told = [f"{_several(removed, 'row')} will remove what {'it is' if removed == 1 else 'they are'} about."] * (
        removed > 0
    )
    for entity, file, items, noun, where in LISTS:
        if file not in files:
            added = _added(records, entity, items)
            told += [f"{_several(number, noun)} will be added to {where} '{key}'." for key, number in added[:MOST_TOLD]]
            if len(added) > MOST_TOLD:
                rest = sum(number for _, number in added[MOST_TOLD:])
                told.append(f"{_several(rest, noun)} will be added to others.")
    entities = [RECORD_OF_FILE[file] for file in files if file != "bundle_item" and RECORD_OF_FILE[file] in NOUNS]
    bound = {"job_id": records.job_id, "entities": entities, "files": list(files)}
    for row in connection.execute(text(OTHERS), bound):
        one, several = NOUNS[row.entity]
        noun, why = (one, "a row refers to it") if row.number == 1 else (several, "rows refer to them")
        told.append(f"{row.number:,} other {noun} will change too: {why}.")
    return told


def _added(records: StoredRecords, entity: Entity, items: str) -> list[tuple[str, int]]:
    """The records of an entity that gain items, and how many, the most first."""
    found = [
        (key, number)
        for (kind, key), entry in records.entries.items()
        if kind == entity and (number := _new_items(entry, items))
    ]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _new_items(entry: Entry, items: str) -> int:
    if entry.now is None or entry.now is entry.base:
        return 0
    before = () if entry.base is None else entry.base.data.get(items, ())
    return len({one["id"] for one in entry.now.data.get(items, ())} - {one["id"] for one in before})


def _several(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
