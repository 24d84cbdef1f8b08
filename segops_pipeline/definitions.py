"""The only place where the project is assembled for Dagster: `build_defs(overrides) -> Definitions`."""

from collections.abc import Mapping

from dagster import Definitions

from segops_pipeline.orchestration.assets import ASSETS
from segops_pipeline.orchestration.checks import CHECKS
from segops_pipeline.orchestration.jobs import JOBS
from segops_pipeline.orchestration.resources import StoresResource
from segops_pipeline.orchestration.schedules import SCHEDULES
from segops_pipeline.orchestration.sensors import SENSORS


def build_defs(overrides: Mapping[str, object] | None = None) -> Definitions:
    """All assets, checks, jobs, sensors and schedules.

    Args:
        overrides: resources by name that replace the default ones, such as a `StoresResource` of another home.
    """
    return Definitions(
        assets=ASSETS,
        asset_checks=CHECKS,
        jobs=JOBS,
        sensors=SENSORS,
        schedules=SCHEDULES,
        resources={"stores": StoresResource(), **(overrides or {})},
    )


defs = build_defs()
