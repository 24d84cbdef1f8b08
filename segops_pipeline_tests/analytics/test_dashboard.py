"""A dashboard's figures are those of the imports, from ClickHouse and, where that is away, from PostgreSQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import SecretStr

from segops_pipeline.analytics.dashboard import Dashboard, read_dashboard
from segops_pipeline.analytics.import_figures import Period, Tally, every_period, first_day
from segops_pipeline.analytics.sync import sync_workspace
from segops_pipeline.imports.failure import cancel
from segops_pipeline.stores.opening import Stores, open_stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline_tests.conftest import installation
from segops_pipeline_tests.importing import Importer

TYPES = {"price": "number"}
NOBODY = SecretStr("http://127.0.0.1:1")


@pytest.fixture(scope="module")
def workspace(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Importer]:
    """Imports of three sources: done twice, failed, cancelled, and one that is done long ago."""
    folder = tmp_path_factory.mktemp("files")
    with installation(cluster, folder / "home") as settings, open_stores(settings) as stores:
        imports = Importer(stores, folder)
        old = imports.load("sku,price,brand\nA,1,\nB,2,Bosch\n", TYPES, source="old")
        imports.execute("UPDATE import_jobs SET finished_at = now() - interval '40 days' WHERE id = :id", id=old.id)
        imports.load("sku,price,brand\nA,1,Bosch\nC,3,\nC,4,\nD,x,\n", TYPES, source="shop")
        imports.load("sku,price\nE,x\nF,1\n", TYPES, source="strict", validation="strict")
        cancel(stores, imports.read("sku\nZ\n").id)
        sync_workspace(stores, old.workspace_id)
        yield imports


@pytest.fixture(scope="module")
def month(workspace: Importer) -> Dashboard:
    return read_dashboard(workspace.stores, _id(workspace), 30)


def _id(imports: Importer) -> int:
    return imports.rows("SELECT id FROM workspaces WHERE name = 'acme'")[0]["id"]


def without_time(tally: Tally) -> Tally:
    return replace(tally, seconds_worked=0.0, warned=0)


def test_the_total_counts_imports_and_what_became_of_their_rows(month: Dashboard) -> None:
    total = month.figures.total
    assert total.seconds_worked > 0
    assert without_time(total) == Tally(
        done=1, failed=1, cancelled=1, created=1, updated=1, rejected=1, skipped=1, repeated=1, lost=2
    )
    assert (total.rows, total.successful, total.success_rate) == (6, 3, 0.5)
    assert (total.invalid_share, total.repeated_share, total.known_share) == (0.25, 0.25, 0.25)
    assert total.rows_per_second == 4 / total.seconds_worked


def test_rejected_rows_are_counted_by_cause_of_failed_imports_too(month: Dashboard) -> None:
    (cause,) = month.figures.causes
    assert (cause.column, cause.rows, cause.imports) == ("price", 2, 2)


def test_sources_are_told_with_the_busiest_first(month: Dashboard) -> None:
    assert [source.source for source in month.figures.sources] == ["shop", "strict"]
    assert month.figures.sources[0].tally.rows == 4


def test_the_coverage_names_every_field_of_the_schema(month: Dashboard) -> None:
    assert month.products == 3
    assert [(each.field, each.filled) for each in month.coverage] == [("price", 3), ("brand", 2)]
    assert month.filled_share == 5 / 6


def test_each_day_is_there_and_a_longer_time_reaches_further_back(workspace: Importer, month: Dashboard) -> None:
    assert len(month.figures.periods) == 30
    assert month.figures.periods[-1].start == datetime.now(UTC).date()
    year = read_dashboard(workspace.stores, _id(workspace), 365)
    assert (year.figures.step, year.figures.total.done) == ("week", 2)
    assert 52 <= len(year.figures.periods) <= 54


def test_without_clickhouse_the_figures_are_those_of_postgresql(workspace: Importer, month: Dashboard) -> None:
    settings = workspace.stores.settings.model_copy(update={"clickhouse_url": NOBODY})
    found = read_dashboard(replace(workspace.stores, settings=settings), _id(workspace), 30)
    assert found.problem is not None
    assert "ClickHouse" in found.problem.message
    assert without_time(found.figures.total) == without_time(month.figures.total)
    assert [period.start for period in found.figures.periods] == [period.start for period in month.figures.periods]
    assert [each.source for each in found.figures.sources] == [each.source for each in month.figures.sources]
    assert (found.products, found.coverage, found.filled_share) == (3, [], None)


def test_an_empty_workspace_has_a_dashboard_without_figures(stores: Stores, workspace_id: int) -> None:
    found = read_dashboard(stores, workspace_id, 7)
    assert (found.products, found.figures.total, found.filled_share) == (0, Tally(), None)
    assert found.figures.total.success_rate is found.figures.total.rows_per_second is None
    assert found.as_dict()["periods"][0]["rows"] == 0


def test_days_are_told_one_by_one_and_a_year_by_weeks_from_monday() -> None:
    today = date(2026, 3, 4)
    assert [period.start.day for period in every_period([], 3, today)] == [2, 3, 4]
    weeks = every_period([{"start": date(2026, 3, 2), **Tally(done=1).as_dict()}], 365, today)
    assert {week.start.weekday() for week in weeks} == {0}
    assert weeks[-1] == Period(date(2026, 3, 2), Tally(done=1))
    assert weeks[0].start == first_day(365, today) >= today - timedelta(days=371)
