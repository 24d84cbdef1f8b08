"""Stores open on whatever is there, and leave nothing behind that was not."""

import tempfile
from pathlib import Path

import pytest
from sqlalchemy import text

from segops_pipeline.config import Settings
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.urls import postgres_urls


def test_a_first_opening_starts_and_migrates_and_stops_again() -> None:
    with tempfile.TemporaryDirectory(prefix="segops-tests-") as folder:
        Path(folder).chmod(0o755)
        settings = Settings(home=Path(folder, "home"))  # type: ignore[call-arg]
        server = EmbeddedPostgres(settings)
        with open_stores(settings) as stores, stores.database.system_session() as connection:
            assert connection.execute(text("SELECT count(*) FROM products")).scalar_one() == 0
            assert server.running() is not None
        assert server.running() is None
        server.delete()


def test_without_a_start_a_missing_server_is_unreachable(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)  # type: ignore[call-arg]
    with pytest.raises(StoreUnreachable, match="has not been started"), open_stores(settings, start=False):
        pass


def test_a_server_of_ones_own_needs_nothing_but_its_url(settings: Settings, tmp_path: Path) -> None:
    urls = postgres_urls(settings)
    external = Settings(  # type: ignore[call-arg]
        home=tmp_path / "other",
        postgres_url=urls.plain,  # type: ignore[arg-type]
        postgres_app_password=urls.app.password,  # type: ignore[arg-type]
        postgres_system_password=urls.system.password,  # type: ignore[arg-type]
    )
    with open_stores(external) as stores, stores.database.system_session() as connection:
        assert connection.execute(text("SELECT count(*) FROM products")).scalar_one() == 0
    assert not EmbeddedPostgres(external).data.exists()


def test_files_are_below_the_installations_folder(settings: Settings, tmp_path: Path) -> None:
    upload = tmp_path / "products.csv"
    upload.write_text("sku\nA1\n")
    with open_stores(settings) as stores:
        stored = stores.files.store_upload(upload, 1)
    assert (settings.home / "files" / "uploads" / "1" / stored.checksum).exists()
