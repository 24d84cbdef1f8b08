"""The cells that a job changes, old and new: of a plan, of a job that is done, and as a file."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from segops_pipeline.catalogue.diff import COLUMNS, ChangedCell, diff_cells, diff_rows, write_diff
from segops_pipeline.errors import WrongUsage
from segops_pipeline.imports.jobs import Job
from segops_pipeline_tests.importing import Importer

FIRST = "sku,name,price,colour\nA,Chair,10,red\nB,Table,20,\n"
SECOND = "sku,name,price,colour\nA,Chair,11,\nB,Table,20,=1+1\nC,Lamp,30,-5\nD,Desk,dear,red\n"
TYPES = {"price": "number"}
EXPECTED = {
    ChangedCell("A", 2, "updated", "price", "10", "11"),
    ChangedCell("A", 2, "updated", "colour", "red", None),
    ChangedCell("B", 3, "updated", "colour", None, "=1+1"),
    ChangedCell("C", 4, "created", "name", None, "Lamp"),
    ChangedCell("C", 4, "created", "price", None, "30"),
    ChangedCell("C", 4, "created", "colour", None, "-5"),
}
REJECTED = ChangedCell("D", 5, "rejected", "price", None, "dear", "“dear” is not a number.")


def cells(imports: Importer, job: Job, *, done: bool) -> list[ChangedCell]:
    """All cells of a job."""
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        return list(diff_cells(connection, job.workspace_id, job.id, done=done))


def test_a_plan_and_its_import_have_the_same_cells(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    job = imports.planned(imports.queue(SECOND, TYPES))
    found = cells(imports, job, done=False)
    assert [cell.line for cell in found] == sorted(cell.line or 0 for cell in found)
    assert {cell for cell in found if cell.outcome != "rejected"} == EXPECTED
    assert [cell for cell in found if cell.outcome == "rejected"] == [REJECTED]
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        sample = diff_rows(connection, job.workspace_id, job.id, 1)
    assert {(cell.outcome, cell.line) for cell in sample} == {("created", 4), ("updated", 2), ("rejected", 5)}
    done = imports.perform(job)
    assert set(cells(imports, done, done=True)) == EXPECTED


def test_a_job_whose_products_were_changed_again_still_has_its_cells(imports: Importer) -> None:
    first = imports.load(FIRST, TYPES)
    imports.load(SECOND, TYPES)
    found = {(cell.sku, cell.field, cell.after) for cell in cells(imports, first, done=True)}
    assert found == {
        ("A", "name", "Chair"), ("A", "price", "10"), ("A", "colour", "red"), ("B", "name", "Table"),
        ("B", "price", "20"),
    }  # fmt: skip


def test_a_file_of_cells_runs_no_formula(imports: Importer, tmp_path: Path) -> None:
    imports.load(FIRST, TYPES)
    job = imports.planned(imports.queue(SECOND, TYPES))
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        number = write_diff(connection, job.workspace_id, job.id, tmp_path / "diff.csv", done=False)
        write_diff(connection, job.workspace_id, job.id, tmp_path / "diff.parquet", done=False)
        with pytest.raises(WrongUsage):
            write_diff(connection, job.workspace_id, job.id, tmp_path / "diff.doc", done=False)
    with (tmp_path / "diff.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == list(COLUMNS)
    assert ["B", "3", "updated", "colour", "", "'=1+1", ""] in rows
    assert ["C", "4", "created", "colour", "", "-5", ""] in rows
    table = pq.read_table(tmp_path / "diff.parquet")
    assert (table.num_rows, len(rows) - 1) == (number, number)
    assert "=1+1" in table.column("after").to_pylist()
