"""A run killed with -9 in any stage leaves the catalogue as before or as after; another try ends as if undisturbed.

A lock on a table that only the stage needs makes its run wait there; then its process is killed.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any

import psycopg
import pytest
from dagster import DagsterRunStatus, RunsFilter
from sqlalchemy import text

from segops_pipeline.analytics.reconcile import reconcile
from segops_pipeline.imports.failure import retry, sweep
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.workspaces import ensure_workspace, find_workspace
from segops_pipeline.orchestration.sensors import runs_without_process
from segops_pipeline.search.embeddings import missing_embeddings
from segops_pipeline_tests.cli.process import segops, start
from segops_pipeline_tests.repository.tree import ROOT
from segops_pipeline_tests.running_system import ACCEPT, System, materialized, until
from segops_pipeline_tests.written_products import write_products

STAGING = ("rows", "issues", "plan_rows")
WAITING = """
SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND n.nspname || '.' || c.relname = :name
"""


def price_list() -> str:
    """3,000 rows: some change products that are there, one key comes twice, two rows are bad."""
    rows = [f"K-{number},Kettle {number},{number % 90}.50 EUR,{number}" for number in range(2_997)]
    rows[7:7] = ["K-5,Kettle five again,1.00 EUR,1", ",Keyless,1.00 EUR,1", "K-bad,Bad price,cheap,1"]
    return "sku,name,price,stock\n" + "\n".join(rows) + "\n"


FILE = price_list()
BEFORE = [(f"K-{number}", f"Old kettle {number}", {"colour": "white"}) for number in range(40)]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything in a workspace before and after an undisturbed import of the file."""

    before: dict[str, list[dict[str, Any]]]
    after: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def undisturbed(system: System) -> Catalogue:
    """What an import that nobody kills makes of the file."""
    prepare(system, "undisturbed")
    before = system.contents("undisturbed")
    job = system.import_file(FILE, "undisturbed")
    assert job.counts == {
        "rows": 3000, "created": 2957, "updated": 40, "unchanged": 0, "conflicts": 0, "rejected": 2, "skipped": 1,
    }  # fmt: skip
    return Catalogue(before, system.contents("undisturbed"))


@pytest.mark.parametrize(
    "table", ["public.issues", "public.learned_mappings"], ids=["parsed_upload", "inferred_schema"]
)
def test_killed_while_reading(system: System, undisturbed: Catalogue, table: str) -> None:
    workspace = table.rpartition(".")[2].replace("_", "-")
    prepare(system, workspace)
    job = killed_import(system, workspace, table, "ACCESS EXCLUSIVE")
    assert (job.status, job.reason) == ("mapping", "reading")
    assert system.contents(workspace) == undisturbed.before
    assert_failed(system, job)
    retry(system.stores, job.id)
    assert system.launch("intake", job.id).success
    assert system.launch("import_job", job.id, ACCEPT).success
    assert_as_undisturbed(system, workspace, job, undisturbed)


def test_killed_while_confirming(system: System, undisturbed: Catalogue) -> None:
    prepare(system, "confirming")
    job = killed_import(system, "confirming", "public.learned_mappings", "SHARE")
    assert system.contents("confirming") == undisturbed.before | intake_issues(undisturbed)
    assert job.id not in {swept.id for swept in sweep(system.stores)}
    job = system.job(job.id)
    assert (job.status, job.reason, job.mapping) == ("mapping", "needs mapping", None)
    assert system.launch("import_job", job.id, ACCEPT).success
    assert_as_undisturbed(system, "confirming", job, undisturbed)


def test_killed_while_planning(system: System, undisturbed: Catalogue) -> None:
    prepare(system, "planning")
    job = killed_import(system, "planning", "public.field_locks", "ACCESS EXCLUSIVE")
    assert staged(system, job) > 0
    assert products(system, "planning") == undisturbed.before["products"]
    assert_failed(system, job)
    assert staged(system, job) == 0
    retry(system.stores, job.id)
    assert system.launch("import_job", job.id).success
    assert_as_undisturbed(system, "planning", job, undisturbed)


