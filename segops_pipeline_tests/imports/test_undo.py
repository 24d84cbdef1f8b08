"""An import is taken back, and the taking back too."""

import pytest

from segops_pipeline.errors import NothingToUndo
from segops_pipeline.imports.failure import cancel, retry
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.reconcile import unreconciled_jobs
from segops_pipeline.imports.undo import open_undo, preview_undo
from segops_pipeline_tests.importing import Importer, add_up, counts

FIRST = "sku,name,color\nA,Axe,red\nB,Bow,blue\n"
SECOND = "sku,name,color\nA,Axe,green\nB,Bow,blue\nC,Cup,white\n"


def undo(imports: Importer, job: Job) -> Job:
    done = imports.run(open_undo(imports.stores, job.id, created_by="ann"))
    assert done.status == "done", done.error
    assert add_up(done)
    assert unreconciled_jobs(imports.stores) == []
    return done


def test_undo_removes_what_was_made_and_returns_what_was_changed(imports: Importer) -> None:
    imports.load(FIRST)
    before = imports.products()
    second = imports.load(SECOND)
    preview = preview_undo(imports.stores, second.id)
    assert preview["words"] == [
        "1 product is removed: the job had made it.",
        "1 product returns to what it was.",
    ]
    assert imports.number_of("staging.plan_rows") == 0
    done = undo(imports, second)
    assert imports.products() == before
    assert counts(done) == {"rows": 2, "updated": 2}
    assert (done.kind, done.deleted, done.undoes) == ("undo", 1, second.id)
    assert (imports.job(second).undone_by, imports.job(second).reason) == (done.id, "undone")
    assert imports.rows("SELECT operation FROM outbox WHERE job_id = :id AND key = 'C'", id=done.id) == [
        {"operation": "delete"}
    ]


def test_the_earlier_file_is_known_again_after_an_undo(imports: Importer) -> None:
    imports.load(FIRST)
    undo(imports, imports.load(SECOND))
    again = imports.load(FIRST + "\n")
    assert counts(again) == {"rows": 2, "unchanged": 2}


def test_an_undo_can_be_taken_back_and_then_the_import_again(imports: Importer) -> None:
    imports.load(FIRST)
    first = imports.products()
    job = imports.load(SECOND)
    second = imports.products()
    redo = undo(imports, undo(imports, job))
    assert redo.kind == "redo"
    assert imports.products() == second
    assert counts(redo) == {"rows": 2, "created": 1, "updated": 1}
    assert imports.job(job).undone_by is None
    undo(imports, job)
    assert imports.products() == first


def test_what_a_source_has_given_is_forgotten_whatever_the_names_of_the_jobs(imports: Importer) -> None:
    job = imports.run(imports.confirm(imports.read(FIRST, job_id="zebra")))
    redo = undo(imports, undo(imports, job))
    assert imports.number_of("source_rows") == 2
    undo(imports, redo)
    assert imports.products() == {}
    assert imports.number_of("source_rows") == 0


def test_what_a_later_import_has_given_stays_whatever_was_opened_first(imports: Importer) -> None:
    opened_first = imports.queue(FIRST)
    done_first = imports.load("sku,color,name\nA,red,Axe\n")
    later = imports.run(opened_first)
    assert counts(later) == {"rows": 2, "created": 1, "unchanged": 1}
    undo(imports, done_first)
    assert imports.rows("SELECT key, job_id FROM source_rows ORDER BY key") == [
        {"key": key, "job_id": later.id} for key in ("A", "B")
    ]


def test_what_was_changed_since_is_kept_until_that_is_undone_too(imports: Importer) -> None:
    first = imports.load(FIRST)
    second = imports.load("sku,color\nA,green\n")
    partly = undo(imports, first)
    assert counts(partly) == {"rows": 2, "updated": 1, "conflicts": 1}
    assert list(imports.products()) == ["A"]
    [kept] = imports.issues(partly, "kept_changed_since")
    assert kept.key == "A"
    assert second.id in kept.message
    assert imports.job(first).reason == "partly undone"
    undo(imports, second)
    undo(imports, first)
    assert imports.products() == {}


def test_products_that_a_feed_had_removed_are_made_again(imports: Importer) -> None:
    from dataclasses import replace

    from segops_pipeline.catalogue.rules import ImportRules
    from segops_pipeline.imports.confirm import confirm
    from segops_pipeline_tests.importing import confirmation

    imports.load(FIRST)
    before = imports.products()
    read = imports.read("sku,name,color\nA,Axe,red\n")
    given = replace(confirmation(["sku", "name", "color"]), rules=ImportRules(absent="delete"), accept_guards=True)
    job = imports.run(confirm(imports.stores, read.id, given))
    assert list(imports.products()) == ["A"]
    done = undo(imports, job)
    assert imports.products() == before
    assert counts(done) == {"rows": 1, "created": 1}


def test_a_purged_image_is_said_so_and_the_product_stays(imports: Importer) -> None:
    imports.load(FIRST)
    job = imports.load(SECOND)
    imports.execute("UPDATE revisions SET before = NULL, source_before = NULL")
    done = undo(imports, job)
    assert counts(done) == {"rows": 2, "updated": 1, "rejected": 1}
    assert imports.data("A") == {"color": "green"}
    assert imports.issues(done, "before_image_purged")[0].key == "A"


def test_nothing_is_undone_twice(imports: Importer) -> None:
    job = imports.load(FIRST)
    undo(imports, job)
    with pytest.raises(NothingToUndo, match="already"):
        open_undo(imports.stores, job.id, created_by="ann")


def test_an_import_that_changed_nothing_has_nothing_to_undo(imports: Importer) -> None:
    imports.load(FIRST)
    with pytest.raises(NothingToUndo, match="nothing"):
        open_undo(imports.stores, imports.load(FIRST + "\n").id, created_by="ann")


def test_memory_of_an_undone_import_is_taken_back_and_learned_again_by_its_redo(imports: Importer) -> None:
    imports.load("code,name\nA,Axe\n", mapping={"code": "sku"})
    learned = "SELECT source_id, header, target, used_count, job_id FROM learned_mappings ORDER BY 1, 2"
    before = imports.rows(learned)
    job = imports.load("code,name,hue\nA,Axe,red\n", mapping={"code": "sku", "hue": "color"})
    after = imports.rows(learned)
    done = undo(imports, job)
    assert imports.rows(learned) == before
    undo(imports, done)
    assert imports.rows(learned) == after


def test_an_undo_that_is_tried_again_after_another_one_takes_nothing_back(imports: Importer) -> None:
    job = imports.load(FIRST)
    late = open_undo(imports.stores, job.id, created_by="ann")
    cancel(imports.stores, late.id)
    done = undo(imports, job)
    again = imports.run(retry(imports.stores, late.id))
    assert (again.status, again.reason) == ("failed", "nothing to undo")
    assert imports.job(job).undone_by == done.id


def test_an_import_of_which_another_undo_stands_is_partly_undone_after_a_redo(imports: Importer) -> None:
    first = imports.load(FIRST)
    second = imports.load("sku,color\nA,green\n")
    partly = undo(imports, first)
    undo(imports, second)
    rest = undo(imports, first)
    undo(imports, rest)
    assert list(imports.products()) == ["A"]
    assert (imports.job(first).reason, imports.job(first).undone_by) == ("partly undone", partly.id)
    undo(imports, partly)
    assert list(imports.products()) == ["A", "B"]
    assert (imports.job(first).reason, imports.job(first).undone_by) == (None, None)
