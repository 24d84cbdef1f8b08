"""Imports into the test's own stores."""

from pathlib import Path

import pytest

from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.importing import Importer


@pytest.fixture
def imports(stores: Stores, tmp_path: Path) -> Importer:
    """Imports texts as files into the workspace acme."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Importer(stores, folder)