def test_killed_within_the_transaction_that_writes(system: System, undisturbed: Catalogue) -> None:
    prepare(system, "writing")
    job = killed_import(system, "writing", "public.revisions", "EXCLUSIVE")
    assert products(system, "writing") == undisturbed.before["products"]
    assert_failed(system, job)
    assert products(system, "writing") == undisturbed.before["products"]
    retry(system.stores, job.id)
    assert system.launch("import_job", job.id).success
    assert_as_undisturbed(system, "writing", job, undisturbed)


def test_killed_when_all_is_written_but_nothing_tidied_up(system: System, undisturbed: Catalogue) -> None:
    prepare(system, "written")
    with locked(system, "public.revisions", "EXCLUSIVE") as first, locked(system) as second:
        process = start_import(system, "written")
        until(lambda: waits_for(system, "public.revisions"), "the import writes")
        second.execute("LOCK TABLE staging.rows IN SHARE MODE")
        first.rollback()
        until(lambda: waits_for(system, "staging.rows"), "the import tidies up")
        kill(process)
    (job,) = jobs_of(system, "written")
    assert job.status == "done"
    assert job.rows_uri is not None
    assert_contents(system.contents("written"), undisturbed.after)
    assert job.id not in {swept.id for swept in sweep(system.stores)}
    assert staged(system, job) == 0
    assert not system.stores.files.exists(job.rows_uri)
    assert system.job(job.id).rows_uri is None


@pytest.fixture(scope="module")
def unswept(system: System) -> Job:
    """A job whose process was killed while planning, and which nobody has looked at since."""
    prepare(system, "unswept")
    return killed_import(system, "unswept", "public.field_locks", "ACCESS EXCLUSIVE")


def test_the_run_of_a_killed_process_is_known_to_have_none(system: System, unswept: Job) -> None:
    runs = system.instance.get_runs(RunsFilter(job_name="import_job", tags={"segops/job": unswept.id}))
    assert [run.status for run in runs] == [DagsterRunStatus.STARTED]
    assert runs[0].run_id in [run.run_id for run in runs_without_process(system.instance, system.stores)]


def test_a_retry_needs_no_sweep_before_it(system: System, unswept: Job, undisturbed: Catalogue) -> None:
    words = ["retry", unswept.id, "--no-embeddings", "--json"]
    done = start(segops, words, variables(system), system.folder)
    done.join()
    assert done.exitcode == 0
    assert_contents(without_outbox(system.contents("unswept")), without_outbox(undisturbed.after))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asset", "table"),
    [("clickhouse_products", "public.outbox"), ("product_embeddings", "public.embeddings")],
)
def test_killed_while_publishing(system: System, asset: str, table: str) -> None:
    workspace = asset.replace("_", "-")
    job = system.import_file("sku,name\nA-1,Kettle\nA-2,Lamp\n", workspace)
    with locked(system, table, "SHARE"):
        process = start(publish, [job.id, asset], variables(system), system.folder)
        until(lambda: waits_for(system, table) or not process.is_alive(), f"{asset} writes")
        kill(process)
    assert system.job(job.id).status == "done"
    assert job.id not in {swept.id for swept in sweep(system.stores)}
    result = system.launch("publish", job.id)
    assert materialized(result) == ["clickhouse_products", "product_embeddings"]
    workspace_id = find_workspace(system.stores.database, workspace).id
    assert reconcile(system.stores, workspace_id).agrees
    with system.session(workspace) as connection:
        assert missing_embeddings(connection) == 0
    assert system.ask(workspace, "SELECT count(*) FROM outbox") == [(0,)]


