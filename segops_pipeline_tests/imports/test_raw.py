"""The raw data of a product is its row as it was in the file, also where the row was repaired."""

from segops_pipeline_tests.importing import Importer


def test_the_product_has_what_its_row_was(imports: Importer) -> None:
    imports.load("sku,name\nA,Lamp\nB,Desk,extra\n")
    rows = imports.rows("SELECT sku, raw_data FROM products ORDER BY sku")
    assert [row["raw_data"] for row in rows] == [
        {"sku": "A", "name": "Lamp"},
        {"sku": "B", "name": "Desk", "": ["extra"]},
    ]
