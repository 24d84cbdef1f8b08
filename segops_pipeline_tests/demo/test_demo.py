"""The demo, run twice on a new installation, as `make demo` runs it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.show import sentence
from demo.suppliers import CATALOGUES, SUPPLIERS
from segops_pipeline.config import Settings
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres
from segops_pipeline_tests.repository.tree import ROOT

Runs = list["subprocess.CompletedProcess[str]"]


def run_demo(home: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "SEGOPS_HOME": str(home), "COLUMNS": "80", **variables}
    command = [sys.executable, "-m", "demo"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    """Two runs of the demo, one after the other, on one installation."""
    with tempfile.TemporaryDirectory(prefix="segops-demo-") as folder:
        home = Path(folder) / "home"
        try:
            yield [run_demo(home), run_demo(home)]
        finally:
            EmbeddedPostgres(Settings(home=home)).delete()  # type: ignore[call-arg]


def section(run: "subprocess.CompletedProcess[str]", heading: str) -> list[str]:
    """The lines of the output from one heading to the next."""
    _, _, rest = run.stdout.partition(f"\n{heading}")
    return rest.split("\n\n")[0].splitlines()


@pytest.mark.slow
class TestTwoRuns:
    def test_both_end_well(self, runs: Runs) -> None:
        assert [run.returncode for run in runs] == [0, 0], [run.stdout + run.stderr for run in runs]

    def test_the_first_creates_every_good_row(self, runs: Runs) -> None:
        assert "144 rows written, 0 unchanged, 12 rejected, 4 folded into a later row." in runs[0].stdout

    def test_the_second_leaves_every_row_unchanged(self, runs: Runs) -> None:
        assert "144 rows unchanged, 12 rejected again, 4 folded again." in runs[1].stdout

    def test_the_next_price_list_is_planned_applied_and_taken_back(self, runs: Runs) -> None:
        for run in runs:
            shown = section(run, "The next price list")
            assert "   43 rows, 2 updated, 37 unchanged, 3 rejected, 1 skipped" in shown
            assert "   NO-1001  price: 389.00 EUR → 359.00 EUR" in shown
            assert "   done: 2 products as they were before" in shown

    def test_every_supplier_has_its_counts(self, runs: Runs) -> None:
        for supplier, rows, created in zip(SUPPLIERS, (43, 41, 36, 40), (39, 37, 32, 36), strict=True):
            first, second = (
                next(line.split() for line in run.stdout.splitlines() if line.split()[:2] == [supplier.name, str(rows)])
                for run in runs
            )
            assert first[1:] == [str(rows), str(created), "0", "0", "3", "1"]
            assert second[1:] == [str(rows), "0", "0", str(created), "3", "1"]

    def test_the_columns_of_four_languages_become_one_field(self, runs: Runs) -> None:
        mappings = section(runs[0], "One schema for all")
        assert ["price", "Price", "Preis", "Prix", "price"] in [line.split() for line in mappings]

    def test_values_are_shown_as_they_are_typed(self, runs: Runs) -> None:
        rows = [line.split() for line in section(runs[0], "Some products")]
        assert ["in_stock", "boolean", "true", "true", "true", "true"] in rows
        assert ["release_date", "datetime", "2024-03-15", "2018-08-19"] in [row[:4] for row in rows]

    def test_the_three_stores_have_all_products(self, runs: Runs) -> None:
        for run in runs:
            assert "144 products in PostgreSQL, 144 in ClickHouse, 144 with an embedding." in run.stdout

    def test_clickhouse_has_the_prices_of_both_currencies(self, runs: Runs) -> None:
        prices = [line.split()[:3] for line in runs[0].stdout.splitlines() if line.startswith(" price ")]
        assert ["price", "EUR", "107"] in prices
        assert ["price", "USD", "35"] in prices

    def test_a_search_finds_what_is_meant(self, runs: Runs) -> None:
        assert any("Boot" in line for line in section(runs[0], "Search by meaning"))

    def test_nothing_is_wider_than_80_columns(self, runs: Runs) -> None:
        # the folder of a test's installation can be of any length, and stands alone on its line
        wide = [line for run in runs for line in run.stdout.splitlines() if len(line) > 80 and "/home" not in line]
        assert wide == []

    def test_it_says_what_to_open_next(self, runs: Runs) -> None:
        for run in runs:
            assert "segops up" in run.stdout
            assert "inbox/demo/nordic-outdoor" in run.stdout
            assert "segops exec -- psql" in run.stdout

    def test_nothing_is_said_on_standard_error(self, runs: Runs) -> None:
        assert [run.stderr for run in runs] == ["", ""]


def test_a_store_that_cannot_be_reached_ends_it_with_its_exit_code(tmp_path: Path) -> None:
    run = run_demo(
        tmp_path / "home",
        SEGOPS_POSTGRES_URL="postgresql://nobody@127.0.0.1:1/none",
        SEGOPS_POSTGRES_APP_PASSWORD="none",
        SEGOPS_POSTGRES_SYSTEM_PASSWORD="none",
    )
    assert run.returncode == 3
    assert "Error:" in run.stderr
    assert "Traceback" not in run.stderr


def test_every_sample_catalogue_has_a_supplier() -> None:
    assert {supplier.path for supplier in SUPPLIERS} == set(CATALOGUES.iterdir())


def test_counts_with_changes_are_told_as_written() -> None:
    totals = {"created": 1, "updated": 2, "unchanged": 3, "rejected": 4, "skipped": 5}
    assert sentence(totals) == "3 rows written, 3 unchanged, 4 rejected, 5 folded into a later row."
