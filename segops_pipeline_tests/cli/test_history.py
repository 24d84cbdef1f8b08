"""`segops history` shows pages, one import whole, the results of its rows and its original file."""

from datetime import UTC, datetime

import pytest

from segops_pipeline.cli.history import moment
from segops_pipeline.errors import WrongUsage
from segops_pipeline.imports.failure import sweep
from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.importing import Importer

LAMPS = "sku,name\nL-1,Desk lamp\nL-2,Floor lamp\n,No lamp\n"


@pytest.fixture(scope="module")
def loaded(imports: Importer) -> str:
    """An import that is done."""
    imports.workspace = "lamps"
    job = imports.load(LAMPS)
    sweep(imports.stores)
    return job.id


def test_the_history_is_listed_by_page(segops: Segops, imports: Importer, loaded: str) -> None:
    imports.load(LAMPS)
    first = segops("history", "-w", "lamps", "--limit", "1", "--json").json
    assert first["next"]
    second = segops("history", "-w", "lamps", "--after", first["next"])
    assert second.code == 0
    assert loaded in second.out
    assert first["imports"][0]["job_id"] not in second.out


def test_one_import_is_shown_whole_and_its_file_is_got_back(segops: Segops, loaded: str) -> None:
    shown = segops("history", loaded)
    assert shown.code == 0
    assert "mapping: sku → sku; name → name" in shown.out
    assert segops("history", loaded, "--original", "back.csv").code == 0
    assert (segops.folder / "back.csv").read_text() == LAMPS


def test_a_day_is_counted_as_a_whole_and_nonsense_is_refused() -> None:
    assert moment("2026-01-31", end=True) == datetime(2026, 2, 1, tzinfo=UTC)
    assert moment("2026-01-31T08:00+02:00") == datetime(2026, 1, 31, 6, tzinfo=UTC)
    with pytest.raises(WrongUsage, match="no day"):
        moment("yesterday")
