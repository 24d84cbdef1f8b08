"""PostgreSQL goes down at once, which empties what is staged; when it is back, every import ends as if undisturbed.

The server is of these tests alone. Each test takes a workspace of its own.
"""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from segops_pipeline.config import Settings
from segops_pipeline.imports.confirm import suggested_confirmation
from segops_pipeline.imports.failure import retry, sweep
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.planning import confirm_plan, plan_draft
from segops_pipeline.imports.reconcile import unreconciled_jobs
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.postgres_programs import postgres_programs
from segops_pipeline_tests.crash.conftest import importer
from segops_pipeline_tests.crash.disturbing import (
    KNOWN,
    NAMED,
    SOURCE,
    TYPES,
    assert_same,
    feed,
    left,
    locked,
    prepared,
    process_of,
    until_waits,
)
from segops_pipeline_tests.importing import Importer

Left = dict[str, list[object]]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A running server of an installation of its own, in a folder that PostgreSQL's user reaches."""
    with tempfile.TemporaryDirectory(prefix="segops-tests-") as folder:
        Path(folder).chmod(0o755)
        made = EmbeddedPostgres(Settings(home=Path(folder, "home")))  # type: ignore[call-arg]
        made.start()
        yield made
        made.delete()


@pytest.fixture(scope="module")
def imports(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Importer]:
    """Imports into the installation on that server."""
    settings = Settings(home=server.data.parent)  # type: ignore[call-arg]
    with open_stores(settings, start=False) as stores:
        yield importer(stores, tmp_path_factory.mktemp("restart"))


@pytest.fixture(scope="module")
def undisturbed(imports: Importer) -> Left:
    """What an import leaves while PostgreSQL stays up."""
    return left(imports, imports.run(prepared(imports, "undisturbed")))


@pytest.mark.parametrize("table", ["staging.rows", "public.revisions"], ids=["while staging", "while writing"])
def test_an_import_in_the_middle_of_which_postgresql_goes_down_is_retried_as_if_undisturbed(
    table: str, server: EmbeddedPostgres, imports: Importer, undisturbed: Left
) -> None:
    job = prepared(imports, table.partition(".")[2])
    with process_of(imports.stores, job) as process:
        with suppress(psycopg.OperationalError), locked(imports.stores, table, "EXCLUSIVE") as connection:
            until_waits(connection, table, process)
            stop_at_once(server)
        process.join(60)
        assert process.exitcode == NAMED
    server.start()
    assert imports.job(job).status == "importing"
    assert [swept.id for swept in sweep(imports.stores)] == [job.id]
    assert_same(left(imports, imports.run(retry(imports.stores, job.id))), undisturbed)
    assert unreconciled_jobs(imports.stores) == []


def test_a_plan_outlives_a_crash_of_postgresql_before_it_is_confirmed_and_after(
    server: EmbeddedPostgres, imports: Importer, undisturbed: Left
) -> None:
    job = read_only(imports, "planned")
    plan = plan_draft(imports.stores, job.id, suggested_confirmation(job), imports.progress(job))
    crash(server, imports)
    confirm_plan(imports.stores, plan.token, imports.progress(job), accept_guards=True)
    crash(server, imports)
    assert_same(left(imports, imports.run(imports.job(job))), undisturbed)


def read_only(imports: Importer, workspace: str) -> Job:
    """A job whose file is read, in a workspace as `prepared` makes it."""
    own = replace(imports, workspace=workspace)
    own.load(feed(KNOWN, "black"), TYPES, source=SOURCE)
    return own.read(feed(), source=SOURCE)


def crash(server: EmbeddedPostgres, imports: Importer) -> None:
    """PostgreSQL goes down and comes back with nothing staged."""
    assert imports.number_of("staging.rows") > 0
    stop_at_once(server)
    server.start()
    assert imports.number_of("staging.rows") == 0


def stop_at_once(server: EmbeddedPostgres) -> None:
    """End every process of the server without a checkpoint, as a crash does."""
    postgres_programs().run(
        "pg_ctl", "--silent", "--wait", "stop", "--mode", "immediate", environment={"PGDATA": str(server.data)}
    )
    assert server.running() is None
