"""The generated catalogue: always the same, and as mixed as a price list is."""

import csv
from pathlib import Path

from benchmarks.catalogue import COLUMNS, write_catalogue
from segops_pipeline.config import Settings
from segops_pipeline.imports.inspect import inspect_file


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    sizes = [write_catalogue(tmp_path / name, 50) for name in ("one.csv", "two.csv")]
    one, two = (tmp_path / name for name in ("one.csv", "two.csv"))
    assert one.read_bytes() == two.read_bytes()
    assert sizes == [one.stat().st_size] * 2


def test_it_has_twenty_columns_and_about_230_bytes_a_row(tmp_path: Path) -> None:
    assert len(COLUMNS) == 20
    assert 200 < write_catalogue(tmp_path / "new.csv", 1000) / 1000 < 260


def test_a_change_is_one_of_price_and_stock_in_every_so_many_th_row(tmp_path: Path) -> None:
    write_catalogue(tmp_path / "new.csv", 30)
    write_catalogue(tmp_path / "changed.csv", 30, changed_every=10)
    pairs = list(zip(cells(tmp_path / "new.csv"), cells(tmp_path / "changed.csv"), strict=True))
    changed = {new["sku"]: {name for name in COLUMNS if new[name] != other[name]} for new, other in pairs}
    assert {sku: names for sku, names in changed.items() if names} == {
        f"SKU-{number:07d}": {"price", "stock"} for number in (0, 10, 20)
    }


def test_every_kind_of_column_is_understood_without_a_person(tmp_path: Path) -> None:
    write_catalogue(tmp_path / "new.csv", 200)
    found = inspect_file(tmp_path / "new.csv", Settings(home=tmp_path, anthropic_api_key=None))  # type: ignore[call-arg]
    types = {column["name"]: column["type"] for column in found["columns"]}
    assert (found["key"], found["name"]) == ("sku", "name")
    assert types == {
        **dict.fromkeys(COLUMNS, "text"),
        **dict.fromkeys(("weight_g", "length_mm", "width_mm", "stock"), "number"),
        **dict.fromkeys(("price", "list_price"), "price"),
        "launched": "datetime",
        "product_url": "url",
        "tags": "list",
        "in_stock": "boolean",
    }
