"""The folds of products and of what they refer to, on stored records as on records in memory."""

import random
from collections.abc import Sequence

import pytest

from segops_pipeline.catalogue.pim import plan_records as planning
from segops_pipeline.catalogue.pim.fold import FileEntity, FoldOptions, Row
from segops_pipeline.catalogue.pim.folds import make_fold
from segops_pipeline.catalogue.pim.plan_records import RecordsFile, RecordsOrder, plan_records
from segops_pipeline.formats.bizzkit.files import recognise
from segops_pipeline_tests.bizzkit.files import Done, do
from segops_pipeline_tests.pim.folded import Folded

PRODUCTS = [f"P{number}" for number in range(12)]
CATEGORIES = [f"C{number}" for number in range(5)]
TREE = ["UniqueName;Name;PrimaryPlacementCategory;LinkedCategory_1", *(f"{one};{one};;NULL" for one in CATEGORIES)]


def rows_at_random(seed: int) -> list[str]:
    """Rows that place, free, order and sort products, many of which fail."""
    chance = random.Random(seed)
    header = (
        "UniqueName;VariantOfMaster;PlaceVariantOfMasterBefore;PrimaryPlacementCategory;AdditionalCategoryPlacement_1"
    )
    cells = [*PRODUCTS, "", "NULL", "NULL", "NULL"]
    placements = [*CATEGORIES, "", "NULL"]
    rows = [
        ";".join(
            [chance.choice(PRODUCTS), chance.choice(cells), chance.choice(cells)]
            + [chance.choice(placements) for _ in range(2)]
        )
        for _ in range(150)
    ]
    return [header, *rows]


def load(folded: Folded, entity: FileEntity, lines: Sequence[str], options: FoldOptions) -> None:
    headers, *rows = [line.split(";") for line in lines]
    recognised = recognise("file.csv", headers, entity)
    fold = make_fold(entity, recognised, options)
    made = [Row(line, row) for line, row in enumerate(rows, 2)]
    job = folded.job()
    with folded.imports.stores.database.system_session() as connection:
        order = RecordsOrder(job.workspace_id, job.id, job.source_id, "c", "f")
        file = RecordsFile(
            entity, fold, headers, lambda: (made[at : at + 10] for at in range(0, len(made), 10)), options.order
        )
        plan = plan_records(connection, order, [file], lambda _: None)
    folded.apply(job, plan)


@pytest.mark.parametrize("order", ["file", "any"])
def test_variants_and_placements_are_stored_as_they_are_folded_in_memory(
    folded: Folded, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr(planning, "MOST_IN_SIGHT", 4)
    options = FoldOptions(order=order)  # pyright: ignore[reportArgumentType]
    first, second = rows_at_random(1), rows_at_random(2)
    expected: Done = do("\n".join(TREE))
    load(folded, "product_hierarchy", TREE, FoldOptions())
    for lines in (first, second):
        expected = do("\n".join(lines), expected.records, order=order)
        load(folded, "product", lines, options)

    products = {one.key: (one.data, one.pim) for one in expected.records.all_of("product")}
    assert products
    assert folded.products() == products
