"""Whether every stored file belongs to a job and every job has its files; what nobody refers to is deleted.

A file is deleted only when it is older than a day: whoever stores one notes it in a job a moment later.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import RowMapping, text
from sqlalchemy.engine import Connection

from segops_pipeline.imports.jobs import update_job
from segops_pipeline.imports.upload_bytes import lock_upload
from segops_pipeline.stores.files import StoredFile
from segops_pipeline.stores.opening import Stores

URIS = ("upload_uri", "original_uri", "rows_uri", "results_uri")
FOLDERS = ("uploads", "rows", "results")
YOUNG = timedelta(days=1)

REFERENCES = """
SELECT id, status, upload_uri, original_uri, rows_uri, results_uri FROM import_jobs
WHERE num_nonnulls(upload_uri, original_uri, rows_uri, results_uri) > 0
"""
IS_REFERRED_TO = """
SELECT EXISTS (SELECT FROM import_jobs WHERE :uri IN (upload_uri, original_uri, rows_uri, results_uri))
"""

# message, remedy, whether it is repaired
Found = tuple[str, str, bool]


def examine_files(stores: Stores, *, repair: bool) -> Iterator[Found]:
    """Compare the file store with what the jobs refer to.

    Args:
        stores: the open stores.
        repair: delete old files that nobody refers to; forget results and originals that are gone.

    Raises:
        StoreUnreachable: PostgreSQL or the file store does not answer.
    """
    with stores.database.system_session() as connection:
        jobs = (
            connection.execute(text(REFERENCES)).mappings().all()
        )  # before the files: what is stored meanwhile is young
    files = {file.uri: file for file in stores.files.listed() if file.place.split("/")[0] in FOLDERS}
    referred = {job[name] for job in jobs for name in URIS}
    gone = [job for job in jobs if any(job[name] is not None and job[name] not in files for name in URIS)]
    yield from _missing(stores, gone, repair)
    yield from _orphans(stores, [file for uri, file in files.items() if uri not in referred], repair)


def _missing(stores: Stores, jobs: list[RowMapping], repair: bool) -> Iterator[Found]:
    """Jobs whose files are not in the store; one that has ended is told as one whose files are not kept."""
    for job in jobs:
        lacking = [name for name in URIS if _lacks(stores, job[name])]
        if not lacking:
            continue
        names = ", ".join(name.removesuffix("_uri") for name in lacking)
        message = f"Job {job['id']} ({job['status']}) refers to files that are gone: {names}."
        if job["status"] == "done":
            if repair:
                with stores.database.system_session() as connection:
                    update_job(connection, job["id"], **dict.fromkeys(lacking))
            yield message, "segops doctor --repair", repair
        else:
            yield message, f"Import the file again, and cancel this one with `segops cancel {job['id']}`.", False


def _lacks(stores: Stores, uri: str | None) -> bool:
    return uri is not None and not stores.files.exists(uri)


def _orphans(stores: Stores, files: list[StoredFile], repair: bool) -> Iterator[Found]:
    """Files that nobody refers to, all in one finding."""
    before = datetime.now(UTC) - YOUNG
    old = [file for file in files if file.modified_at is not None and file.modified_at < before]
    if not old:
        return
    for file in old if repair else ():
        with stores.database.system_session() as connection:
            _delete(connection, stores, file.uri)
    size = sum(file.size_bytes for file in old)
    yield f"{len(old)} files ({size:,} bytes) belong to no job, among them {old[0].place}.", "Repair.", repair


def _delete(connection: Connection, stores: Stores, uri: str) -> None:
    lock_upload(connection, uri)
    if not connection.execute(text(IS_REFERRED_TO), {"uri": uri}).scalar_one():
        stores.files.delete(uri)
