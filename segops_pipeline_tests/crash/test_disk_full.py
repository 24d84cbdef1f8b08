"""A full disk, of ours or of PostgreSQL, is told by its name; nothing of the import remains, and another try ends well.

A limit on the size of files stands for it: writing fails as it does on a full disk.
"""

import random
import resource
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from segops_pipeline.config import Settings
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.imports.failure import record_failure, retry
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline.stores.opening import open_stores
from segops_pipeline_tests.crash.conftest import importer
from segops_pipeline_tests.crash.disturbing import STAGING
from segops_pipeline_tests.importing import Importer, counts

MEBIBYTE = 1 << 20
WAL_FILE = 16 * MEBIBYTE  # which PostgreSQL must be able to write, or all of it goes down
ROWS = 4_500


@contextmanager
def files_of_at_most(size: int) -> Generator[None]:
    """No process that is started in here, nor this one, writes larger files."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def large_file() -> str:
    """A file of 22 MB that hardly compresses."""
    chance = random.Random(1)
    return "sku,name,description\n" + "".join(f"K-{n},Kettle,{chance.randbytes(2500).hex()}\n" for n in range(ROWS))


def test_no_room_for_the_file_is_told_and_retried(imports: Importer) -> None:
    chance = random.Random(1)
    kettles = "".join(f"K-{n},{chance.randbytes(1500).hex()}\n" for n in range(1_000))
    job = imports.open(f"sku,name\n{kettles}")
    with files_of_at_most(MEBIBYTE), pytest.raises(StoreUnreachable, match="no room") as told:
        imports.intake(job)
    assert record_failure(imports.stores, job.id, told.value).reason == "store unreachable"
    assert imports.number_of("products") == 0
    job = imports.run(imports.confirm(imports.intake(retry(imports.stores, job.id)), {}))
    assert counts(job) == {"rows": 1_000, "created": 1_000}


def test_a_full_disk_of_postgresql_amid_staging_is_told_and_retried(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="segops-tests-") as folder:
        Path(folder).chmod(0o755)
        settings = Settings(home=Path(folder, "home"))  # type: ignore[call-arg]
        server = EmbeddedPostgres(settings)
        with files_of_at_most(WAL_FILE + MEBIBYTE):
            server.start()
        try:
            with open_stores(settings, start=False) as stores:
                imports = importer(stores, tmp_path)
                job = imports.run(imports.queue(large_file()))
                assert (job.status, job.reason) == ("failed", "store unreachable")
                assert "disk" in str(job.error)
                assert [imports.number_of(f"staging.{table}") for table in STAGING] == [0] * len(STAGING)
                assert imports.number_of("products") == 0
                server.stop()
                server.start()
                assert counts(imports.run(retry(stores, job.id))) == {"rows": ROWS, "created": ROWS}
        finally:
            server.delete()
