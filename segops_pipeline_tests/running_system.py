"""An installation with its real Dagster instance, and short words for what tests do with it.

Runs are launched as Dagster's launchpad launches them: a partition, a config, and no tags of ours. What a test
only needs to be there is made without Dagster, which is faster.
"""

import json
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey, DagsterInstance, ExecuteInProcessResult
from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.config import Settings
from segops_pipeline.definitions import defs
from segops_pipeline.imports.confirm import confirm, suggested_confirmation
from segops_pipeline.imports.intake import infer_schema, read_upload
from segops_pipeline.imports.jobs import Job, get_job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.run import apply_job, begin_import, plan_job
from segops_pipeline.imports.upload import Upload, open_job
from segops_pipeline.imports.workspaces import find_workspace
from segops_pipeline.installation.environment import environment
from segops_pipeline.orchestration.in_process import QUIET, real_instance
from segops_pipeline.orchestration.partitions import import_jobs
from segops_pipeline.stores.opening import Stores, open_stores

PATIENCE_SECONDS = 120
ACCEPT = {"confirmed_mapping": {"config": {"accept_suggestion": True}}}
LAMPS = "sku,name,price,stock\nL-1,Desk lamp,12.50 EUR,4\nL-2,Floor lamp,80.00 EUR,0\nL-3,Lantern,9.95 EUR,17\n"

TABLES = ["products", "product_schema_fields", "learned_mappings", "source_rows", "revisions", "outbox", "issues"]
# What no two imports of one file have in common.
VOLATILE = [
    "workspace_id", "id", "job_id", "source_id", "version", "version_before", "version_after", "created_at",
    "updated_at", "last_used_at",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class System:
    """The open stores and the instance of one installation, and a folder for the tests' files."""

    stores: Stores
    instance: DagsterInstance
    folder: Path

    @property
    def settings(self) -> Settings:
        """The installation's settings."""
        return self.stores.settings

    def write(self, name: str, content: str) -> Path:
        """Write a file to be imported."""
        file = self.folder / name
        file.write_text(content, encoding="utf-8")
        return file

    def open(self, content: str, workspace: str, source: str = "manual", **given: Any) -> Job:
        """Open a job for a file with this content."""
        file = self.write(f"{workspace}.{source}.csv", content)
        return open_job(self.stores, Upload(workspace, str(file), source, **given))

    def launch(
        self, job_name: str, job_id: str, config: Mapping[str, Any] | None = None, assets: list[str] | None = None
    ) -> ExecuteInProcessResult:
        """Run one of the Dagster jobs for a partition, which is added if it is new."""
        assert import_jobs.name is not None
        self.instance.add_dynamic_partitions(import_jobs.name, [job_id])
        return defs.resolve_job_def(job_name).execute_in_process(
            run_config={**QUIET, "ops": dict(config or {})},
            instance=self.instance,
            partition_key=job_id,
            asset_selection=None if assets is None else [AssetKey(name) for name in assets],
            raise_on_error=False,
        )

    def read_file(self, content: str, workspace: str, source: str = "manual", **given: Any) -> Job:
        """Read a file and have its mapping suggested, without Dagster."""
        job = self.open(content, workspace, source, **given)
        progress = Progress(self.stores.database, job.id)
        read_upload(self.stores, job.id, progress)
        return infer_schema(self.stores, job.id, progress)[0]

    def import_file(self, content: str, workspace: str, source: str = "manual", **given: Any) -> Job:
        """Import a file under the mapping that is suggested for it, without Dagster."""
        job = self.read_file(content, workspace, source, **given)
        confirm(self.stores, job.id, suggested_confirmation(job))
        progress = Progress(self.stores.database, job.id)
        begin_import(self.stores, job.id)
        plan_job(self.stores, job.id, progress)
        return apply_job(self.stores, job.id, progress)

    def job(self, job_id: str) -> Job:
        """An import job as it stands now."""
        return get_job(self.stores.database, job_id)

    @contextmanager
    def session(self, workspace: str) -> Generator[Connection]:
        """A session of the application in a workspace."""
        workspace_id = find_workspace(self.stores.database, workspace).id
        with self.stores.database.workspace_session(workspace_id) as connection:
            yield connection

    def ask(self, workspace: str, query: str, **bound: Any) -> list[tuple[Any, ...]]:
        """The rows of a query in a workspace."""
        with self.session(workspace) as connection:
            return [tuple(row) for row in connection.execute(text(query), bound)]

    def change(self, workspace: str, statement: str, **bound: Any) -> None:
        """Write to a workspace behind the back of the project."""
        with self.session(workspace) as connection:
            assert connection.execute(text(statement), bound).rowcount > 0

    def contents(self, workspace: str) -> dict[str, list[dict[str, Any]]]:
        """Everything that imports have left in a workspace, without ids, versions and times."""
        query = "SELECT to_jsonb(t) - CAST(:volatile AS text[]) AS row FROM {} t ORDER BY 1"
        return {
            table: [row for (row,) in self.ask(workspace, query.format(table), volatile=VOLATILE)] for table in TABLES
        }

    def products(self, workspace: str) -> dict[str, tuple[str, dict[str, Any]]]:
        """Name and data of every product by sku."""
        return {sku: (name, data) for sku, name, data in self.ask(workspace, "SELECT sku, name, data FROM products")}


@contextmanager
def running_system(settings: Settings, folder: Path) -> Generator[System]:
    """The system of an installation; this process has the variables of a child of `segops up` meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**environment(settings), "SEGOPS_INBOX_SETTLE_SECONDS": "0"}.items():
            patch.setenv(name, value)
        own = Settings()  # type: ignore[call-arg]
        with open_stores(own) as stores, real_instance(own) as instance:
            yield System(stores, instance, folder)


def materialized(result: ExecuteInProcessResult) -> list[str]:
    """Names of the assets that a run materialized, in order."""
    return [
        event.step_materialization_data.materialization.asset_key.to_user_string()
        for event in result.get_asset_materialization_events()
    ]


def metadata(result: ExecuteInProcessResult, asset: str) -> dict[str, Any]:
    """The metadata of an asset that a run materialized once, each entry as plain Python."""
    (materialization,) = result.asset_materializations_for_node(asset)
    return {name: entry.value for name, entry in materialization.metadata.items()}


def table_rows(entry: Any) -> list[dict[str, Any]]:
    """The rows of a table among metadata."""
    return [dict(record.data) for record in entry.records]


def failure_of(result: ExecuteInProcessResult) -> tuple[str, dict[str, Any]]:
    """The sentence and the metadata of the one step that failed in a run."""
    (event,) = result.filter_events(lambda event: event.is_step_failure)
    data = event.step_failure_data.user_failure_data
    assert data is not None
    return data.description or "", {name: entry.value for name, entry in data.metadata.items()}


def events_named(result: ExecuteInProcessResult, name: str) -> list[str]:
    """The steps that had an event of this type in a run, in order."""
    return [str(e.step_key) for e in result.filter_events(lambda event: event.event_type_value == name)]


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS} seconds until {what}"
        time.sleep(0.05)


def as_json(content: Any) -> str:
    """Canonical text, so that what differs is seen at once."""
    return json.dumps(content, sort_keys=True, default=str, ensure_ascii=False, indent=1)
