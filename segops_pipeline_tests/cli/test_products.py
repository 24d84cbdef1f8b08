"""`segops product`, `segops locks`."""

from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.importing import Importer


def test_a_product_is_edited_locked_and_says_where_its_values_are_from(segops: Segops, imports: Importer) -> None:
    job = imports.load("sku,name,color\nA,Axe,red\n")
    told = segops("product", "A", "-w", "acme", "--set", "color=green", "--lock", "color", "--history", "--json").json
    assert told["data"] == {"color": "green"}
    assert told["provenance"]["name"]["job_id"] == job.id
    assert told["provenance"]["color"]["cause"] == "edit"
    assert [change["cause"] for change in told["history"]] == ["edit", "import"]
    shown = segops("product", "A", "-w", "acme", "--history")
    assert "color: red → green" in shown.out
    assert "locked" in shown.out
    assert segops("locks", "-w", "acme", "--lock", "name", "--json").json[0]["sku"] == ""
