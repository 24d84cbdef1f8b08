"""What the benchmarks share: an installation that is gone afterwards, and a file taken to its confirmed mapping."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from segops_pipeline.config import Settings
from segops_pipeline.imports.confirm import confirm, suggested_confirmation
from segops_pipeline.imports.intake import infer_schema, read_upload
from segops_pipeline.imports.jobs import Job, get_job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.upload import Upload, open_job
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline.stores.opening import Stores


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


def confirmed_job(stores: Stores, file: Path, workspace: str, source: str, job_id: str | None = None) -> Job:
    """A job whose file is read and whose mapping is confirmed as suggested."""
    job = open_job(stores, Upload(workspace, str(file), source, created_by="benchmarks", job_id=job_id))
    progress = Progress(stores.database, job.id)
    read_upload(stores, job.id, progress)
    infer_schema(stores, job.id, progress)
    return confirm(stores, job.id, suggested_confirmation(get_job(stores.database, job.id)))
