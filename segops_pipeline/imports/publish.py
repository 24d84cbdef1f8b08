"""Publish what an import changed: the outbox drained to ClickHouse, with how it ended, then to the embeddings."""

import time

from segops_pipeline.analytics.import_facts import send_import_facts
from segops_pipeline.analytics.sync import SyncResult, sync_workspace
from segops_pipeline.imports.jobs import add_seconds, get_job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.search.embeddings import EmbedResult, embed_workspace
from segops_pipeline.stores.opening import Stores

CLICKHOUSE, EMBEDDINGS = "clickhouse_products", "product_embeddings"


def publish_to_clickhouse(stores: Stores, job_id: str, progress: Progress) -> SyncResult:
    """Send all waiting changes of the job's workspace to ClickHouse, and how its jobs have ended.

    Raises:
        StoreUnreachable: ClickHouse does not answer; the outbox waits.
    """
    job = get_job(stores.database, job_id)
    started = time.monotonic()
    progress.begin(CLICKHOUSE)
    result = sync_workspace(stores, job.workspace_id, progress.advance)
    with stores.database.workspace_session(job.workspace_id) as connection:
        add_seconds(connection, job_id, CLICKHOUSE, time.monotonic() - started)
    send_import_facts(stores, job.workspace_id)
    return result


def publish_embeddings(stores: Stores, job_id: str, progress: Progress) -> EmbedResult:
    """Embed all waiting changes of the job's workspace."""
    job = get_job(stores.database, job_id)
    started = time.monotonic()
    progress.begin(EMBEDDINGS)
    result = embed_workspace(stores, job.workspace_id, progress.advance)
    with stores.database.workspace_session(job.workspace_id) as connection:
        add_seconds(connection, job_id, EMBEDDINGS, time.monotonic() - started)
    return result
