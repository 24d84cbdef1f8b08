"""Imports into the test's own stores."""

from pathlib import Path

import pytest

from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.pim.folded import Folded


@pytest.fixture
def imports(stores: Stores, tmp_path: Path) -> Importer:
    """Imports texts as files into the workspace acme."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Importer(stores, folder)


@pytest.fixture
def folded(imports: Importer, workspace_id: int) -> Folded:
    """Plans and applies rows of records in the workspace acme."""
    return Folded(imports, workspace_id)
