"""Plans on drafts: they write nothing, are applied exactly as shown, or refused with what has changed since."""

from dataclasses import replace

import pytest

from segops_pipeline.catalogue.locks import lock
from segops_pipeline.catalogue.plan import Plan, load_plan
from segops_pipeline.catalogue.rules import ImportRules
from segops_pipeline.errors import HeldByGuard, JobCancelled, PlanNotFound, RowsRejected, StalePlan, WrongState
from segops_pipeline.imports.confirm import Confirmation, present_confirmation
from segops_pipeline.imports.failure import cancel
from segops_pipeline.imports.jobs import CANCELLED, HELD, Job
from segops_pipeline.imports.lock import hold_job
from segops_pipeline.imports.planning import confirm_plan, plan_draft
from segops_pipeline.imports.reread import reread
from segops_pipeline.imports.run import apply_job
from segops_pipeline.reading.choice import NO_CHOICE
from segops_pipeline_tests.catalogue.ruled import edit
from segops_pipeline_tests.importing import Importer, confirmation, counts

FIRST = "sku,name,price\nA,Chair,10\nB,Table,20\n"
SECOND = "sku,name,price\nA,Chair,11\nB,Table,\nC,Lamp,30\n"
TYPES = {"price": "number"}
UNTOUCHED = (
    "products", "product_schema_fields", "learned_mappings", "mapping_templates", "source_rows", "revisions", "outbox",
    "conflicts", "issues",
)  # fmt: skip


def draft(job: Job, **rules: object) -> Confirmation:
    """The mapping of a test's file, under rules."""
    return replace(confirmation(job.headers or [], TYPES), rules=ImportRules.from_dict(rules))


def plan(imports: Importer, job: Job, **rules: object) -> Plan:
    """The plan of a draft."""
    return plan_draft(imports.stores, job.id, draft(job, **rules), imports.progress(job))


def go_on(imports: Importer, token: str, job: Job, *, accept_guards: bool = False) -> Job:
    """Confirm a plan and import what it shows."""
    confirm_plan(imports.stores, token, imports.progress(job), accept_guards=accept_guards)
    return imports.perform(job)


