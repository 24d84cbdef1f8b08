"""`segops export` and `search`, on products that were imported with their embeddings."""

from typing import Any

import pytest

from segops_pipeline_tests.cli.conftest import Segops

PRODUCTS = """sku,name,description,price,tags,in_stock,released
T-1,Fjord tent,"A two-person tent for storms in the mountains, with porch",389.00 EUR,camping|tent,yes,2024-03-15
K-1,Copper kettle,"A kettle that whistles, for tea",59.95 EUR,kitchen|tea,no,2023-11-02
H-1,Deep headphones,Wireless headphones that cancel noise,249.00 EUR,audio|wireless,yes,2025-01-20
"""


@pytest.fixture(scope="module")
def acme(segops: Segops) -> Segops:
    """An installation with three products and their vectors."""
    done = segops("import", segops.write("products.csv", PRODUCTS), "-w", "acme", "--yes", "--json")
    assert done.code == 0, done.err
    assert done.json["seconds"]["product_embeddings"] > 0
    return segops


@pytest.mark.slow
def test_a_search_finds_by_meaning(acme: Segops) -> None:
    found = acme("search", "something to sleep in on a hike", "-w", "acme", "--limit", "2", "--json")
    assert found.code == 0, found.err
    hits: list[dict[str, Any]] = found.json
    assert [set(hit) for hit in hits] == [{"sku", "name", "score"}] * 2
    assert (hits[0]["sku"], hits[0]["name"]) == ("T-1", "Fjord tent")
    assert hits[0]["score"] > hits[1]["score"]


@pytest.mark.slow
def test_an_export_can_be_imported_again_and_changes_nothing(acme: Segops) -> None:
    told = acme("export", "-w", "acme", "--format", "csv", "-o", "out.csv", "--json")
    assert told.code == 0
    assert told.json == {"file": str(acme.folder / "out.csv"), "products": 3}
    first = (acme.folder / "out.csv").read_bytes()
    again = acme("import", "out.csv", "-w", "acme", "--yes", "--no-embeddings", "--json")
    assert again.json["counts"]["unchanged"] == 3, again.json
    acme("export", "-w", "acme", "-o", "out.csv")
    assert (acme.folder / "out.csv").read_bytes() == first


def test_an_export_of_an_unknown_workspace_is_refused(segops: Segops) -> None:
    refused = segops("export", "-w", "nobody", "-o", "nobody.csv", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "wrong_usage")
    assert not (segops.folder / "nobody.csv").exists()


@pytest.mark.parametrize("words", [["--format", "xml", "-o", "x.xml"], ["-o", "no/such/folder/x.csv"]])
def test_an_export_that_cannot_be_written_is_refused(nowhere: Segops, words: list[str]) -> None:
    refused = nowhere("export", *words, "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "wrong_usage")
