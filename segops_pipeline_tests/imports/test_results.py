"""What became of each row: one line for every row of the file, as many of each outcome as the job has counted."""

import time
from pathlib import Path
from typing import Any

import pytest

from segops_pipeline.catalogue.staging import clear_staging
from segops_pipeline.errors import WrongState, WrongUsage
from segops_pipeline.imports.correct import Correction, open_correction
from segops_pipeline.imports.failure import sweep
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.rejected_file import write_rejected
from segops_pipeline.imports.results import OUTCOMES, read_results
from segops_pipeline.imports.run import commit_plan
from segops_pipeline.imports.undo import open_undo
from segops_pipeline_tests.importing import Importer

FILE = 'sku,name,weight\nA,Chair,2\n"B,""x\ny",Table,3\n,Nothing,1\nC,Desk,x\nC,Desk,4\n'
TYPES = {"weight": "number"}


@pytest.fixture
def kept(imports: Importer) -> Any:
    """Imports a file, which keeps the results of its rows."""
    return lambda content, **given: imports.load(content, TYPES, **given)


def committed(imports: Importer) -> Job:
    """A job whose run was killed when all was committed and nothing tidied up."""
    job = imports.planned(imports.queue(FILE, TYPES))
    commit_plan(imports.stores, job, time.monotonic())
    return imports.job(job)


def told(imports: Importer, job: Job, **given: Any) -> list[tuple[Any, ...]]:
    return [
        (row["line"], row["key"], row["outcome"], row["reason"]) for row in read_results(imports.stores, job, **given)
    ]


def add_up(imports: Importer, job: Job) -> bool:
    """Whether there are as many rows of each outcome as the job has counted."""
    numbers = {name: len(read_results(imports.stores, job, limit=1000, outcome=one)) for one, name in OUTCOMES.items()}
    return numbers == {name: number for name, number in job.counts.items() if name != "rows"}


def test_every_row_of_a_file_has_its_result(imports: Importer, kept: Any) -> None:
    job = kept(FILE)
    assert told(imports, job) == [
        (2, "A", "created", None),
        (3, 'B,"x\ny', "created", None),
        (5, None, "rejected", "empty_key"),
        (6, "C", "rejected", "not_a_number"),
        (7, "C", "created", None),
    ]
    versions = [row["version"] for row in read_results(imports.stores, job, outcome="created")]
    assert versions == [row["version"] for row in imports.rows('SELECT version FROM products ORDER BY sku COLLATE "C"')]
    assert add_up(imports, job)


def test_rows_that_were_known_and_rows_that_were_folded_have_theirs(imports: Importer, kept: Any) -> None:
    kept(FILE)
    job = kept(FILE.replace("Table", "Bench") + "D,Lamp,1\nD,Lamp,2\n")
    assert told(imports, job) == [
        (2, "A", "unchanged", None),
        (3, 'B,"x\ny', "updated", None),
        (5, None, "rejected", "empty_key"),
        (6, "C", "rejected", "not_a_number"),
        (7, "C", "unchanged", None),
        (8, "D", "skipped", "repeated_key: folded into line 9"),
        (9, "D", "created", None),
    ]
    assert add_up(imports, job)


def test_a_file_of_which_every_row_is_known_is_unchanged(imports: Importer, kept: Any) -> None:
    content = "sku,name,weight\n" + "".join(f"K{n},N,1\n" for n in range(60))
    kept(content)
    job = kept(content)
    assert told(imports, job, offset=58) == [(60, "K58", "unchanged", None), (61, "K59", "unchanged", None)]
    assert add_up(imports, job)


def test_corrected_rows_take_the_place_of_those_that_were_rejected(
    imports: Importer, kept: Any, tmp_path: Path
) -> None:
    job = kept(FILE)
    file = tmp_path / "rejected.csv"
    write_rejected(imports.stores, job, file)
    file.write_text(file.read_text().replace(",Nothing,1", "E,Nothing,1"))
    corrected = imports.run(open_correction(imports.stores, job.id, Correction(file, file.name)))
    assert told(imports, corrected)[1:4] == [
        (3, 'B,"x\ny', "created", None),
        (5, "E", "created", None),
        (6, "C", "rejected", "not_a_number"),
    ]
    assert add_up(imports, corrected)


def test_an_undo_tells_what_became_of_each_record(imports: Importer, kept: Any) -> None:
    job = kept(FILE)
    imports.load("sku,name\nA,Stool\n", source="other")
    undo = imports.run(open_undo(imports.stores, job.id, created_by="ann"))
    assert told(imports, undo) == [
        (None, "A", "conflict", "kept_changed_since"),
        (None, 'B,"x\ny', "updated", "removed"),
        (None, "C", "updated", "removed"),
    ]
    assert told(imports, undo, outcome="conflict") == [(None, "A", "conflict", "kept_changed_since")]
    assert told(imports, undo, offset=2) == [(None, "C", "updated", "removed")]


def test_results_are_paged_and_chosen_by_outcome(imports: Importer, kept: Any) -> None:
    job = kept(FILE)
    assert told(imports, job, offset=1, limit=1, outcome="created") == [(3, 'B,"x\ny', "created", None)]
    assert told(imports, job, offset=3, limit=9, outcome="created") == []
    with pytest.raises(WrongUsage, match="no outcome"):
        read_results(imports.stores, job, outcome="lost")


def test_the_sweep_keeps_the_results_of_a_job_that_was_killed_before_it_could(imports: Importer) -> None:
    job = committed(imports)
    assert job.results_uri is None
    sweep(imports.stores)
    job = imports.job(job)
    assert job.rows_uri is None
    assert add_up(imports, job)


def test_results_that_would_not_agree_with_the_counts_are_not_kept(imports: Importer) -> None:
    job = committed(imports)
    with imports.stores.database.system_session() as connection:
        clear_staging(connection, job.id)  # as a crash of PostgreSQL does it
    sweep(imports.stores)
    job = imports.job(job)
    assert (job.rows_uri, job.results_uri) == (None, None)
    with pytest.raises(WrongState, match="no results"):
        read_results(imports.stores, job)
