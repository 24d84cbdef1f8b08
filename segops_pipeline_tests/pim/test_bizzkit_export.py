"""A workspace exported in the Bizzkit format: importing it again changes nothing, and makes the same of nothing."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from segops_pipeline.catalogue.pim.records import MemoryRecords
from segops_pipeline_tests.pim.catalogues import catalogues
from segops_pipeline_tests.pim.exporting import contents, copy_of, exchanged, folded, rebuilt, written

PROPERTY = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


@PROPERTY
@given(catalogues())
def test_an_export_of_any_catalogue_changes_nothing_and_makes_the_same_of_nothing(records: MemoryRecords) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = written(records, Path(folder))
        again = copy_of(records)
        assert set(folded(files, again)) <= {"unchanged"}
        assert contents(again) == contents(records)
        assert files.notes == []
        assert contents(rebuilt(files)) == contents(records)


@PROPERTY
@given(catalogues())
def test_products_exported_for_overwrite_are_what_they_were_whatever_became_of_them(records: MemoryRecords) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = written(records, Path(folder), "overwrite")
        again = copy_of(records)
        assert set(folded(files, again, "overwrite")) <= {"unchanged"}
        assert contents(again) == contents(records)
        folded(files, exchanged(again), "overwrite")
        assert contents(again) == contents(records)
