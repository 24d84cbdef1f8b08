"""What the benchmarks share: an installation that is gone afterwards, and files taken through an import."""

import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import psycopg

from segops_pipeline.config import Settings
from segops_pipeline.imports.confirm import confirm, suggested_confirmation
from segops_pipeline.imports.intake import infer_schema, read_upload
from segops_pipeline.imports.jobs import Job, get_job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.run import apply_job, begin_import, plan_job
from segops_pipeline.imports.upload import Upload, open_job
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline.stores.opening import Stores
from segops_pipeline.stores.urls import postgres_urls


@contextmanager
def installation() -> Generator[Settings]:
    """A new installation on embedded stores; whatever the environment says, it is nobody else's."""
    with tempfile.TemporaryDirectory(prefix="segops-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        settings = Settings(home=home, postgres_url=None, clickhouse_url=None, storage_url=None, anthropic_api_key=None)  # type: ignore[call-arg]
        try:
            yield settings
        finally:
            EmbeddedPostgres(settings).delete()


def confirmed_job(
    stores: Stores,
    file: Path,
    workspace: str,
    source: str,
    job_id: str | None = None,
    format_options: Mapping[str, str] = MappingProxyType({}),
) -> Job:
    """A job whose file is read and whose mapping is confirmed as suggested; options of a format say which it is."""
    upload = Upload(
        workspace, str(file), source, created_by="benchmarks", job_id=job_id, format_options=format_options
    )  # fmt: skip
    job = open_job(stores, upload)
    progress = Progress(stores.database, job.id)
    read_upload(stores, job.id, progress)
    infer_schema(stores, job.id, progress)
    confirmation = replace(suggested_confirmation(get_job(stores.database, job.id)), accept_guards=True)
    return confirm(stores, job.id, confirmation)


def run_job(stores: Stores, job_id: str) -> Job:
    """Plan and apply a confirmed job; PostgreSQL has written down before what it still had to."""
    progress = Progress(stores.database, job_id)
    with owner(stores) as connection:
        connection.execute("CHECKPOINT")
    begin_import(stores, job_id)
    plan_job(stores, job_id, progress)
    return apply_job(stores, job_id, progress)


def import_all(
    stores: Stores, file: Path, workspace: str, format_options: Mapping[str, str] = MappingProxyType({})
) -> Job:
    """The job of a file that is imported from its beginning."""
    confirmed = confirmed_job(stores, file, workspace, "supplier", format_options=format_options)
    job = run_job(stores, confirmed.id)
    if job.status != "done":
        raise SystemExit(f"The benchmark is wrong: job {job.id} is {job.state}.")
    return job


def import_seconds(stores: Stores, job_id: str) -> float:
    """Seconds from Parquet to committed products, as the job reports them."""
    job = run_job(stores, job_id)
    if job.status != "done":
        raise SystemExit(f"The benchmark is wrong: job {job_id} is {job.state}.")
    return sum(float(job.seconds[stage]) for stage in ("import_plan", "upserted_products"))


def owner(stores: Stores) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection of the database's owner."""
    return psycopg.connect(postgres_urls(stores.settings).plain, autocommit=True)
