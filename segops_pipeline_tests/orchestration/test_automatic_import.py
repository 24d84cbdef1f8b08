"""Automatic sources: intake and import as one run where every column is known, else a wait for a person."""

from segops_pipeline.imports.confirm import Confirmation, confirm
from segops_pipeline.imports.sources import save_source
from segops_pipeline.imports.waiting import confirmed_jobs, jobs_to_read
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline_tests.running_system import ACCEPT, LAMPS, System, events_named, materialized

ALL_FIVE = ["parsed_upload", "inferred_schema", "confirmed_mapping", "import_plan", "upserted_products"]
MORE_LAMPS = LAMPS.replace("L-", "M-")


def make_automatic(system: System, workspace: str) -> None:
    workspace_id = ensure_workspace(system.stores.database, workspace).id
    with system.session(workspace) as connection:
        save_source(connection, workspace_id, "feed", automatic=True)


def test_a_file_whose_every_column_is_known_goes_through_in_one_run(system: System) -> None:
    system.import_file(LAMPS, "known", "feed")
    make_automatic(system, "known")
    job = system.open(MORE_LAMPS, "known", "feed")
    result = system.launch("automatic_import", job.id)
    assert materialized(result) == ALL_FIVE
    assert system.job(job.id).status == "done"
    assert len(system.products("known")) == 6


def test_an_unknown_column_stops_it_in_mapping_and_the_run_succeeds(system: System) -> None:
    system.import_file(LAMPS, "unknown", "feed")
    make_automatic(system, "unknown")
    job = system.open("sku,name,colour\nN-1,Night light,white\n", "unknown", "feed")
    result = system.launch("automatic_import", job.id)
    assert result.success
    assert materialized(result) == ["parsed_upload", "inferred_schema"]
    assert events_named(result, "STEP_SKIPPED") == [
        "import_plan",
        "upserted_products",
        "upserted_products_counts_reconcile",
    ]
    assert (system.job(job.id).status, system.job(job.id).reason) == ("mapping", "needs mapping")
    assert "N-1" not in system.products("unknown")


def test_a_skip_that_a_person_has_confirmed_is_known_too(system: System) -> None:
    first = system.open(LAMPS, "skips", "feed")
    system.launch("intake", first.id)
    config = {"accept_suggestion": True, "mapping": {"stock": ""}}
    system.launch("import_job", first.id, {"confirmed_mapping": {"config": config}})
    make_automatic(system, "skips")
    job = system.open(MORE_LAMPS, "skips", "feed")
    assert materialized(system.launch("automatic_import", job.id)) == ALL_FIVE
    assert list(system.products("skips")["M-1"][1]) == ["price"]


def test_what_is_known_of_another_source_only_is_not_taken_for_granted(system: System) -> None:
    first = system.open("sku,name,memo\nA-1,Lamp,x\n", "elsewhere", "other")
    system.launch("intake", first.id)
    confirm(system.stores, first.id, Confirmation({"sku": "sku", "name": "name", "memo": None}))
    make_automatic(system, "elsewhere")
    job = system.open("sku,name,memo\nA-2,Lamp,y\n", "elsewhere", "feed")
    assert materialized(system.launch("automatic_import", job.id)) == ["parsed_upload", "inferred_schema"]


def test_a_file_of_which_every_column_is_skipped_waits_for_a_person(system: System) -> None:
    system.import_file(LAMPS, "keyless", "feed")
    make_automatic(system, "keyless")
    job = system.open("name,price\nLamp,1.00 EUR\n", "keyless", "feed")
    result = system.launch("automatic_import", job.id)
    assert result.success
    assert system.job(job.id).status == "mapping"


def test_a_source_that_is_not_automatic_waits_even_if_every_column_is_known(system: System) -> None:
    system.import_file(LAMPS, "asking", "feed")
    job = system.open(MORE_LAMPS, "asking", "feed")
    assert not system.launch("automatic_import", job.id).success
    assert system.job(job.id).status == "mapping"
    assert system.launch("import_job", job.id, ACCEPT).success


def test_a_plan_beyond_a_guard_waits_and_goes_on_when_it_is_accepted(system: System) -> None:
    rows = [f"G-{number},Lamp {number},{number + 10}.00 EUR" for number in range(12)]
    system.import_file("\n".join(["sku,name,price", *rows]), "guarded", "feed")
    make_automatic(system, "guarded")
    job = system.open("\n".join(["sku,name,price", *(row.replace(".00", "00.00") for row in rows)]), "guarded", "feed")
    result = system.launch("automatic_import", job.id)
    assert result.success
    assert materialized(result) == ["parsed_upload", "inferred_schema", "confirmed_mapping"]
    held = system.job(job.id)
    assert (held.status, held.reason) == ("mapping", "held by guard")
    assert held.error is not None
    assert "--accept-guards" in held.error["remedy"]
    with system.stores.database.system_session() as connection:
        assert job.id not in [waiting.job_id for waiting in (*jobs_to_read(connection), *confirmed_jobs(connection))]
    accepted = {"accept_suggestion": True, "accept_guards": True}
    system.launch("import_job", job.id, {"confirmed_mapping": {"config": accepted}})
    assert (system.job(job.id).status, system.job(job.id).updated) == ("done", 12)
