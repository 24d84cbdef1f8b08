"""Plans of Bizzkit files: confirmed as they were shown, staged again, stale, held by a guard."""

from decimal import Decimal

import pytest

from segops_pipeline.catalogue.guards import set_limit
from segops_pipeline.errors import HeldByGuard, StalePlan
from segops_pipeline.imports.confirm import Confirmation, suggested_confirmation
from segops_pipeline.imports.planning import confirm_plan, plan_draft, standing_plan
from segops_pipeline_tests.pim.bizzkit_files import Files, files

__all__ = ["files"]

ROWS = "UniqueName;WEIGHT;UNIT\nDB-5;1;cm\nDB-9;2;inch\n"


def test_what_a_crash_takes_of_a_plan_is_staged_again(files: Files) -> None:
    stores = files.imports.stores
    job = files.read("products.csv", ROWS)
    progress = files.imports.progress(job)
    plan = plan_draft(stores, job.id, suggested_confirmation(job), progress)
    files.imports.execute("TRUNCATE staging.plan_rows, staging.row_outcomes, staging.issues")
    done = files.imports.run(confirm_plan(stores, plan.token, progress))
    assert (done.status, done.counts["created"], done.counts["updated"]) == ("done", 1, 1), done.error


def test_a_plan_is_stale_when_a_record_that_it_rests_on_has_changed(files: Files) -> None:
    stores = files.imports.stores
    job = files.read("products.csv", ROWS)
    plan = plan_draft(stores, job.id, suggested_confirmation(job), files.imports.progress(job))
    files.done("list items.csv", "UniqueName;Value\nUNITS;cm\n")
    with pytest.raises(StalePlan):
        confirm_plan(stores, plan.token, files.imports.progress(job))
    again = plan_draft(stores, job.id, suggested_confirmation(files.imports.job(job)), files.imports.progress(job))
    done = files.imports.run(confirm_plan(stores, again.token, files.imports.progress(job)))
    assert done.status == "done", done.error
    values = [item["value"] for item in files.records("global_list")["UNITS"]["items"]]
    assert values == ["mm", "cm", "inch"]


def test_a_plan_is_another_one_under_other_options(files: Files) -> None:
    stores = files.imports.stores
    job = files.read("products.csv", "UniqueName;WEIGHT/Value\nDB-5;1\n")
    merged = suggested_confirmation(job)
    plan = plan_draft(stores, job.id, merged, files.imports.progress(job))
    standing = standing_plan(stores, files.imports.job(job), merged)
    assert standing is not None
    assert standing.token == plan.token
    assert standing_plan(stores, files.imports.job(job), Confirmation({}, format_options={"mode": "overwrite"})) is None


def test_a_guard_holds_a_file_of_which_too_much_is_rejected(files: Files) -> None:
    stores = files.imports.stores
    with stores.database.workspace_session(files.workspace_id) as connection:
        set_limit(connection, files.workspace_id, 0, "rejected_share", Decimal("0.4"))
    rows = "".join(f"R-{number};heavy\n" for number in range(12))
    job = files.read("products.csv", f"UniqueName;WEIGHT\nDB-5;1\n{rows}")
    progress = files.imports.progress(job)
    plan = plan_draft(stores, job.id, suggested_confirmation(job), progress)
    assert [held["guard"] for held in plan.held] == ["rejected_share"]
    with pytest.raises(HeldByGuard):
        confirm_plan(stores, plan.token, progress)
    done = files.imports.run(confirm_plan(stores, plan.token, progress, accept_guards=True))
    assert (done.status, done.counts["rejected"]) == ("done", 12), done.error
