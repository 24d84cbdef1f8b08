from segops_pipeline.analytics.clickhouse import PRODUCTS, open_clickhouse
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.publish import publish_embeddings
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.written_products import delete_products, write_products


def test_changes_of_another_workspace_reach_clickhouse_while_vectors_are_made(
    stores: Stores, imports: Importer
) -> None:
    job = imports.load("sku,name\nA-1,Drill\n", {})
    delete_products(stores.database, job.workspace_id, "A-1")  # its vector goes: no model is needed
    other = ensure_workspace(stores.database, "waits-for-clickhouse")
    write_products(stores.database, other.id, [("B-1", "Saw", {})])
    publish_embeddings(stores, job.id, Progress(stores.database, job.id))
    with open_clickhouse(stores.settings) as clickhouse:
        sent = clickhouse.rows(f"SELECT sku FROM {PRODUCTS}", {"tenant_id": other.id})
    assert [row["sku"] for row in sent] == ["B-1"]
