"""Content goes in whole, once, and comes out as it was: in a folder and on any other filesystem."""

from pathlib import Path

import pytest

from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.stores.files import FileStore


@pytest.fixture(params=["folder", "memory"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    """A store in a folder, and one that is no folder: fsspec's own filesystem in memory."""
    return FileStore(str(tmp_path / "store") if request.param == "folder" else f"memory://{tmp_path.name}")


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    """A file of eight bytes."""
    path = tmp_path / "products.csv"
    path.write_bytes(b"sku\r\nA1\n")
    return path


def test_an_upload_is_kept_under_the_checksum_of_its_bytes(files: FileStore, upload: Path) -> None:
    stored = files.store_upload(upload, 7)
    assert stored.checksum == "966f0904c625e2c09c25bfe9b98c628ce09d985f2f9f1eb6e0f0e76675813f26"
    assert stored.size_bytes == 8
    assert stored.uri.endswith(f"uploads/7/{stored.checksum}")
    with files.local(stored.uri) as path:
        assert path.read_bytes() == b"sku\r\nA1\n"


def test_the_same_bytes_are_stored_once(files: FileStore, upload: Path) -> None:
    assert files.store_upload(upload, 7) == files.store_upload(upload, 7)


def test_what_is_stored_is_listed_with_its_age_and_size(files: FileStore, upload: Path) -> None:
    assert list(files.listed()) == []
    stored = files.store_upload(upload, 7)
    files.save(upload, files.results_uri(7, "job"))
    listed = {file.place: file for file in files.listed()}
    assert sorted(listed) == ["results/7/job.parquet", f"uploads/7/{stored.checksum}"]
    found = listed[f"uploads/7/{stored.checksum}"]
    assert (found.uri, found.size_bytes) == (stored.uri, 8)
    assert found.modified_at is None or found.modified_at.tzinfo is not None


def test_two_workspaces_do_not_share_an_upload(files: FileStore, upload: Path) -> None:
    first, second = files.store_upload(upload, 7), files.store_upload(upload, 8)
    files.delete(first.uri)
    assert not files.exists(first.uri)
    assert files.exists(second.uri)


def test_nothing_half_written_is_left_beside_an_upload(upload: Path, tmp_path: Path) -> None:
    files = FileStore(str(tmp_path / "store"))
    stored = [files.store_upload(upload, 7) for _ in range(2)]
    assert [path.name for path in (tmp_path / "store/uploads/7").iterdir()] == [stored[0].checksum]


def test_saved_content_replaces_what_was_there(files: FileStore, upload: Path) -> None:
    uri = files.rows_uri(7, "job")
    assert uri.endswith("rows/7/job.parquet")
    files.save(upload, uri)
    upload.write_bytes(b"new")
    files.save(upload, uri)
    with files.local(uri) as path:
        assert path.read_bytes() == b"new"


def test_a_local_file_is_not_copied(upload: Path, tmp_path: Path) -> None:
    files = FileStore(str(tmp_path / "a store"))
    stored = files.store_upload(upload, 7)
    with files.local(stored.uri) as path:
        assert path == tmp_path / "a store/uploads/7" / stored.checksum


def test_what_is_not_there_is_deleted_in_peace(files: FileStore) -> None:
    files.delete(files.rows_uri(7, "nothing"))


def test_missing_content_is_a_named_error(files: FileStore) -> None:
    with (
        pytest.raises(StoreUnreachable, match="no longer in the file store"),
        files.local(files.rows_uri(7, "no")),
    ):
        pass


def test_a_store_that_cannot_be_written_is_a_named_error(upload: Path, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file, no folder")
    with pytest.raises(StoreUnreachable, match="file store does not answer"):
        FileStore(str(tmp_path / "store")).store_upload(upload, 7)


def test_an_unknown_kind_of_store_is_a_named_error() -> None:
    with pytest.raises(StoreUnreachable, match="There is no file store"):
        FileStore("nonsense://bucket")
