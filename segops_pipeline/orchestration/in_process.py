"""Run a job's assets inside this process, with the real instance and under the same lock.

So a file given on the command line is answered at once, and yet stands in Dagster's history like any other.
"""

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from dagster import AssetKey, DagsterInstance

from segops_pipeline.config import Settings
from segops_pipeline.definitions import defs
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.installation.dagster_home import write_dagster_home
from segops_pipeline.installation.environment import environment
from segops_pipeline.orchestration.partitions import import_jobs
from segops_pipeline.orchestration.progress import run_tags
from segops_pipeline.orchestration.sensors import IN_PROCESS_TAG

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@contextmanager
def real_instance(settings: Settings) -> Generator[DagsterInstance]:
    """The installation's Dagster instance, as the webserver and the daemon have it.

    Raises:
        StoreUnreachable: its PostgreSQL does not answer.
    """
    from dagster_postgres.utils import DagsterPostgresException
    from sqlalchemy.exc import OperationalError

    write_dagster_home(settings)
    before = dict(os.environ)
    os.environ.update(environment(settings))
    try:
        with DagsterInstance.get() as instance:
            yield instance
    except (OperationalError, DagsterPostgresException) as error:
        reason = error.orig if isinstance(error, OperationalError) else error.__cause__
        raise StoreUnreachable(
            f"Dagster's PostgreSQL does not answer: {str(getattr(reason, 'orig', reason)).strip()}",
            "Start the stores with `segops up`.",
        ) from error
    finally:
        os.environ.clear()
        os.environ.update(before)


def run_in_process(
    instance: DagsterInstance,
    job_name: str,
    job_id: str,
    names: tuple[str, str],
    assets: Sequence[str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> bool:
    """Run one of the Dagster jobs for an import job, here and now.

    Args:
        instance: the real one.
        job_name: `intake`, `import_job` or `publish`.
        job_id: the import job, which becomes a partition if it is none yet.
        names: workspace and source, for the run's tags.
        assets: only these of the job's assets.
        config: config per asset.

    Returns:
        Whether the run succeeded; why not stands in the import job.
    """
    assert import_jobs.name is not None
    instance.add_dynamic_partitions(import_jobs.name, [job_id])
    run_config: dict[str, Any] = {**QUIET, **({"ops": dict(config)} if config else {})}
    result = defs.resolve_job_def(job_name).execute_in_process(
        run_config=run_config,
        instance=instance,
        partition_key=job_id,
        asset_selection=None if assets is None else [AssetKey(name) for name in assets],
        tags={**run_tags(job_id, *names), IN_PROCESS_TAG: "true"},
        raise_on_error=False,
    )
    return result.success
