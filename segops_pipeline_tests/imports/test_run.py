"""The five states of a job on its way through an import, and what each act refuses."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from segops_pipeline.errors import RowsRejected, WrongState
from segops_pipeline.imports.failure import record_failure
from segops_pipeline.imports.intake import read_upload, suggestion_of
from segops_pipeline.imports.reconcile import unreconciled_jobs
from segops_pipeline.imports.run import apply_job, begin_import, plan_job
from segops_pipeline.stores.opening import Stores, open_stores
from segops_pipeline_tests.importing import Importer, add_up, counts

FILE = "sku,name,weight\nA,Chair,2\nB,Table,3\n"
TYPES = {"weight": "number"}


def test_a_job_moves_through_its_states_with_reasons(imports: Importer) -> None:
    job = imports.open(FILE)
    seen = [(job.status, job.reason)]
    job = imports.intake(job)
    seen.append((job.status, job.reason))
    job = imports.confirm(job, TYPES)
    seen.append((job.status, job.reason))
    job = begin_import(imports.stores, job.id)
    seen.append((job.status, job.reason))
    plan_job(imports.stores, job.id, imports.progress(job))
    job = apply_job(imports.stores, job.id, imports.progress(job))
    seen.append((job.status, job.reason))
    assert seen == [
        ("mapping", "waiting to be read"),
        ("mapping", "needs mapping"),
        ("pending", "queued"),
        ("importing", None),
        ("done", None),
    ]
    assert job.finished_at is not None


def test_a_job_that_is_read_says_so(imports: Importer) -> None:
    job = imports.open(FILE)
    read_upload(imports.stores, job.id, imports.progress(job))
    assert (imports.job(job).status, imports.job(job).reason) == ("mapping", "reading")


def test_a_failed_job_says_why_and_when(imports: Importer) -> None:
    job = imports.load("sku,name,weight\nA,Chair,x\n", TYPES, validation="strict")
    assert (job.status, job.reason) == ("failed", "rows rejected")
    assert job.error is not None
    assert job.error["code"] == "rows_rejected"
    assert job.error["remedy"]
    assert job.finished_at is not None


def test_a_failure_of_a_job_that_is_done_is_not_noted(imports: Importer) -> None:
    job = imports.load(FILE, TYPES)
    assert record_failure(imports.stores, job.id, RowsRejected("too late")) == job


def test_an_import_that_begins_forgets_the_failure_before_it(imports: Importer) -> None:
    job = imports.load("sku,name,weight\nA,Chair,x\n", TYPES, validation="strict")
    job = begin_import(imports.stores, imports.confirm(job).id)
    assert (job.status, job.reason, job.error, job.finished_at) == ("importing", None, None, None)


def test_an_import_without_a_confirmed_mapping_is_refused(imports: Importer) -> None:
    for job in (imports.open(FILE), imports.read(FILE)):
        with pytest.raises(WrongState, match="not confirmed"):
            begin_import(imports.stores, job.id)
        with pytest.raises(WrongState):
            plan_job(imports.stores, job.id, imports.progress(job))
        with pytest.raises(WrongState):
            apply_job(imports.stores, job.id, imports.progress(job))
        assert imports.job(job).status == "mapping"
    assert imports.products() == {}


def test_a_job_that_is_only_pending_is_not_applied(imports: Importer) -> None:
    job = imports.queue(FILE, TYPES)
    plan_job(imports.stores, job.id, imports.progress(job))
    with pytest.raises(WrongState, match="is pending"):
        apply_job(imports.stores, job.id, imports.progress(job))
    assert imports.products() == {}


def test_a_run_of_an_older_attempt_applies_nothing(imports: Importer) -> None:
    job = imports.planned(imports.queue(FILE, TYPES))
    listened: list[str] = []

    def confirm_again(step: Any) -> None:
        if not listened:
            listened.append(step.stage)
            imports.execute("UPDATE import_jobs SET attempt = attempt + 1 WHERE id = :id", id=job.id)

    with pytest.raises(WrongState, match="an older one"):
        apply_job(imports.stores, job.id, imports.progress(job, confirm_again))
    assert imports.products() == {}


def test_every_act_on_a_job_that_is_done_leaves_it_as_it_is(imports: Importer) -> None:
    job = imports.load(FILE, TYPES)
    before = imports.catalogue()
    assert begin_import(imports.stores, job.id) == job
    with pytest.raises(WrongState, match="not kept any more"):
        plan_job(imports.stores, job.id, imports.progress(job))
    assert apply_job(imports.stores, job.id, imports.progress(job)) == imports.job(job)
    assert imports.catalogue() == before
    assert replace(imports.job(job), stage=job.stage, updated_at=job.updated_at) == job


def test_applying_without_a_plan_makes_one(imports: Importer) -> None:
    job = begin_import(imports.stores, imports.queue(FILE, TYPES).id)
    assert counts(apply_job(imports.stores, job.id, imports.progress(job))) == {"rows": 2, "created": 2}


def test_a_chosen_type_is_read_as_all_values_of_its_column_ask_for(imports: Importer) -> None:
    file = 'sku,name,note\nA,Chair,1.234\nB,Table,"1.234.567,5"\nC,Lamp,ca. 5\n'
    imports.load(file, {"note": "number"})
    assert (imports.data("A"), imports.data("B")) == ({"note": 1234}, {"note": 1234567.5})


@pytest.mark.parametrize("policy", ["overwrite", "replace", "merge", "fill"])
@pytest.mark.parametrize("validation", ["lenient", "none"])
def test_the_counts_reconcile_under_every_rule(policy: str, validation: str, imports: Importer) -> None:
    imports.load("sku,name,weight\nK,Known,1\nU,Old,\n", TYPES)
    file = "sku,name,weight\nK,Known,1\nU,New,1\nC,Chair,2\n,None,1\nX,Bad,x\nC,Again,y\nC,,4\nC,Last,\n"
    first = imports.load(file, TYPES, policy=policy, validation=validation)
    again = imports.load(file, TYPES, policy=policy, validation=validation)
    assert add_up(first)
    assert add_up(again)
    assert first.counts["rows"] == again.counts["rows"] == 8
    assert (again.counts["created"], again.counts["updated"]) == (0, 0)
    assert unreconciled_jobs(imports.stores) == []


def test_counts_that_do_not_fit_the_file_or_the_revisions_are_found(imports: Importer) -> None:
    first, second, third = (imports.load(FILE, TYPES, source=source) for source in ("a", "b", "c"))
    assert unreconciled_jobs(imports.stores) == []
    imports.execute("UPDATE import_jobs SET created = 0, unchanged = 2 WHERE id = :id", id=first.id)
    imports.execute("UPDATE import_jobs SET total_rows = 3 WHERE id = :id", id=second.id)
    assert unreconciled_jobs(imports.stores) == sorted([first.id, second.id])
    assert unreconciled_jobs(imports.stores, second.id) == [second.id]
    assert unreconciled_jobs(imports.stores, third.id) == []


def test_imports_into_one_workspace_at_once_all_end_right(imports: Importer) -> None:
    """Each file has rows of its own and rows that all of them change."""
    names = ["a", "b", "c", "d"]
    jobs = [
        imports.queue(
            "sku,name,weight\n"
            + "".join(f"{name}{number},{name},{number}\n" for number in range(20))
            + "".join(f"shared{number},{name},{number}\n" for number in range(20)),
            TYPES,
            source=name,
        )
        for name in names
    ]
    with ThreadPoolExecutor(len(jobs)) as pool:
        done = list(pool.map(imports.run, jobs))
    assert [job.status for job in done] == ["done"] * len(jobs)
    assert sum(job.counts["created"] for job in done) == 20 * len(names) + 20
    assert sum(job.counts["updated"] for job in done) == 20 * (len(names) - 1)
    shared = {name for sku, (name, _) in imports.products().items() if sku.startswith("shared")}
    assert len(shared) == 1
    assert unreconciled_jobs(imports.stores) == []


def test_the_same_file_imported_at_once_creates_every_product_once(imports: Importer) -> None:
    jobs = [imports.queue(FILE, TYPES) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(imports.run, jobs))
    assert sorted(job.counts["created"] for job in done) == [0, 0, 2]
    assert [job.status for job in done] == ["done"] * 3
    assert imports.number_of("outbox") == 2


def test_imports_into_two_workspaces_do_not_touch_each_other(imports: Importer) -> None:
    other = replace(imports, workspace="other")
    imports.load(FILE, TYPES)
    job = other.queue("sku,name,weight\nA,Not a chair,heavy\n", {"weight": "text"})
    before = imports.products()
    assert other.run(job).counts["created"] == 1
    assert imports.products() == before
    assert other.products() == {"A": ("Not a chair", {"weight": "heavy"})}
    tables = ("products", "product_schema_fields", "learned_mappings", "source_rows", "revisions", "outbox", "issues")
    for table in tables:
        mixed = imports.rows(f"SELECT count(DISTINCT workspace_id) AS number FROM {table}")
        assert mixed == [{"number": 2 if table != "issues" else mixed[0]["number"]}]


def test_what_one_workspace_has_learned_another_does_not_know(imports: Importer) -> None:
    imports.load("Kennung,name\nA,Chair\n", mapping={"Kennung": "sku"})
    other = replace(imports, workspace="other").read("Kennung,name\nA,Chair\n")
    assert all(column.source != "learned" for column in suggestion_of(other).columns)


@pytest.fixture
def distant(stores: Stores, tmp_path: Path) -> Any:
    """Stores whose files are not in a folder of this machine."""
    settings = stores.settings.model_copy(update={"storage_url": f"memory://{tmp_path.name}"})
    with open_stores(settings) as opened:
        yield opened


def test_an_import_works_with_a_file_store_that_is_no_folder(distant: Stores, imports: Importer) -> None:
    elsewhere = replace(imports, stores=distant)
    job = elsewhere.load("sku,name,weight\nA,Chair,2\n", TYPES)
    assert (job.status, counts(job)) == ("done", {"rows": 1, "created": 1})
    assert not (distant.settings.home / "files").exists()


def test_records_that_stand_in_one_line_of_the_file_are_rows_of_their_own(imports: Importer) -> None:
    file = imports.folder / "minified.json"
    file.write_text('[{"sku":"A","name":"Chair"},{"sku":"B","name":"Table"},{"sku":"","name":"Nobody"}]')
    job = imports.load(file)
    assert counts(job) == {"rows": 3, "created": 2, "rejected": 1}
    assert imports.products() == {"A": ("Chair", {}), "B": ("Table", {})}
