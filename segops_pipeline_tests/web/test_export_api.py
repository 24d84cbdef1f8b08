"""The export over the API: in the Bizzkit format, and in the columns of a source's own file."""

import io
import zipfile
from pathlib import Path

import pytest

from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.pim.catalogue import fill
from segops_pipeline_tests.web.conftest import People

EXPORT = "/api/pim/export/"


@pytest.fixture
def filled(people: People) -> People:
    fill(people.serving.web.database, people.workspace.id)
    return people


def test_everything_is_exported_in_the_bizzkit_format_as_a_zip(filled: People) -> None:
    answer = filled.viewer.get(f"{EXPORT}?format=bizzkit")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert ".zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == [
            "attributes.csv", "global-list-items.csv", "brands.csv", "product-hierarchies.csv", "products.csv",
            "bundle-items.csv", ".segops/made-in-the-ui.json",
        ]  # fmt: skip


def test_one_kind_of_records_is_exported_as_csv_and_the_filter_counts(filled: People) -> None:
    answer = filled.viewer.get(f"{EXPORT}?format=bizzkit&entity=product&mode=overwrite&q=starter")
    assert answer.headers["content-type"].startswith("text/csv")
    assert [line.partition(";")[0] for line in answer.text.splitlines()] == ["UniqueName", "SET"]


def test_what_is_no_export_is_refused(filled: People) -> None:
    for query in ("format=bizzkit&entity=lamp", "format=bizzkit&entity=brand&mode=overwrite", "entity=brand"):
        assert filled.viewer.get(f"{EXPORT}?{query}").status_code in (400, 422), query
    assert filled.viewer.get(f"{EXPORT}?columns_of_source=nobody").status_code == 400


def test_a_sources_products_are_exported_in_its_own_columns_and_what_is_left_out_is_told(
    people: People, tmp_path: Path
) -> None:
    stores = people.serving.web.stores
    imports = Importer(stores, tmp_path, people.workspace.name)
    imports.load("Nr.,Colour\nA,red\n", source="acme", mapping={"Nr.": "sku", "Colour": "colour"})
    answer = people.viewer.get(f"{EXPORT}?columns_of_source=acme")
    assert (answer.text, "segops-left-out" in answer.headers) == ("Nr.,Colour\r\nA,red\r\n", False)
    imports.execute("UPDATE products SET data = '{\"colour\": 1}'")
    answer = people.viewer.get(f"{EXPORT}?columns_of_source=acme")
    assert (answer.text, answer.headers["segops-left-out"]) == ("Nr.\r\nA\r\n", "column_left_out")
