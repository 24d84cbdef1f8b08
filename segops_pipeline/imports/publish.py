"""Publish what an import changed: the outbox drained to ClickHouse, with how it ended, then to the embeddings.

Embedding takes minutes where ClickHouse takes seconds, and one run publishes at a time: what other imports have changed
meanwhile is sent to ClickHouse between two batches of vectors.
"""

import logging
import time

from segops_pipeline.analytics.import_facts import send_import_facts
from segops_pipeline.analytics.sync import SyncResult, sync_workspace
from segops_pipeline.catalogue.outbox import workspaces_waiting
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.imports.jobs import add_seconds, get_job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.search.embeddings import EmbedResult, embed_workspace
from segops_pipeline.stores.opening import Stores

logger = logging.getLogger(__name__)

SEND_SECONDS = 5.0  # between two looks at what waits for ClickHouse while vectors are made
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
    """Embed all waiting changes of the job's workspace; what comes for ClickHouse meanwhile is not kept waiting."""
    job = get_job(stores.database, job_id)
    started = time.monotonic()
    progress.begin(EMBEDDINGS)
    sent_at = float("-inf")

    def advance(done: int, total: int) -> None:
        nonlocal sent_at
        progress.advance(done, total)
        if time.monotonic() - sent_at >= SEND_SECONDS:
            _send_waiting(stores)
            sent_at = time.monotonic()

    result = embed_workspace(stores, job.workspace_id, advance)
    with stores.database.workspace_session(job.workspace_id) as connection:
        add_seconds(connection, job_id, EMBEDDINGS, time.monotonic() - started)
    return result


def _send_waiting(stores: Stores) -> None:
    """Send to ClickHouse what waits of any workspace; where it is away, the waiting imports' own runs tell."""
    with stores.database.system_session() as connection:
        waiting = workspaces_waiting(connection, "clickhouse")
    try:
        for workspace_id in waiting:
            sync_workspace(stores, workspace_id)
    except StoreUnreachable as error:
        logger.warning("changes wait for ClickHouse: %s", error)
