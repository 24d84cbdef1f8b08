"""How imports have ended arrives in ClickHouse, whatever became of the jobs since."""

from pathlib import Path
from typing import Any

import pytest

from segops_pipeline.analytics.clickhouse import open_clickhouse
from segops_pipeline.analytics.import_facts import find_import_differences, send_import_facts
from segops_pipeline.imports.failure import cancel, retry
from segops_pipeline.imports.jobs import Job
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.importing import Importer

FILE = "sku,name,price\nA,Chair,1\nB,Table,2\nB,Desk,x\nC,Lamp,x\n"
IMPORTS = """
SELECT job_id, kind, source, outcome, error_code, user, rows, created, rejected, skipped, repeated, finished_at, seconds
FROM segmentation.imports FINAL WHERE tenant_id = {tenant_id:UInt64} AND is_deleted = 0 ORDER BY job_id
"""
REJECTIONS = """
SELECT job_id, code, column_name, rows FROM segmentation.rejections WHERE tenant_id = {tenant_id:UInt64}
ORDER BY job_id, rows DESC, code
"""


@pytest.fixture
def imports(stores: Stores, tmp_path: Path) -> Importer:
    (tmp_path / "files").mkdir()
    return Importer(stores, tmp_path / "files")


def asked(stores: Stores, workspace_id: int, query: str = IMPORTS) -> list[dict[str, Any]]:
    with open_clickhouse(stores.settings) as clickhouse:
        return clickhouse.rows(query, {"tenant_id": workspace_id})


def load(imports: Importer, content: str = FILE, **given: Any) -> Job:
    return imports.load(content, {"price": "number"}, **given)


def test_imports_that_have_ended_arrive_once_with_why_rows_were_rejected(imports: Importer) -> None:
    job = load(imports)
    failed = load(imports, validation="strict", source="strict")
    cancelled = cancel(imports.stores, imports.read(FILE).id)
    imports.read(FILE)
    workspace_id = job.workspace_id
    assert send_import_facts(imports.stores, workspace_id) == 3
    rows = {row["job_id"]: row for row in asked(imports.stores, workspace_id)}
    done = rows[job.id]
    assert (done["outcome"], done["rows"], done["created"], done["rejected"], done["skipped"]) == ("done", 4, 2, 2, 0)
    assert done["seconds"].keys() >= {"parsed_upload", "import_plan", "upserted_products"}
    assert done["finished_at"].replace(tzinfo=None) == job.finished_at.replace(tzinfo=None)  # type: ignore[union-attr]
    refused = rows[failed.id]
    assert (refused["outcome"], refused["source"], refused["error_code"]) == ("failed", "strict", "rows_rejected")
    assert (rows[cancelled.id]["outcome"], rows[cancelled.id]["rows"]) == ("cancelled", 4)
    causes = asked(imports.stores, workspace_id, REJECTIONS)
    told = [(row["job_id"], row["column_name"], row["rows"]) for row in causes]
    assert sorted(told) == sorted([(job.id, "price", 2), (failed.id, "price", 2)])  # ids of one second have no order
    assert send_import_facts(imports.stores, workspace_id) == 0
    assert find_import_differences(imports.stores, workspace_id).count == 0


def test_rows_of_one_key_are_told_apart_from_rows_that_a_rule_skips(imports: Importer) -> None:
    job = load(imports, "sku,price\nA,1\nA,2\nB,3\n")
    send_import_facts(imports.stores, job.workspace_id)
    (row,) = asked(imports.stores, job.workspace_id)
    assert (row["skipped"], row["repeated"]) == (1, 1)


def test_a_job_that_ends_again_is_told_again_however_late_its_transaction_commits(imports: Importer) -> None:
    failed = load(imports, validation="strict")
    late = load(imports, "sku,price\nZ,1\n", source="late")
    workspace_id = late.workspace_id
    send_import_facts(imports.stores, workspace_id)
    imports.execute("UPDATE import_jobs SET finished_at = now() - interval '3 hours' WHERE id = :id", id=late.id)
    retry(imports.stores, failed.id)
    assert send_import_facts(imports.stores, workspace_id) == 2
    assert [row["job_id"] for row in asked(imports.stores, workspace_id)] == [late.id]
    imports.execute("UPDATE import_jobs SET validation = 'lenient' WHERE id = :id", id=failed.id)
    imports.run(imports.job(failed))
    assert send_import_facts(imports.stores, workspace_id) == 1
    outcomes = {row["job_id"]: row["outcome"] for row in asked(imports.stores, workspace_id)}
    assert outcomes == {failed.id: "done", late.id: "done"}


def test_causes_that_are_purged_stay_and_a_job_that_is_gone_goes(imports: Importer) -> None:
    job = load(imports)
    workspace_id = job.workspace_id
    send_import_facts(imports.stores, workspace_id)
    imports.execute("DELETE FROM issues")
    imports.execute("UPDATE import_jobs SET seconds = '{}'")
    assert send_import_facts(imports.stores, workspace_id) == 1
    assert [row["rows"] for row in asked(imports.stores, workspace_id, REJECTIONS)] == [2]
    imports.execute("UPDATE import_jobs SET finished_at = now() - interval '9 days'")
    send_import_facts(imports.stores, workspace_id, everything=True)
    imports.execute("DELETE FROM import_jobs")
    found = find_import_differences(imports.stores, workspace_id)
    assert found.job_ids == [job.id]
    assert send_import_facts(imports.stores, workspace_id, everything=True) == 1
    assert asked(imports.stores, workspace_id) == []
    assert asked(imports.stores, workspace_id, REJECTIONS) == []


def test_workspaces_are_kept_apart(imports: Importer, other_workspace_id: int) -> None:
    job = load(imports)
    send_import_facts(imports.stores, job.workspace_id)
    assert send_import_facts(imports.stores, other_workspace_id) == 0
    assert asked(imports.stores, other_workspace_id) == []
