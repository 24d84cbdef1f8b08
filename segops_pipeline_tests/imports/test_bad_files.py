"""A bad file is a named error that says what to do, and changes nothing in the catalogue."""

import os
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from segops_pipeline.config import Settings
from segops_pipeline.errors import (
    BadFile,
    BinaryFile,
    CellTooLarge,
    EmptyFile,
    FetchError,
    FileTooLarge,
    HeaderOnly,
    NoKey,
    SegopsError,
    TooManyColumns,
    TooManyRows,
    UnsupportedFormat,
    WrongEncoding,
)
from segops_pipeline.imports.confirm import confirm, suggested_confirmation
from segops_pipeline.imports.failure import record_failure
from segops_pipeline.imports.intake import suggestion_of
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.conftest import kept_open
from segops_pipeline_tests.importing import Importer

GIBIBYTE = 1024**3


@pytest.fixture
def stores(settings: Settings) -> Stores:
    """Stores with limits that a small file reaches, but for its bytes."""
    limits = {"max_rows": 100, "max_columns": 20, "max_cell_bytes": 50_000}
    return kept_open(settings.model_copy(update=limits))


def sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 5 * GIBIBYTE)


def document(path: Path) -> None:
    with ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")


BAD: dict[str, tuple[bytes | Callable[[Path], None], type[SegopsError]]] = {
    "empty": (b"", EmptyFile),
    "blank": (b"\n\n  \n", EmptyFile),
    "byte order mark alone": (b"\xef\xbb\xbf", EmptyFile),
    "header only": (b"sku,name,price\n", HeaderOnly),
    "header and blank rows": (b"sku,name,price\n,,\n\n", HeaderOnly),
    "binary": (bytes(range(256)) * 40, BinaryFile),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), BadFile),
    "Word document": (document, BinaryFile),
    "web page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", UnsupportedFormat),
    "5 GB claimed": (sparse, FileTooLarge),
    "wrong encoding": (b"\xef\xbb\xbfsku,name\n" + b"A,\xff\xfe\x81\x8d\xc3(\n" * 9, WrongEncoding),
    "too many rows": (b"sku,name\n" + b"".join(b"%d,x\n" % number for number in range(101)), TooManyRows),
    "too many columns": (b",".join(b"c%d" % n for n in range(21)) + b"\n" + b"," * 20 + b"x\n", TooManyColumns),
    "too large a cell": (b"sku,name\nA," + b"x" * 50_001 + b"\n", CellTooLarge),
    "folder": (Path.mkdir, FetchError),
    "missing": (lambda _path: None, FetchError),
    "pipe": (os.mkfifo, FetchError),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_is_a_named_error_and_changes_nothing(bad: str, imports: Importer) -> None:
    content, error_type = BAD[bad]
    imports.load("sku,name,weight\nA,Chair,2\n", {"weight": "number"})
    before = imports.catalogue()
    path = imports.folder / "bad.csv"
    path.write_bytes(content) if isinstance(content, bytes) else content(path)
    job = imports.open(path)
    with pytest.raises(error_type) as told:
        imports.intake(job)
    assert told.value.message
    assert told.value.remedy
    failed = record_failure(imports.stores, job.id, told.value)
    assert (failed.status, failed.reason) == ("failed", told.value.code.replace("_", " "))
    assert failed.error is not None
    assert (failed.error["code"], failed.error["message"]) == (told.value.code, told.value.message)
    assert imports.catalogue() == before


def test_a_file_without_a_key_waits_for_one_and_cannot_be_confirmed(imports: Importer) -> None:
    job = imports.read("weight,comment\n2,nice\n2,nice\n3,old\n")
    before = imports.catalogue()
    assert suggestion_of(job).key is None
    assert [issue.code for issue in imports.issues(job) if issue.code == "no_key"] == ["no_key"]
    with pytest.raises(NoKey):
        confirm(imports.stores, job.id, suggested_confirmation(job))
    assert imports.catalogue() == before
    assert imports.job(job) == job


def test_the_installations_own_files_are_not_imported(imports: Importer) -> None:
    job = imports.open(imports.stores.settings.home / "postgres.json")
    with pytest.raises(FetchError, match="folder of the installation"):
        imports.intake(job)


def test_a_failed_reading_leaves_no_rows_behind(imports: Importer) -> None:
    job = imports.open(b"sku,name\n" + b"".join(b"%d,x\n" % number for number in range(101)))
    with pytest.raises(TooManyRows):
        imports.intake(job)
    assert imports.job(job).rows_uri is None
    assert not (imports.stores.settings.home / "files" / "rows").exists()
