"""The curve of confidence is measured over labels that are given, else over the demo's catalogues."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.__main__ import main
from benchmarks.confidence import DEMO_FIELDS, FIELDS, Answer, curve, measure, show_curve
from demo.suppliers import CATALOGUES


def labelled(folder: Path, key: str | None) -> Path:
    """A folder with one labelled file."""
    (folder / "list.csv").write_text("SKU,Name,Price\n" + "".join(f"A-{n},Thing number {n},9.90\n" for n in range(12)))
    label = {"kind": "product", "header": ["SKU", "Name", "Price"], "key": key, "name": "#2"}
    (folder / "gold.json").write_text(json.dumps({"list.csv": label}))
    return folder


def test_the_demo_catalogues_keep_the_bars() -> None:
    console = Console(width=100)
    with console.capture() as shown:
        figures = measure(None, console)
    assert {figure.name.split(":")[0] for figure in figures} == {"field", "key", "name"}
    assert all(figure.passes for figure in figures)
    assert "0.9 – 1.0" in shown.get()


def test_every_column_of_the_demo_has_its_answer() -> None:
    assert {path.name for path in CATALOGUES.iterdir()} == set(DEMO_FIELDS)
    for file, wanted in DEMO_FIELDS.items():
        header = (CATALOGUES / file).read_text("utf-8-sig").splitlines()[0]
        assert all(column in header for column in wanted)
        assert set(wanted.values()) <= set(FIELDS)


def test_labels_say_what_is_right(tmp_path: Path) -> None:
    figures = {figure.name: figure for figure in measure(labelled(tmp_path, "SKU"), Console(quiet=True))}
    assert figures["key: wrong ones from 0.9 on"].median == 0


def test_a_key_where_the_labels_have_none_is_wrong(tmp_path: Path) -> None:
    figures = {figure.name: figure for figure in measure(labelled(tmp_path, None), Console(quiet=True))}
    assert not figures["key: wrong ones from 0.9 on"].passes
    assert figures["name: wrong ones from 0.9 on"].passes


def test_names_of_fields_are_labels_as_well(tmp_path: Path) -> None:
    given = {"fields": ["title", "price"], "suppliers": [["Titel", "Preis"], ["name", "amt"]]}
    (tmp_path / "field_names.json").write_text(json.dumps(given))
    assert {figure.name for figure in measure(tmp_path, Console(quiet=True))} == {
        "field: right ones below 0.9",
        "field: wrong ones from 0.9 on",
    }


def test_the_curve_counts_the_answers_of_each_bin() -> None:
    answers = [Answer("key", 0.95, True), Answer("key", 1.0, False), Answer("key", 0.65, True)]
    assert [found for found in curve(answers) if found[2]] == [(0.6, 0.7, 1, 1), (0.9, 1.0, 2, 1)]


def test_the_curve_is_shown_for_each_kind_and_for_all() -> None:
    console = Console(width=100)
    with console.capture() as shown:
        show_curve(console, [Answer("key", 0.95, True), Answer("name", 0.95, False)])
    lines = [line.split() for line in shown.get().splitlines()]
    assert ["all", "0.9", "–", "1.0", "2", "50.0%"] in lines


def test_a_folder_without_labels_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["confidence", "--labels", str(tmp_path)])
    assert "has neither gold.json nor field_names.json" in capsys.readouterr().err