def test_a_plan_says_what_an_import_would_do(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    made = plan(imports, imports.read(SECOND))
    assert made.counts == {
        "rows": 3, "created": 1, "updated": 2, "unchanged": 0, "conflicts": 0, "rejected": 0, "skipped": 0,
    }  # fmt: skip
    assert made.summary["fields"]["price"] == {"set": 1, "changed": 1, "cleared": 1}
    assert "1 value of 'price' will be cleared." in made.summary["words"]


def test_what_was_planned_last_is_what_a_later_plan_starts_from(imports: Importer) -> None:
    job = imports.read(SECOND)
    strict = replace(draft(job, mode="create"), validation="strict", policy="fill")
    plan_draft(imports.stores, job.id, strict, imports.progress(job))
    again = present_confirmation(imports.stores, imports.job(job))
    assert (again.mapping, again.policy, again.validation) == (strict.mapping, "fill", "strict")
    assert again.rules == ImportRules(mode="create")


def test_a_plan_that_strict_validation_stops_says_so(imports: Importer) -> None:
    job = imports.read("sku,name,price\nA,Chair,10\n,Table,20\n")
    strict = replace(draft(job), validation="strict")
    made = plan_draft(imports.stores, job.id, strict, imports.progress(job))
    assert made.summary["words"] == ["1 row is bad, and validation is strict: nothing is done."]
    confirm_plan(imports.stores, made.token, imports.progress(job))
    with pytest.raises(RowsRejected):
        imports.perform(job)
    assert imports.products() == {}


def test_planning_writes_nothing_but_the_plan(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    job = imports.read(SECOND)
    before = {table: imports.rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in UNTOUCHED}
    plan(imports, job)
    plan(imports, job, empty="keep")
    assert {table: imports.rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in UNTOUCHED} == before
    after = imports.job(job)
    assert (after.status, after.reason, after.mapping, after.rules) == ("mapping", "planned", None, None)


def test_a_confirmed_plan_is_applied_exactly(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    job = imports.read(SECOND)
    made = plan(imports, job, empty="keep")
    done = go_on(imports, made.token, job)
    assert (done.status, counts(done)) == ("done", {"rows": 3, "created": 1, "updated": 1, "unchanged": 1})
    assert imports.data("B") == {"price": 20}
    assert done.plan is not None
    assert done.plan["fields"] == made.summary["fields"]


def test_a_plan_is_refused_when_a_product_has_changed(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    job = imports.read(SECOND)
    token = plan(imports, job).token
    edit(imports, "A", name="Stool")
    with pytest.raises(StalePlan, match=r"Products have changed.* A"):
        confirm_plan(imports.stores, token, imports.progress(job))
    assert imports.job(job).mapping is None


def test_a_product_that_changes_after_the_confirmation_gives_the_job_back(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    job = imports.read(SECOND)
    confirm_plan(imports.stores, plan(imports, job).token, imports.progress(job))
    edit(imports, "A", name="Stool")
    with pytest.raises(StalePlan):
        imports.perform(job)
    after = imports.job(job)
    assert (after.status, after.reason) == ("mapping", "stale plan")
    assert present_confirmation(imports.stores, after).mapping == {"sku": "sku", "name": "name", "price": "price"}
    assert imports.products()["A"][0] == "Stool"


def test_a_plan_is_refused_when_a_field_of_its_mapping_has_changed(imports: Importer) -> None:
    job = imports.read(FIRST)
    token = plan(imports, job).token
    imports.execute("UPDATE plans SET draft = jsonb_set(draft, '{fields,0,type}', '\"text\"')")
    with pytest.raises(StalePlan, match="mapping"):
        confirm_plan(imports.stores, token, imports.progress(job))


def test_a_plan_is_refused_when_the_file_is_another(imports: Importer) -> None:
    job = imports.read(FIRST)
    token = plan(imports, job).token
    imports.execute("UPDATE import_jobs SET checksum = 'another' WHERE id = :id", id=job.id)
    with pytest.raises(StalePlan, match="file"):
        confirm_plan(imports.stores, token, imports.progress(job))


def test_a_plan_outlives_what_was_staged_for_it(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    job = imports.read(SECOND)
    token = plan(imports, job).token
    confirm_plan(imports.stores, token, imports.progress(job))
    for table in ("rows", "issues", "plan_rows"):  # as a crash of PostgreSQL leaves unlogged tables
        imports.execute(f"DELETE FROM staging.{table}")
    done = imports.perform(job)
    assert counts(done) == {"rows": 3, "created": 1, "updated": 2}
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        kept = load_plan(connection, job.id)
    assert kept is None or (kept.token, kept.is_confirmed) == (token, True)


def test_a_confirmed_plan_is_staged_again_where_that_is_lost_just_before_it_is_applied(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    job = imports.read(SECOND)
    confirm_plan(imports.stores, plan(imports, job).token, imports.progress(job))
    imports.planned(job)
    for table in ("rows", "issues", "plan_rows"):
        imports.execute(f"DELETE FROM staging.{table}")
    done = apply_job(imports.stores, job.id, imports.progress(job))
    assert counts(done) == {"rows": 3, "created": 1, "updated": 2}


def test_a_plan_is_refused_when_another_import_of_its_source_has_changed_what_it_leaves(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    job = imports.read("sku,name,price\nA,Chair,10\nB,Table,21\n")
    made = plan(imports, job)
    assert made.counts["unchanged"] == 1
    imports.load("sku,name,price\nA,Chair,99\n", TYPES)
    with pytest.raises(StalePlan, match=r"left unchanged.* among them A"):
        confirm_plan(imports.stores, made.token, imports.progress(job))


def test_a_plan_is_refused_when_a_field_was_locked_since(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    job = imports.read(SECOND)
    token = plan(imports, job).token
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        lock(connection, job.workspace_id, "price", "ann")
    with pytest.raises(StalePlan, match="locked"):
        confirm_plan(imports.stores, token, imports.progress(job))


def test_a_plan_is_gone_when_the_file_is_read_in_another_way(imports: Importer) -> None:
    job = imports.read(FIRST)
    token = plan(imports, job).token
    reread(imports.stores, job.id, NO_CHOICE)
    with pytest.raises(PlanNotFound):
        confirm_plan(imports.stores, token, imports.progress(job))


def test_a_cancelled_job_can_be_planned_again(imports: Importer) -> None:
    job = imports.read(FIRST)
    plan(imports, job)
    cancel(imports.stores, job.id)
    assert counts(go_on(imports, plan(imports, job).token, job)) == {"rows": 2, "created": 2}


def test_a_plan_of_a_job_that_was_cancelled_since_can_still_be_applied(imports: Importer) -> None:
    job = imports.read(FIRST)
    token = plan(imports, job).token
    cancel(imports.stores, job.id)
    assert counts(go_on(imports, token, job)) == {"rows": 2, "created": 2}


def test_a_job_that_is_cancelled_while_it_is_planned_is_cancelled(imports: Importer) -> None:
    job = imports.read(FIRST)
    with hold_job(imports.stores.database, job.id):
        imports.execute("UPDATE import_jobs SET cancel_requested = true")
        with pytest.raises(JobCancelled):
            plan(imports, job)
    assert (imports.job(job).status, imports.job(job).reason) == ("failed", CANCELLED)


def test_a_plan_of_a_run_that_did_not_wait_is_not_applied_later(imports: Importer) -> None:
    job = imports.planned(imports.queue(FIRST, TYPES))
    imports.execute("UPDATE import_jobs SET status = 'mapping'; UPDATE plans SET confirmed = true")
    with pytest.raises(StalePlan, match="wait"):
        imports.perform(job)
    assert imports.job(job).status == "mapping"


def test_an_older_plan_of_a_job_is_not_found(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    job = imports.read(SECOND)
    token = plan(imports, job).token
    plan(imports, job, empty="keep")
    with pytest.raises(PlanNotFound):
        confirm_plan(imports.stores, token, imports.progress(job))


def test_a_plan_of_a_job_that_is_done_is_refused(imports: Importer) -> None:
    job = imports.load(FIRST, TYPES)
    with pytest.raises(WrongState):
        plan(imports, job)


def test_another_draft_that_is_confirmed_is_planned_anew(imports: Importer) -> None:
    job = imports.read(FIRST)
    plan(imports, job)
    done = imports.run(imports.confirm(job, mapping={"price": None}))
    assert (counts(done), imports.data("A")) == ({"rows": 2, "created": 2}, {})


def test_a_plan_beyond_a_guard_waits_until_it_is_accepted(imports: Importer) -> None:
    rows = [f"S{number},Thing,{number + 1}" for number in range(12)]
    imports.load("\n".join(["sku,name,price", *rows]), TYPES)
    emptied = "\n".join(["sku,name,price", *(row.rpartition(",")[0] + "," for row in rows)])
    job = imports.queue(emptied, TYPES)
    with pytest.raises(HeldByGuard):
        imports.perform(job)
    held = imports.job(job)
    assert (held.status, held.reason, held.plan) == ("mapping", HELD, None)
    assert [one["guard"] for one in held.held or []] == ["cleared_share"]
    assert imports.data("S1") == {"price": 2}
    token = plan(imports, job).token
    with pytest.raises(HeldByGuard):
        confirm_plan(imports.stores, token, imports.progress(job))
    assert counts(go_on(imports, token, job, accept_guards=True)) == {"rows": 12, "updated": 12}
