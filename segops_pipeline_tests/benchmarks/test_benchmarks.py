"""Every benchmark runs, at sizes that take no time; how long anything takes is no matter here.

The one of the inbox needs a running system: see `cli.test_running_system`.
"""

import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import command, definitions, fuzz, growth, inspect_speed, pim, pipeline
from benchmarks.__main__ import main
from benchmarks.figures import Figure, keep, ratio, show


def by_name(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures}


def test_the_pipeline_is_measured_beside_its_floor() -> None:
    figures = by_name(pipeline.measure(rows=200, repetitions=2, beside_dlt=False))
    first = figures["Parquet to committed products, all new"].samples
    floor = figures["floor: COPY and one INSERT … ON CONFLICT"].samples
    assert len(first) == len(floor) == 2
    assert figures["all new, to the floor"].samples == [a / b for a, b in zip(first, floor, strict=True)]
    bars = {name: figure.bar for name, figure in figures.items() if figure.bar is not None}
    assert bars == {
        "all new, to the floor": 3.0,
        "plan and apply, to the floor": 1.6,
        "the same rows in another order, to the first time": 0.4,
        "one per cent changed, to the first time": 0.5,
        "undo, to applying them": 1.5,
    }


def test_the_definitions_are_measured_beside_dagster_and_load_nothing_heavy() -> None:
    figures = by_name(definitions.measure(repetitions=1))
    assert figures["import segops_pipeline.definitions"].bar == 1.5
    assert figures["floor: import dagster"].median > 0
    assert figures["heavy modules loaded: none"].passes


def test_a_look_at_a_file_is_measured_beside_duckdb_and_its_memory_beside_a_tenth_of_the_rows() -> None:
    figures = by_name(inspect_speed.measure(rows=50, repetitions=2))
    ours, floor = (figures[name].samples for name in ("inspect_file", "floor: DuckDB sniffs it and loads it as text"))
    assert figures["to the floor"].samples == [a / b for a, b in zip(ours, floor, strict=True)]
    assert figures["to the floor"].bar == 10
    assert figures["memory, to that of a tenth of the rows"].bar == 1.3
    assert figures["peak memory at 500 rows"].median > 20


def test_a_moment_of_fuzzing_finds_nothing(tmp_path: Path) -> None:
    figures = by_name(fuzz.measure(seconds=1, first=0, kept=tmp_path / "kept"))
    assert figures["crashes"].passes
    assert figures["hangs"].passes
    assert not (tmp_path / "kept").exists()


@pytest.mark.slow
def test_an_import_of_ten_times_the_rows_is_measured_with_its_memory() -> None:
    figures = by_name(growth.measure(rows=50))
    assert figures["time, to that of a tenth of the rows"].bar == 11
    assert figures["memory, to that of a tenth"].bar == 1.3


@pytest.mark.slow
def test_products_of_a_pim_are_measured_beside_a_plain_import_of_that_size() -> None:
    figures = by_name(pim.measure(rows=50, repetitions=1))
    bars = {name: figure.bar for name, figure in figures.items() if figure.bar is not None}
    assert bars == {
        "all new, to plain": 4.0,
        "the same again, to plain": 4.0,
        "overwrite, to plain changes": 4.0,
        "memory, to that of a tenth": 1.3,
    }


@pytest.mark.slow
def test_a_whole_command_is_measured() -> None:
    figures = by_name(command.measure(rows=20, repetitions=1))
    assert figures["from its start to its end"].bar == 5


def test_a_figure_is_the_median_of_its_samples_and_fails_above_its_bar() -> None:
    figure = Figure("part", "name", [1.0, 9.0, 2.0], bar=2.0)
    assert (figure.median, figure.passes) == (2.0, True)
    assert not Figure("part", "name", [1.0, 9.0, 2.1], bar=2.0).passes
    assert Figure("part", "name", [9.0]).passes


def test_a_ratio_is_of_pairs_measured_side_by_side() -> None:
    assert ratio("part", "name", [6.0, 4.0], [2.0, 4.0]).samples == [3.0, 1.0]


def test_the_figures_are_kept_with_the_machine_and_its_load(tmp_path: Path) -> None:
    path = keep([Figure("part", "name", [1.0, 3.0], bar=1.0)], (0.5, 1.5), tmp_path / "results")
    kept = json.loads(path.read_text())
    assert kept["figures"] == [
        {"part": "part", "name": "name", "median": 2.0, "unit": "s", "samples": [1.0, 3.0], "bar": 1.0, "passes": False}
    ]
    assert (kept["machine"]["load_before"], kept["machine"]["load_after"]) == (0.5, 1.5)


def test_the_table_has_each_figure_under_its_part() -> None:
    console = Console(width=100)
    with console.capture() as shown:
        show(console, [Figure("one part", "first", [1.0]), Figure("one part", "second", [2.5], "x", 5.0)])
    lines = [line.split() for line in shown.get().splitlines()]
    assert lines.count(["one", "part"]) == 1
    assert ["second", "2.50", "x", "2.50", "x", "2.50", "x", "5.00", "x"] in lines


def test_a_part_that_does_not_exist_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["pipelines"])
    assert ended.value.code == 2
    assert "the parts are definitions, pipeline, " in capsys.readouterr().err
