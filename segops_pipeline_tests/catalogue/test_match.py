"""Which product a row means where it is matched by something else than its sku."""

import json
from collections.abc import Sequence

import pyarrow as pa
import pytest

from segops_pipeline.catalogue.identities import canonical
from segops_pipeline.catalogue.rules import ImportRules
from segops_pipeline.errors import BadMapping, NoKey, UnknownColumn
from segops_pipeline.formats.json_text import TEXT
from segops_pipeline.imports.targets import check_mapping, used_fields
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline_tests.importing import Importer

GTIN, OTHER = "4006381333931", "9783161484100"
CATALOGUE = f"sku,name,gtin,supplier,code\nA,Chair,{GTIN},acme,1\nB,Table,{OTHER},acme,2\nC,Lamp,,,\n"


def staged(
    imports: Importer, content: str, match: Sequence[str], mapping: dict[str, str | None] | None = None
) -> tuple[list[str], list[tuple[str, int | None, str]]]:
    """The keys that rows are staged under, and the issues of those that have none."""
    job = imports.read(content)
    headers = content.splitlines()[0].split(",")
    targets = {header: header for header in headers} | (mapping or {})
    imports.execute(
        "UPDATE import_jobs SET mapping = CAST(:mapping AS jsonb), rules = CAST(:rules AS jsonb), status = 'pending',"
        " schema_fields = CAST(:fields AS jsonb) WHERE id = :id",
        id=job.id,
        mapping=json.dumps(targets),
        rules=json.dumps({"match": list(match)}),
        fields=json.dumps([SchemaField(name, name, "text").as_dict() for name in targets.values() if name]),
    )
    imports.planned(job)
    keys = imports.rows("SELECT key FROM staging.rows WHERE job_id = :id ORDER BY line", id=job.id)
    issues = imports.rows(
        "SELECT code, line, message FROM staging.issues WHERE job_id = :id AND level = 'error' ORDER BY line", id=job.id
    )
    return [row["key"] for row in keys], [(row["code"], row["line"], row["message"]) for row in issues]


@pytest.fixture
def catalogue(imports: Importer) -> Importer:
    imports.load(CATALOGUE)
    return imports


def test_a_row_means_the_product_that_has_its_gtin(catalogue: Importer) -> None:
    assert staged(catalogue, f"gtin,name\n{OTHER},Desk\n{GTIN},Stool\n", ["gtin"]) == (["B", "A"], [])


def test_a_gtin_of_fourteen_digits_is_the_same_as_one_of_thirteen(catalogue: Importer) -> None:
    assert staged(catalogue, f"gtin,name\n0{GTIN},Stool\n", ["gtin"])[0] == ["A"]


def test_several_fields_identify_a_product_together(catalogue: Importer) -> None:
    content = "supplier,code,name\nacme,2,Desk\nacme,3,New\nother,2,Another\n"
    assert staged(catalogue, content, ["supplier", "code"]) == (["B", "acme-3", "other-2"], [])


def test_a_new_product_has_the_sku_that_the_row_gives(catalogue: Importer) -> None:
    assert staged(catalogue, "sku,gtin\nN,20000004\n", ["gtin"]) == (["N"], [])


def test_a_product_that_has_no_such_value_yet_is_taken_by_its_sku(catalogue: Importer) -> None:
    assert staged(catalogue, "sku,gtin\nC,20000004\n", ["gtin"]) == (["C"], [])


def test_a_new_product_without_any_sku_is_rejected(catalogue: Importer) -> None:
    keys, [(code, line, message), _] = staged(catalogue, f"sku,gtin\n,{GTIN}\n,20000004\n,96385074\n", ["gtin"])
    assert (keys, code, line) == (["A"], "empty_key", 3)
    assert "gives a new one no sku" in message


@pytest.mark.parametrize("value", ["", "#N/A"])
def test_a_row_without_the_value_that_identifies_it_is_rejected(value: str, catalogue: Importer) -> None:
    keys, [(code, line, _)] = staged(catalogue, f"sku,gtin\nA,{value}\n", ["gtin"])
    assert (keys, code, line) == ([], "empty_key", 2)


