"""Corrected rows go into the job that rejected them, and continue it; its counts still add up."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from segops_pipeline.errors import BadFile, RunInterrupted, WrongState
from segops_pipeline.imports.correct import Correction, open_correction
from segops_pipeline.imports.failure import record_failure, retry, sweep
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.reconcile import unreconciled_jobs
from segops_pipeline.imports.rejected_file import write_rejected
from segops_pipeline.imports.rejected_form import LINE, REASONS
from segops_pipeline.imports.undo import open_undo
from segops_pipeline_tests.importing import Importer, counts

TYPES = {"weight": "number"}
FILE = "sku,name,weight\nA,Chair,2\nB,Desk,heavy\nC,Lamp,x\n,Stool,1\n"


@pytest.fixture
def job(imports: Importer) -> Job:
    """A job of four rows, of which one went in."""
    return imports.load(FILE, TYPES)


def written(imports: Importer, job: Job, name: str = "rejected.csv") -> Path:
    target = imports.folder / name
    write_rejected(imports.stores, job, target)
    return target


def changed(path: Path, *changes: tuple[str, str], without: str = "no such text") -> Path:
    """The file with texts replaced, and without the lines that have a text."""
    content = path.read_text()
    for before, after in changes:
        assert before in content
        content = content.replace(before, after)
    path.write_text("".join(line for line in content.splitlines(keepends=True) if without not in line))
    return path


def corrected(imports: Importer, job: Job, path: Path) -> Job:
    return open_correction(imports.stores, job.id, Correction(path, path.name))


def test_corrected_rows_are_imported_and_counted_in_their_job(imports: Importer, job: Job) -> None:
    path = changed(written(imports, job), ("B,Desk,heavy", "B,Desk,30"), ("C,Lamp,x", "C,Lamp,4"), without="Stool")
    pending = corrected(imports, job, path)
    assert (pending.status, pending.attempt) == ("pending", job.attempt + 1)
    done = imports.run(pending)
    assert done.status == "done"
    assert counts(done) == {"rows": 4, "created": 3, "rejected": 1}
    assert imports.products() == {
        "A": ("Chair", {"weight": 2}),
        "B": ("Desk", {"weight": 30}),
        "C": ("Lamp", {"weight": 4}),
    }
    assert imports.codes(done) == [("empty_key", 5)]
    assert unreconciled_jobs(imports.stores) == []
    assert done.correction is None
    assert done.rows_uri is None


def test_rows_that_are_still_bad_stay_rejected_with_their_new_reasons(imports: Importer, job: Job) -> None:
    path = changed(written(imports, job), ("B,Desk,heavy", "B,Desk,light"), ("C,Lamp,x", "C,Lamp,4"))
    done = imports.run(corrected(imports, job, path))
    assert counts(done) == {"rows": 4, "created": 2, "rejected": 2}
    assert [issue.value for issue in imports.issues(done, "not_a_number")] == ["light"]
    again = imports.run(
        corrected(imports, done, changed(written(imports, done), ("light", "30"), (",Stool", "D,Stool")))
    )
    assert counts(again) == {"rows": 4, "created": 4}
    assert imports.codes(again) == []
    assert unreconciled_jobs(imports.stores) == []


def test_a_corrected_workbook_is_taken_too(imports: Importer, job: Job) -> None:
    path = written(imports, job, "rejected.xlsx")
    book = load_workbook(path)
    book.worksheets[0]["C2"] = 30
    book.save(path)
    assert counts(imports.run(corrected(imports, job, path))) == {"rows": 4, "created": 2, "rejected": 2}
    assert imports.data("B") == {"weight": 30}


def test_a_spreadsheet_may_have_saved_it_in_another_layout(imports: Importer, job: Job) -> None:
    path = imports.folder / "saved.csv"
    path.write_bytes(f"{LINE};weight;name;sku\r\n4;4;Lämp;C\r\n3;30;Desk;B\r\n".encode("cp1252"))
    assert counts(imports.run(corrected(imports, job, path))) == {"rows": 4, "created": 3, "rejected": 1}
    assert imports.products()["C"] == ("Lämp", {"weight": 4})
    assert imports.rows("SELECT line FROM source_rows ORDER BY key") == [{"line": 2}, {"line": 3}, {"line": 4}]


@pytest.mark.parametrize(
    ("content", "said", "line"),
    [
        ("sku,name,weight\nB,Desk,3\n", f"no column '{LINE}'", 1),
        (f"sku,name,{LINE}\nB,Desk,3\n", "'weight' is missing", 1),
        (f"sku,name,weight,colour,{LINE}\nB,Desk,3,red,3\n", "'colour' is no column", 1),
        (f"sku,name,name,weight,{LINE}\nB,Desk,x,3,3\n", "several columns 'name'", 1),
        (f"sku,name,weight,{LINE}\nB,Desk,3,3\nA,Chair,2,2\n", "Line 2 of the original", 3),
        (f"sku,name,weight,{LINE}\nB,Desk,3,3\nB,Desk,4,3\n", "corrected twice", 3),
        (f"sku,name,weight,{LINE}\nB,Desk,3,\n", "does not say which line", 2),
        (f"sku,name,weight,{LINE}\nB,Desk,3,3,4\n", "The row has 5 cells", 2),
        (f"sku,name,weight,{LINE}\n", "no corrected row", None),
        ("", "nothing in the file", None),
    ],
)
def test_a_file_that_is_no_correction_is_refused_with_its_place(
    imports: Importer, job: Job, content: str, said: str, line: int | None
) -> None:
    path = imports.folder / "wrong.csv"
    path.write_text(content)
    with pytest.raises(BadFile, match=said) as refused:
        corrected(imports, job, path)
    assert (refused.value.line, refused.value.file) == (line, "wrong.csv")
    assert imports.job(job) == job


def test_a_correction_that_fails_leaves_the_job_done_and_can_be_tried_again(imports: Importer, job: Job) -> None:
    pending = corrected(imports, job, changed(written(imports, job), ("heavy", "30"), without="Stool"))
    failed = record_failure(imports.stores, pending.id, RunInterrupted("Interrupted.", "Again."))
    assert (failed.status, failed.counts) == ("done", job.counts)
    assert (failed.error or {})["code"] == "run_interrupted"
    done = imports.run(retry(imports.stores, job.id))
    assert (done.status, done.error) == ("done", None)
    assert counts(done) == {"rows": 4, "created": 2, "rejected": 2}


def test_a_correction_that_was_killed_ends_the_same_when_it_is_tried_again(imports: Importer, job: Job) -> None:
    imports.planned(corrected(imports, job, changed(written(imports, job), ("heavy", "30"))))
    assert [swept.id for swept in sweep(imports.stores)] == [job.id]
    assert imports.job(job).counts == job.counts
    assert counts(imports.run(retry(imports.stores, job.id))) == {"rows": 4, "created": 2, "rejected": 2}
    assert unreconciled_jobs(imports.stores) == []


def test_a_strict_import_is_done_as_a_whole_once_its_bad_rows_are_corrected(imports: Importer) -> None:
    failed = imports.load(FILE, TYPES, validation="strict")
    path = changed(written(imports, failed), ("heavy", "30"), ("C,Lamp,x", "C,Lamp,4"))
    again = imports.run(corrected(imports, failed, path))
    assert (again.status, counts(again)) == ("failed", {"rows": 4, "rejected": 1, "skipped": 3})
    assert imports.products() == {}
    done = imports.run(corrected(imports, again, changed(written(imports, again), (",Stool", "D,Stool"))))
    assert (done.status, counts(done)) == ("done", {"rows": 4, "created": 4})
    assert [row["line"] for row in imports.rows("SELECT line FROM source_rows ORDER BY key")] == [2, 3, 4, 5]


def test_corrected_rows_are_read_as_all_rows_of_the_file_were(imports: Importer) -> None:
    file = 'sku,note\nA,"1.234.567,5"\nB,ca. 5\n'
    job = imports.load(file, {"note": "number"})
    imports.run(corrected(imports, job, changed(written(imports, job), ("ca. 5", "1.234"))))
    assert imports.data("B") == {"note": 1234}
    fingerprints = imports.rows("SELECT DISTINCT mapping_fingerprint FROM source_rows")
    assert len(fingerprints) == 1


def test_jobs_without_rejected_rows_are_not_corrected(imports: Importer, job: Job) -> None:
    path = written(imports, job)
    good, waiting = imports.load("sku,name\nA,Chair\n"), imports.read(FILE)
    for other in (good, waiting):
        with pytest.raises(WrongState, match="no rejected rows"):
            corrected(imports, other, path)
    corrected(imports, job, path)
    with pytest.raises(WrongState):
        corrected(imports, job, path)


def test_the_reasons_need_not_come_back(imports: Importer, job: Job) -> None:
    path = imports.folder / "short.csv"
    path.write_text(f"sku,name,weight,{LINE}\nB,Desk,30,3\n")
    assert REASONS not in path.read_text()
    assert counts(imports.run(corrected(imports, job, path)))["created"] == 2


def all_bad(imports: Importer) -> Job:
    """A job of twelve rows, all of which are rejected."""
    job = imports.queue("sku,name,weight\n" + "".join(f"{n},Stool,x{n}\n" for n in range(12)), TYPES)
    imports.execute("UPDATE import_jobs SET accept_guards = true WHERE id = :id", id=job.id)
    return imports.run(job)


def test_corrected_rows_that_a_guard_holds_leave_the_job_done_and_can_be_accepted(imports: Importer) -> None:
    imports.load("sku,name,weight\n" + "".join(f"{n},Chair,{n}\n" for n in range(12)), TYPES)
    job = all_bad(imports)
    assert counts(job) == {"rows": 12, "rejected": 12}
    path = changed(written(imports, job), *((f",x{n},", ",,") for n in range(12)))  # the guard of cleared values
    held = imports.run(corrected(imports, job, path))
    assert (held.status, held.reason, held.counts) == ("done", "correction held by guard", job.counts)
    assert f"segops correct {job.id} FILE --accept-guards" in (held.error or {})["remedy"]
    accepted = open_correction(imports.stores, job.id, Correction(path, path.name, accept_guards=True))
    assert counts(imports.run(accepted)) == {"rows": 12, "updated": 12}


def test_many_corrected_rows_that_are_still_bad_are_not_held(imports: Importer) -> None:
    job = all_bad(imports)
    path = changed(written(imports, job), (",x0,", ",0,"))
    assert counts(imports.run(corrected(imports, job, path))) == {"rows": 12, "created": 1, "rejected": 11}


def test_a_job_that_is_being_taken_back_takes_no_corrected_rows(imports: Importer, job: Job) -> None:
    path = changed(written(imports, job), ("heavy", "30"), without="Lamp")
    open_undo(imports.stores, job.id, created_by="ann")
    with pytest.raises(WrongState, match="takes back"):
        corrected(imports, job, path)


def test_a_corrected_row_does_not_win_over_a_later_line_of_its_product(imports: Importer) -> None:
    job = imports.load("sku,name,weight\nB,Desk,heavy\nB,Table,5\nC,Lamp,x\n", TYPES)
    path = changed(written(imports, job), ("heavy", "30"), (",x,", ",4,"))
    done = imports.run(corrected(imports, job, path))
    assert counts(done) == {"rows": 3, "created": 2, "skipped": 1}
    assert imports.products() == {"B": ("Table", {"weight": 5}), "C": ("Lamp", {"weight": 4})}
    assert unreconciled_jobs(imports.stores) == []


def test_corrected_rows_keep_the_mapping_of_their_job(imports: Importer, job: Job) -> None:
    corrected(imports, job, changed(written(imports, job), ("heavy", "30"), without="Lamp"))
    with pytest.raises(WrongState):
        imports.confirm(job, {"weight": "text"})
