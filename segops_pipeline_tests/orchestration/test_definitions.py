"""What Dagster sees of the project: its assets, jobs and limits, without a warning."""

import subprocess
import sys

from dagster import DefaultScheduleStatus, DefaultSensorStatus

from segops_pipeline.definitions import build_defs, defs
from segops_pipeline.orchestration.assets import ASSETS
from segops_pipeline.orchestration.jobs import JOBS, MAX_RUNTIME_TAG
from segops_pipeline.orchestration.partitions import import_jobs
from segops_pipeline.orchestration.resources import StoresResource
from segops_pipeline.orchestration.schedules import SCHEDULES
from segops_pipeline.orchestration.sensors import SENSORS
from segops_pipeline_tests.repository.tree import ROOT

STAGES = [
    "parsed_upload",
    "inferred_schema",
    "confirmed_mapping",
    "import_plan",
    "upserted_products",
    "clickhouse_products",
    "product_embeddings",
]


def test_the_stages_are_one_chain_of_assets_partitioned_by_job() -> None:
    assert [asset.key.to_user_string() for asset in ASSETS] == STAGES
    chain = {stage: STAGES[max(place - 1, 0) : place] for place, stage in enumerate(STAGES)}
    graph = defs.resolve_asset_graph()
    found = {
        asset.key.to_user_string(): [key.to_user_string() for key in graph.get(asset.key).parent_keys]
        for asset in ASSETS
    }
    assert found == chain
    assert {asset.partitions_def for asset in ASSETS} == {import_jobs}


def test_every_asset_explains_itself() -> None:
    for asset in ASSETS:
        (description,) = asset.descriptions_by_key.values()
        assert description is not None
        assert len(description) > 60


def test_each_job_has_a_time_limit_of_its_own() -> None:
    for job in JOBS:
        assert int(defs.resolve_job_def(job.name).tags[MAX_RUNTIME_TAG]) > 0


def test_only_publishing_is_limited_by_a_pool() -> None:
    pools = {asset.key.to_user_string(): defs.resolve_asset_graph().get(asset.key).pools for asset in ASSETS}
    assert {name for name, found in pools.items() if found == {"publish"}} == set(STAGES[-2:])
    assert all(pools[name] == set() for name in STAGES[:-2])


def test_everything_that_watches_runs_from_the_start() -> None:
    assert {sensor.default_status for sensor in SENSORS} == {DefaultSensorStatus.RUNNING}
    assert {schedule.default_status for schedule in SCHEDULES} == {DefaultScheduleStatus.RUNNING}


def test_a_test_can_give_the_definitions_other_stores() -> None:
    other = StoresResource(home="/nowhere")
    assert (build_defs({"stores": other}).resources or {})["stores"] is other


def test_loading_the_definitions_warns_of_nothing() -> None:
    command = [sys.executable, "-W", "error", "-c", "from segops_pipeline.definitions import defs; defs"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
