"""Publishing to ClickHouse and the embeddings with the real stores, and the checks that compare them."""

from typing import Any

import pytest
from dagster import AssetSelection, Definitions, define_asset_job

from segops_pipeline.imports.jobs import Job
from segops_pipeline.orchestration.assets import ASSETS
from segops_pipeline.orchestration.checks import CHECKS
from segops_pipeline.orchestration.resources import StoresResource
from segops_pipeline_tests.running_system import LAMPS, System, failure_of, materialized, metadata

ALL_CHECKS = define_asset_job("all_checks", AssetSelection.all_asset_checks())


@pytest.fixture(scope="module")
def job(system: System) -> Job:
    """A job that is done; nothing of it is published yet."""
    return system.import_file(LAMPS, "acme")


@pytest.fixture(scope="module")
def published(system: System, job: Job) -> dict[str, Any]:
    """What the assets of its publish run show."""
    result = system.launch("publish", job.id)
    assert materialized(result) == ["clickhouse_products", "product_embeddings"]
    evaluations = {found.check_name: found.passed for found in result.get_asset_check_evaluations()}
    return {asset: metadata(result, asset) for asset in materialized(result)} | {"checks": evaluations}


@pytest.mark.slow
def test_the_changes_of_an_import_reach_clickhouse(published: dict[str, Any]) -> None:
    shown = published["clickhouse_products"]
    assert (shown["sent"], shown["deleted"], shown["waiting"]) == (3, 0, 0)
    assert shown["seconds"] > 0
    assert shown["rows_per_second"] > 0


def test_every_product_gets_a_vector(published: dict[str, Any]) -> None:
    shown = published["product_embeddings"]
    assert (shown["embedded"], shown["unchanged"], shown["waiting"]) == (3, 0, 0)
    assert "MiniLM" in shown["model"]


def test_a_publish_is_checked_at_once(published: dict[str, Any]) -> None:
    assert published["checks"] == {"clickhouse_agrees": True, "every_product_embedded": True}


@pytest.mark.usefixtures("published")
def test_publishing_again_changes_nothing(system: System, job: Job) -> None:
    result = system.launch("publish", job.id)
    assert metadata(result, "clickhouse_products")["sent"] == 0
    assert metadata(result, "product_embeddings")["embedded"] == 0
    assert [found.passed for found in result.get_asset_check_evaluations()] == [True, True]


@pytest.mark.usefixtures("published")
def test_checks_that_are_launched_alone_look_at_every_workspace(system: System) -> None:
    assert failed_checks(system) == {}


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("check", "tampering", "undoing"),
    [
        (
            "clickhouse_agrees",
            "UPDATE products SET version = version + 1000 WHERE sku = 'L-1'",
            "UPDATE products SET version = version - 1000 WHERE sku = 'L-1'",
        ),
        (
            "every_product_embedded",
            "UPDATE embeddings SET version = version - 1000 WHERE key = 'L-2'",
            "UPDATE embeddings SET version = version + 1000 WHERE key = 'L-2'",
        ),
        (
            "counts_reconcile",
            "UPDATE revisions SET action = 'updated' WHERE key = 'L-3'",
            "UPDATE revisions SET action = 'created' WHERE key = 'L-3'",
        ),
    ],
)
def test_a_row_that_was_tampered_with_fails_the_check_that_looks_at_it(
    system: System, job: Job, check: str, tampering: str, undoing: str
) -> None:
    system.change("acme", tampering)
    failed = failed_checks(system)
    system.change("acme", undoing)
    assert check in failed
    assert (job.id if check == "counts_reconcile" else "acme") in str(failed[check])


def test_counts_that_do_not_fit_the_file_fail_their_check(system: System) -> None:
    job = system.import_file(LAMPS, "counts")
    system.change("counts", "UPDATE import_jobs SET rows = rows + 1, skipped = skipped + 1")
    result = system.launch("import_job", job.id, assets=["upserted_products"])
    (found,) = result.get_asset_check_evaluations()
    assert (found.check_name, found.passed) == ("counts_reconcile", False)
    assert found.metadata["jobs_that_do_not_reconcile"].value == [job.id]


def test_clickhouse_away_asks_for_another_try_and_leaves_the_outbox_waiting(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = system.import_file(LAMPS, "away")
    monkeypatch.setenv("SEGOPS_CLICKHOUSE_URL", "http://127.0.0.1:1")
    result = system.launch("publish", job.id, assets=["clickhouse_products"])
    sentence, told = failure_of(result)
    assert told["code"] == "store_unreachable"
    assert "ClickHouse" in sentence
    assert result.retry_attempts_for_node("clickhouse_products") == 3
    assert system.job(job.id).status == "done"
    assert system.ask("away", "SELECT count(*) FROM outbox WHERE to_clickhouse") == [(3,)]


def failed_checks(system: System) -> dict[str, dict[str, Any]]:
    definitions = Definitions(ASSETS, asset_checks=CHECKS, jobs=[ALL_CHECKS], resources={"stores": StoresResource()})
    result = definitions.resolve_job_def("all_checks").execute_in_process(instance=system.instance)
    evaluations = result.get_asset_check_evaluations()
    assert len(evaluations) == len(CHECKS)
    return {
        found.check_name: {name: entry.value for name, entry in found.metadata.items()}
        for found in evaluations
        if not found.passed
    }
