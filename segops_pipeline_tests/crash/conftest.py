"""Imports into the test's own stores."""

from pathlib import Path

import pytest

from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.importing import Importer


@pytest.fixture
def imports(stores: Stores, tmp_path: Path) -> Importer:
    """Imports texts as files into the workspace acme."""
    return importer(stores, tmp_path)


def importer(stores: Stores, folder: Path) -> Importer:
    """Imports texts as files, of a folder of their own, into the workspace acme."""
    files = folder / "files"
    files.mkdir(exist_ok=True)
    return Importer(stores, files)
