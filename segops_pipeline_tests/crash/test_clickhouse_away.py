"""ClickHouse is away for a whole import: the catalogue goes on, the outbox waits, and all is sent when it is back."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from segops_pipeline.analytics.reconcile import reconcile
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.imports.publish import publish_to_clickhouse
from segops_pipeline_tests.crash.disturbing import ROWS, prepared
from segops_pipeline_tests.importing import Importer

NOBODY = SecretStr("http://127.0.0.1:1")


def test_an_import_while_clickhouse_is_away_is_done_and_sent_when_it_is_back(imports: Importer) -> None:
    settings = imports.stores.settings.model_copy(update={"clickhouse_url": NOBODY})
    away = replace(imports, stores=replace(imports.stores, settings=settings))
    job = away.run(prepared(away, "acme"))
    assert (job.status, job.imported_count) == ("done", ROWS - 2)
    with pytest.raises(StoreUnreachable, match="ClickHouse"):
        publish_to_clickhouse(away.stores, job.id, away.progress(job))
    assert away.rows("SELECT count(DISTINCT key) AS keys FROM outbox WHERE to_clickhouse") == [{"keys": ROWS - 2}]
    publish_to_clickhouse(imports.stores, job.id, imports.progress(job))
    found = reconcile(imports.stores, job.workspace_id)
    assert (found.agrees, found.waiting, found.clickhouse_rows) == (True, 0, ROWS - 2)