def test_a_row_that_means_several_products_is_rejected_and_they_are_named(catalogue: Importer) -> None:
    keys, [(code, line, message)] = staged(catalogue, "supplier,name\nacme,Desk\nnew,Lamp\n", ["supplier"])
    assert (keys, code, line) == (["new"], "ambiguous_match", 2)
    assert message == "2 products have its supplier: A, B."


def test_a_row_whose_sku_is_another_product_is_rejected_and_both_are_named(catalogue: Importer) -> None:
    keys, [(code, line, message)] = staged(catalogue, f"sku,gtin\nB,{GTIN}\nX,{OTHER}\n", ["gtin"])
    assert (keys, code, line) == (["B"], "match_conflict", 2)
    assert message == "The row means two products: A has its gtin, and B its sku."


def test_a_new_product_with_the_sku_of_a_product_of_another_value_is_rejected(catalogue: Importer) -> None:
    keys, [(code, line, message)] = staged(catalogue, "sku,gtin\nA,20000004\n", ["gtin"])
    assert (keys, code, line) == ([], "match_conflict", 2)
    assert message == f"The row means two products: A has its sku, and another gtin: 0{GTIN}."


def test_new_products_of_one_value_and_several_skus_contradict_each_other(catalogue: Importer) -> None:
    content = "sku,gtin\nN,20000004\nM,20000004\nN,20000004\nN,96385074\n"
    keys, issues = staged(catalogue, content, ["gtin"])
    assert keys == ["N", "N"]
    assert [(code, line) for code, line, _ in issues] == [("match_conflict", 3), ("match_conflict", 5)]


def test_rows_that_mean_one_product_fold(catalogue: Importer) -> None:
    staged(catalogue, f"gtin,name\n{GTIN},Stool\n0{GTIN},Bench\n", ["gtin"])
    assert [row["repeated"] for row in catalogue.rows("SELECT repeated FROM staging.rows")] == [True, True]


def test_a_product_of_another_workspace_is_not_meant(imports: Importer) -> None:
    imports.load(CATALOGUE)
    imports.workspace = "other"
    assert staged(imports, f"gtin,name\n{GTIN},Stool\n", ["gtin"])[0] == [f"0{GTIN}"]


def test_strange_values_are_matched_as_they_are(imports: Importer) -> None:
    imports.load('sku,name,code\nA,Chair,"x, ""y"" \\ü"\nB,Table,"two\nlines"\n')
    content = 'code,name\n"two\nlines",Desk\n"x, ""y"" \\ü",Stool\n'
    assert staged(imports, content, ["code"])[0] == ["B", "A"]


def test_values_are_compared_by_what_they_mean() -> None:
    texts = ["12.50", "12.5", "20000004", GTIN, "4006381333932", "0012", "", None, "#REF!", "00000000"]
    assert canonical(pa.array(texts, TEXT)).to_pylist() == [
        "12.5", "12.5", "00000020000004", f"0{GTIN}", "4006381333932", "0012", None, None, None, "00000000",
    ]  # fmt: skip


def test_what_identifies_products_must_be_mapped() -> None:
    rules = ImportRules(match=("supplier", "code"))
    check_mapping(["a", "b"], {"a": "supplier", "b": "code"}, rules)
    with pytest.raises(NoKey, match="matched by supplier and code, and no column is mapped to code"):
        check_mapping(["a"], {"a": "supplier"}, rules)
    with pytest.raises(NoKey, match="mapped to sku"):
        check_mapping(["a"], {"a": "supplier"})


def test_the_column_that_dates_rows_must_be_in_the_file() -> None:
    with pytest.raises(UnknownColumn, match="changed"):
        check_mapping(["a"], {"a": "sku"}, ImportRules(dated_by="changed"))


def test_a_list_or_a_price_identifies_nothing() -> None:
    price, gtin, tags = (
        SchemaField("price", "Price", "price"),
        SchemaField("gtin", "GTIN", "text"),
        SchemaField("tags", "T", "list"),
    )
    with pytest.raises(BadMapping, match="matched by 'price'"):
        used_fields({"p": "price"}, [price], [], ImportRules(match=("price",)))
    assert used_fields({"g": "gtin", "t": "tags"}, [gtin, tags], [], ImportRules(match=("gtin",))) == [gtin, tags]