def publish(job_id: str, asset: str) -> None:
    """What a process does that publishes."""
    from segops_pipeline.config import Settings
    from segops_pipeline.imports.lock import hold_job
    from segops_pipeline.orchestration.in_process import real_instance, run_in_process
    from segops_pipeline.stores.opening import open_stores

    settings = Settings()  # type: ignore[call-arg]
    with (
        open_stores(settings) as stores,
        real_instance(stores.settings) as instance,
        hold_job(stores.database, job_id),
    ):
        run_in_process(instance, "publish", job_id, ("any", "any"), [asset])


def prepare(system: System, workspace: str) -> None:
    """A workspace whose products the file changes."""
    write_products(system.stores.database, ensure_workspace(system.stores.database, workspace).id, BEFORE)


def killed_import(system: System, workspace: str, table: str, mode: str) -> Job:
    """Import the file in another process, and kill it when it waits for a table."""
    with locked(system, table, mode):
        process = start_import(system, workspace)
        until(lambda: waits_for(system, table) or not process.is_alive(), f"the import waits for {table}")
        kill(process)
    (job,) = jobs_of(system, workspace)
    return job


def start_import(system: System, workspace: str) -> BaseProcess:
    file = system.write("kettles.csv", FILE)
    words = ["import", str(file), "-w", workspace, "--yes", "--no-embeddings", "--json"]
    return start(segops, words, variables(system), system.folder)


def variables(system: System) -> dict[str, str]:
    return {**os.environ, "SEGOPS_HOME": str(system.settings.home), "PYTHONPATH": str(ROOT)}


def kill(process: BaseProcess) -> None:
    assert process.is_alive(), "it ended before it was killed"
    process.kill()
    process.join()


@contextmanager
def locked(system: System, table: str = "", mode: str = "") -> Generator["psycopg.Connection[Any]"]:
    """A session that holds a lock on a table, if one is named."""
    with psycopg.connect(system.stores.database.urls.plain) as connection:
        if table:
            connection.execute(f"LOCK TABLE {table} IN {mode} MODE")  # type: ignore[arg-type]
        yield connection
        connection.rollback()


def waits_for(system: System, table: str) -> bool:
    with system.stores.database.owner_session() as connection:
        return connection.execute(text(WAITING), {"name": table}).scalar_one() > 0


def jobs_of(system: System, workspace: str) -> list[Job]:
    return [system.job(job_id) for (job_id,) in system.ask(workspace, "SELECT id FROM import_jobs")]


def products(system: System, workspace: str) -> list[dict[str, Any]]:
    return system.contents(workspace)["products"]


def staged(system: System, job: Job) -> int:
    with system.stores.database.system_session() as connection:
        count = "SELECT count(*) FROM staging.{} WHERE job_id = :id"
        return sum(connection.execute(text(count.format(t)), {"id": job.id}).scalar_one() for t in STAGING)


def assert_failed(system: System, job: Job) -> None:
    """The sweep says what has happened, as soon as PostgreSQL knows that the process has gone."""
    until(lambda: job.id in {swept.id for swept in sweep(system.stores)}, "the job is swept")
    job = system.job(job.id)
    assert job.status == "failed"
    assert "killed" in (job.reason or "")


def assert_as_undisturbed(system: System, workspace: str, job: Job, undisturbed: Catalogue) -> None:
    assert system.job(job.id).status == "done"
    assert staged(system, job) == 0
    assert_contents(system.contents(workspace), undisturbed.after)


def assert_contents(found: dict[str, list[dict[str, Any]]], expected: dict[str, list[dict[str, Any]]]) -> None:
    for table, rows in expected.items():
        assert found[table] == rows, table


def without_outbox(contents: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {table: rows for table, rows in contents.items() if table != "outbox"}


def intake_issues(undisturbed: Catalogue) -> dict[str, list[dict[str, Any]]]:
    return {"issues": [row for row in undisturbed.after["issues"] if row["stage"] != "import_plan"]}
