"""Looking at a file tells what an intake would suggest, and stores nothing."""

import json
import tempfile
from pathlib import Path

import pytest

from segops_pipeline.config import Settings
from segops_pipeline.errors import EmptyFile, HeaderOnly
from segops_pipeline.imports.inspect import inspect_file

FILE = "Artikelnr;Bezeichnung;Preis;leer\n001;Stuhl;12,50 €;\n002;Tisch;99,00 €;\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "preise.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_look_has_dialect_rows_columns_key_name_and_issues(file: Path) -> None:
    found = json.loads(json.dumps(inspect_file(file, Settings())))  # type: ignore[call-arg]
    assert set(found) == {"dialect", "rows", "columns", "key", "name", "issues"}
    assert found["dialect"] == {
        "kind": "delimited",
        "encoding": found["dialect"]["encoding"],
        "delimiter": ";",
        "quote": '"',
        "header_row": 0,
        "sheet": None,
        "member": None,
    }
    assert (found["rows"], found["key"], found["name"]) == (2, "Artikelnr", "Bezeichnung")
    assert all(
        set(column) == {"name", "type", "target", "confidence", "source", "reason"} for column in found["columns"]
    )
    assert [(column["name"], column["type"]) for column in found["columns"]][:3] == [
        ("Artikelnr", "text"),
        ("Bezeichnung", "text"),
        ("Preis", "price"),
    ]
    assert (found["columns"][3]["target"], found["columns"][3]["source"]) == (None, "none")
    assert all(0 <= column["confidence"] <= 1 for column in found["columns"])


def test_a_look_stores_nothing(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    home = tmp_path / "home"
    before = file.stat()
    inspect_file(file, Settings(home=home))  # type: ignore[call-arg]
    assert not home.exists()
    assert list(scratch.iterdir()) == []
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["preise.csv", "scratch"]


def test_a_look_at_a_file_without_a_key_says_so(tmp_path: Path) -> None:
    path = tmp_path / "no-key.csv"
    path.write_text("weight,comment\n2,nice\n2,nice\n")
    found = inspect_file(path, Settings())  # type: ignore[call-arg]
    assert found["key"] is None
    assert "no_key" in [issue["code"] for issue in found["issues"]]


def test_a_look_at_a_file_whose_key_repeats_says_what_would_tell_its_rows_apart(tmp_path: Path) -> None:
    path = tmp_path / "variants.csv"
    variants = [f"{handle},{size},12.50\n" for handle in ("shirt", "skirt", "scarf") for size in ("S", "M", "L")]
    path.write_text("Handle,Size,Price\n" + "".join(variants))
    found = inspect_file(path, Settings())  # type: ignore[call-arg]
    messages = [issue["message"] for issue in found["issues"] if issue["code"] == "key_repeats"]
    assert ["“Handle” and “Size” together" in message for message in messages] == [True]


@pytest.mark.parametrize(("content", "error"), [("", EmptyFile), ("sku,name\n", HeaderOnly)])
def test_a_look_at_a_bad_file_names_its_error(content: str, error: type[Exception], tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content)
    with pytest.raises(error, match=r"bad\.csv"):
        inspect_file(path, Settings())  # type: ignore[call-arg]
