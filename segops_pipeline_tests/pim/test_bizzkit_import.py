"""Whole imports of Bizzkit files: read, confirmed, planned, applied, taken back, for each entity."""

import pytest

from segops_pipeline.catalogue.pim.model import Entity
from segops_pipeline.imports.bizzkit_import import BATCH_ROWS
from segops_pipeline_tests.importing import add_up, counts
from segops_pipeline_tests.pim.bizzkit_files import Files, files

__all__ = ["files"]


def test_products_are_merged_into_what_is_there_and_taken_back(files: Files) -> None:
    before = files.products()
    job = files.done(
        "products.csv",
        "UniqueName;PrimaryPlacementCategory;ExternalIntId;NAME:Default;NAME:Tda;$COLOUR;UNIT;WEIGHT\n"
        "DB-5;SPORT;NULL;NULL;Meget tung;BLUE;mm;NULL\n"
        "DB-7;WEIGHTS;7;Heavier;;NULL;in;7000.5\n",
    )
    data, pim = files.products()["DB-5"]
    assert data["NAME"] == {"default": "Heavy weight", "T:da": "Meget tung", "T:da|M:DENMARK": "Tung dansk vægt"}
    assert (data["COLOUR"], data["WEIGHT"]) == ({"list": "COLOURS", "item": "2"}, 5000)
    assert (pim["primary"], pim["external_int"]) == ("SPORT", 119)
    made, made_pim = files.products()["DB-7"]
    assert made["UNIT"] == {"list": "UNITS", "item": "2"}  # an item that the list did not have
    assert (made["WEIGHT"], made_pim["primary"], made_pim["external_int"]) == (7000.5, "WEIGHTS", 7)
    assert counts(job) == {"rows": 2, "created": 1, "updated": 1}
    assert job.mapping == {}
    assert job.format_options == {"entity": "product", "mode": "merge", "order": "file", "null_removes": False}
    undone = files.undo(job)
    assert undone.status == "done", undone.error
    assert files.products() == before
    assert len(files.records("global_list")["UNITS"]["items"]) == 1


def test_products_are_overwritten_with_all_that_the_file_says(files: Files) -> None:
    job = files.done(
        "products.csv",
        "UniqueName;AdditionalCategoryPlacement_1;NAME/Value:Default\nDB-5;NULL;Only this\n",
        mode="overwrite",
    )
    data, pim = files.products()["DB-5"]
    assert data["NAME"] == {"default": "Only this"}
    assert pim.get("additional", []) == []
    assert pim["primary"] == "WEIGHTS"
    assert counts(job) == {"rows": 1, "updated": 1}


@pytest.mark.parametrize(
    ("name", "content", "entity", "key"),
    [
        ("brands.csv", "UniqueName;Name;Name:Tda;SubbrandOf\nNEW;New;Ny;STEELCO\n", "brand", "NEW"),
        (
            "categories.csv",
            "UniqueName;Name;PrimaryPlacementCategory;LinkedCategory_1\nBENCH;Benches;SPORT;OFFERS\n",
            "category",
            "BENCH",
        ),
        ("x.csv", "UniqueName;Name;Type;Configuration\nDEPTH;Depth;SingleValued;Range\n", "attribute", "DEPTH"),
    ],
)
def test_a_record_is_made_and_taken_back(files: Files, name: str, content: str, entity: Entity, key: str) -> None:
    before = files.records(entity)
    job = files.done(name, content)
    assert counts(job) == {"rows": 1, "created": 1}
    assert key in files.records(entity)
    assert files.undo(job).status == "done"
    assert files.records(entity) == before


def test_items_of_a_list_are_added_and_taken_back(files: Files) -> None:
    before = files.records("global_list")
    job = files.done("list items.csv", "UniqueName;ItemIndex;Value;Value:Tda\nCOLOURS;1;Green;Grøn\n")
    values = [item["value"]["default"] for item in files.records("global_list")["COLOURS"]["items"]]
    assert values == ["Red", "Green", "Blue"]
    assert counts(job) == {"rows": 1, "created": 1}
    files.undo(job)
    assert files.records("global_list") == before


def test_predefined_values_are_added_and_taken_back(files: Files) -> None:
    job = files.done("predefined values.csv", "UniqueName;Predefined_Value_Field_1\nWEIGHT;5\nWEIGHT;10\n")
    values = [item["values"] for item in files.records("attribute")["WEIGHT"]["predefined"]]
    assert values == [{"Value": 5}, {"Value": 10}]
    assert add_up(job)
    files.undo(job)
    assert not files.records("attribute")["WEIGHT"].get("predefined")


def test_items_of_a_bundle_are_added_and_taken_back(files: Files) -> None:
    before = files.products()
    job = files.done("bundle.csv", "UniqueName;ItemUniqueName;Note;Amount\nSET;PLAIN;;1.4\nSET;DB-5;one hand;NULL\n")
    bundle = {item["item"]: item for item in files.products()["SET"][1]["bundle"]}
    assert bundle["PLAIN"]["amount"] == 1.4
    assert (bundle["DB-5"]["note"], bundle["DB-5"]["amount"]) == ("one hand", 2)
    assert counts(job) == {"rows": 2, "created": 1, "updated": 1}
    files.undo(job)
    assert files.products() == before


def test_rows_in_any_order_find_what_comes_later(files: Files) -> None:
    content = "UniqueName;VariantOfMaster\nA-1-1;A-1\nA-1;A\nA;\n"
    assert counts(files.load("variants.csv", content)) == {"rows": 3, "created": 1, "rejected": 2}
    job = files.done("variants.csv", content, order="any")
    assert job.counts["rejected"] == 0
    products = files.products()
    assert (products["A-1"][1]["master"], products["A-1-1"][1]["master"]) == ("A", "A-1")


def test_the_same_file_again_changes_nothing(files: Files) -> None:
    content = "UniqueName;UNIT;NAME:Tda\nDB-5;cm;Tung\nNEW;mm;Ny\n"
    files.done("products.csv", content)
    before = files.products()
    assert counts(files.done("products.csv", content)) == {"rows": 2, "unchanged": 2}
    assert files.products() == before


def test_a_file_of_more_than_1000_lines_is_one_import_whatever_its_batches(files: Files) -> None:
    rows = "".join(f"N-{number:04};{'' if number == 0 else 'N-0000'}\n" for number in range(BATCH_ROWS + 10))
    job = files.done("products.csv", f"UniqueName;VariantOfMaster\n{rows}")
    assert counts(job) == {"rows": BATCH_ROWS + 10, "created": BATCH_ROWS + 10}
    assert files.products()["N-0000"][1]["variants"] == [f"N-{number:04}" for number in range(1, BATCH_ROWS + 10)]
