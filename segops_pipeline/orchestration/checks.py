"""Asset checks: the counts reconcile, ClickHouse agrees with PostgreSQL, every product has its embedding.

In a run of a job they look at what that job wrote and at its workspace, launched alone at every workspace.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dagster import AssetCheckExecutionContext, AssetCheckResult, AssetCheckSeverity, asset_check

from segops_pipeline.orchestration.assets import clickhouse_products, product_embeddings, upserted_products
from segops_pipeline.orchestration.partitions import PARTITION_TAG
from segops_pipeline.orchestration.resources import StoresResource

if TYPE_CHECKING:
    from segops_pipeline.stores.opening import Stores


@asset_check(
    asset=upserted_products,
    description="rows = created + updated + unchanged + conflicts + rejected + skipped, and each product that was "
    "created or updated has its before-image.",
)
def counts_reconcile(context: AssetCheckExecutionContext, stores: StoresResource) -> AssetCheckResult:
    """The counts of a job (launched alone: of all jobs that are done) add up and agree with its revisions."""
    from segops_pipeline.imports.reconcile import unreconciled_jobs

    wrong = unreconciled_jobs(stores.stores, context.run.tags.get(PARTITION_TAG))
    return AssetCheckResult(passed=not wrong, metadata={"jobs_that_do_not_reconcile": wrong})


@asset_check(
    asset=clickhouse_products,
    description="ClickHouse has the same products in the same versions as PostgreSQL, and all that the job wrote, but "
    "for what waits in the outbox.",
)
def clickhouse_agrees(context: AssetCheckExecutionContext, stores: StoresResource) -> AssetCheckResult:
    """ClickHouse agrees with PostgreSQL, workspace by workspace, and has what the job wrote."""
    from segops_pipeline.analytics.reconcile import reconcile, reconcile_job

    job_id = context.run.tags.get(PARTITION_TAG)
    passed = True
    metadata: dict[str, dict[str, Any]] = {}
    for id_, name in _workspaces(context, stores.stores):
        found = reconcile(stores.stores, id_)
        metadata[name] = found.as_dict()
        passed &= found.agrees
        if job_id is not None:
            wrote = reconcile_job(stores.stores, id_, job_id)
            metadata[f"job {job_id}"] = wrote.as_dict()
            passed &= not wrote.lost.count
    return AssetCheckResult(passed=passed, metadata=metadata)


@asset_check(
    asset=product_embeddings,
    description="Every product that does not wait in the outbox has an embedding of its newest version.",
)
def every_product_embedded(context: AssetCheckExecutionContext, stores: StoresResource) -> AssetCheckResult:
    """No product that should have an embedding lacks one."""
    from segops_pipeline.search.embeddings import missing_embeddings

    job_id = context.run.tags.get(PARTITION_TAG)
    missing: dict[str, int] = {}
    for id_, name in _workspaces(context, stores.stores):
        with stores.stores.database.workspace_session(id_) as connection:
            missing[name] = missing_embeddings(connection)
            if job_id is not None:
                missing[f"job {job_id}"] = missing_embeddings(connection, job_id=job_id)
    return AssetCheckResult(
        passed=not any(missing.values()),
        severity=AssetCheckSeverity.WARN,
        metadata={"missing_by_workspace": missing},
    )


def _workspaces(context: AssetCheckExecutionContext, stores: "Stores") -> Iterator[tuple[int, str]]:
    from segops_pipeline.imports.jobs import get_job
    from segops_pipeline.imports.workspaces import list_workspaces

    job_id = context.run.tags.get(PARTITION_TAG)
    if job_id is not None:
        job = get_job(stores.database, job_id)
        yield job.workspace_id, job.workspace
    else:
        yield from ((workspace.id, workspace.name) for workspace in list_workspaces(stores.database))


CHECKS = [counts_reconcile, clickhouse_agrees, every_product_embedded]
