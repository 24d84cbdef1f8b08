"""`segops export` in the Bizzkit format and in own columns, and `segops pim restore`, in one process."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from segops_pipeline.cli import app
from segops_pipeline.cli.app import load_commands
from segops_pipeline.config import Settings, get_settings
from segops_pipeline.errors import SegopsError, WrongUsage
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.pim.bizzkit_files import Files, files
from segops_pipeline_tests.pim.exporting import table

__all__ = ["files"]

load_commands()
Run = Callable[..., Any]


@pytest.fixture
def run(settings: Settings, files: Files, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:  # noqa: ARG001 - fills
    """Runs a command: its JSON, or its text where `shown`."""
    monkeypatch.setenv("SEGOPS_HOME", str(settings.home))
    get_settings.cache_clear()

    def command(*words: str, shown: bool = False) -> Any:
        said = [*map(str, words), *([] if shown else ["--json"])]
        result = CliRunner().invoke(app, said, env={"COLUMNS": "200"})
        if isinstance(result.exception, SegopsError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output if shown else json.loads(result.output.splitlines()[-1])

    yield command
    get_settings.cache_clear()


def test_a_workspace_is_exported_and_restored_in_another(run: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "all.zip")
    told = run("export", "-w", "acme", "--format", "bizzkit", "-o", path)
    assert (told["products"], told["attributes"], told["bundle items"]) == (5, 9, 1)
    restored = run("pim", "restore", path, "-w", "copy")
    assert restored == {
        "made": {"segment": 3, "global_list": 2, "attribute": 9, "brand": 2, "product": 5}, "there": {}
    }  # fmt: skip
    assert "There already" in run("pim", "restore", path, "-w", "copy", shown=True)


def test_products_are_chosen_by_words_and_values(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    shown = run(
        "export", "-w", "acme", "--format", "bizzkit", "--entity", "product", "--where", "tags=b",
        "--at-most", "WEIGHT=2", "-o", str(path), shown=True,
    )  # fmt: skip
    assert shown.startswith("1 products in")
    assert [row[0] for row in table(path)] == ["UniqueName", "PLAIN"]


def test_a_sources_columns_are_exported_with_what_is_left_out(run: Run, imports: Importer, tmp_path: Path) -> None:
    imports.load("Nr.,Colour\nA,red\n", source="shop", mapping={"Nr.": "sku", "Colour": "colour"})
    imports.execute("UPDATE products SET data = '{\"colour\": 1}' WHERE sku = 'A'")
    path = tmp_path / "shop.jsonl"
    told = run("export", "-w", "acme", "--source", "shop", "--format", "jsonl", "-o", str(path))
    assert (told["products"], [note["code"] for note in told["notes"]]) == (1, ["column_left_out"])
    assert path.read_text() == '{"Nr.": "A"}\n'


REFUSED = (
    (["--format", "bizzkit", "-o", "all.csv"], "a .zip file"),
    (["--format", "bizzkit", "--entity", "brand", "-o", "x.zip"], "a .csv file"),
    (["--format", "bizzkit", "--safe", "-o", "x.zip"], "exact"),
    (["--format", "bizzkit", "--source", "shop", "-o", "x.zip"], "columns of its own"),
    (["--entity", "brand", "-o", "x.csv"], "for the bizzkit format"),
    (["--all", "-o", "x.csv"], "products of a source"),
    (["--source", "a", "--template", "b", "-o", "x.csv"], "not both"),
    (["--where", "color", "-o", "x.csv"], "no condition"),
)


def test_an_export_that_makes_no_sense_is_refused(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words, said in REFUSED:
        with pytest.raises(WrongUsage, match=said):
            run("export", "-w", "acme", *words)
    assert [*tmp_path.glob("*.csv"), *tmp_path.glob("*.zip")] == []
