"""What a row does to the product that is there, policy by policy, and how rows of one key fold."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segops_pipeline_tests.importing import Importer, counts

FIRST = "sku,name,colour,weight\nA,Chair,red,\nB,Table,,3\n"
TYPES = {"weight": "number"}


def test_a_new_sku_is_inserted_with_its_mapped_data(imports: Importer) -> None:
    job = imports.load(FIRST, TYPES)
    assert counts(job) == {"rows": 2, "created": 2}
    assert imports.products() == {"A": ("Chair", {"colour": "red"}), "B": ("Table", {"weight": 3})}


def test_overwrite_gives_an_existing_product_the_new_name_and_data(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    job = imports.load("sku,name,colour,weight\nA,Armchair,blue,7\n", TYPES)
    assert counts(job) == {"rows": 1, "updated": 1}
    assert imports.products()["A"] == ("Armchair", {"colour": "blue", "weight": 7})


def test_overwrite_leaves_fields_that_are_not_mapped(imports: Importer) -> None:
    imports.load("sku,name,colour,weight\nA,Chair,red,2\n", TYPES)
    imports.load("sku,name,weight\nA,Chair,5\n", TYPES)
    assert imports.data("A") == {"colour": "red", "weight": 5}


def test_overwrite_clears_with_an_empty_cell(imports: Importer) -> None:
    imports.load("sku,name,colour,weight\nA,Chair,red,2\n", TYPES)
    job = imports.load("sku,name,colour,weight\nA,Chair,,5\n", TYPES)
    assert counts(job) == {"rows": 1, "updated": 1}
    assert imports.data("A") == {"weight": 5}


def test_overwrite_takes_a_placeholder_in_a_typed_column_for_an_empty_cell(imports: Importer) -> None:
    imports.load("sku,name,weight\nA,Chair,2\n", TYPES)
    job = imports.load("sku,name,weight\nA,Chair,N/A\n", TYPES)
    assert (counts(job), imports.data("A")) == ({"rows": 1, "updated": 1}, {})


def test_a_field_is_cleared_whatever_its_key_looks_like(imports: Importer) -> None:
    key = 'a"b\\c,{d} é'
    mapping = {"colour": key}
    imports.load("sku,name,colour\nA,Chair,red\n", mapping=mapping)
    assert imports.data("A") == {key: "red"}
    imports.load("sku,name,colour\nA,Chair,\n", mapping=mapping)
    assert imports.data("A") == {}


def test_overwrite_leaves_the_name_where_no_column_is_mapped_to_it(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    imports.load("sku,colour\nA,green\n")
    assert imports.products()["A"] == ("Chair", {"colour": "green"})


def test_overwrite_empties_the_name_with_an_empty_cell_and_warns(imports: Importer) -> None:
    imports.load(FIRST, TYPES)
    job = imports.load("sku,name,colour\nA,,red\n")
    assert imports.products()["A"][0] == ""
    (issue,) = imports.issues(job, "empty_name")
    assert (issue.level, issue.line, issue.column) == ("warning", 2, "name")


def test_a_new_product_without_a_name_column_has_an_empty_name(imports: Importer) -> None:
    imports.load("sku,colour\nA,green\n")
    assert imports.products() == {"A": ("", {"colour": "green"})}


def test_replace_makes_the_data_exactly_the_mapped_row(imports: Importer) -> None:
    imports.load("sku,name,colour,weight\nA,Chair,red,2\n", TYPES)
    job = imports.load("sku,name,weight\nA,Stool,5\n", TYPES, policy="replace")
    assert counts(job) == {"rows": 1, "updated": 1}
    assert imports.products()["A"] == ("Stool", {"weight": 5})


def test_merge_sets_what_the_file_gives_and_an_empty_cell_leaves(imports: Importer) -> None:
    imports.load("sku,name,colour,weight\nA,Chair,red,2\nB,Table,oak,3\n", TYPES)
    job = imports.load("sku,name,colour,weight\nA,,,5\nB,,,\n", TYPES, policy="merge")
    assert counts(job) == {"rows": 2, "updated": 1, "unchanged": 1}
    assert imports.products() == {
        "A": ("Chair", {"colour": "red", "weight": 5}),
        "B": ("Table", {"colour": "oak", "weight": 3}),
    }


def test_fill_writes_only_where_nothing_is(imports: Importer) -> None:
    imports.load("sku,name,colour,weight\nA,,red,\nB,Table,oak,3\n", TYPES)
    job = imports.load("sku,name,colour,weight\nA,Chair,blue,5\nB,Desk,pine,\nC,Lamp,,1\n", TYPES, policy="fill")
    assert counts(job) == {"rows": 3, "created": 1, "updated": 1, "unchanged": 1}
    assert imports.products() == {
        "A": ("Chair", {"colour": "red", "weight": 5}),
        "B": ("Table", {"colour": "oak", "weight": 3}),
        "C": ("Lamp", {"weight": 1}),
    }


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("overwrite", ("Stool", {"weight": 4, "height": 1})),
        ("replace", ("Stool", {"weight": 4})),
        ("merge", ("Stool", {"colour": "red", "weight": 4, "height": 1})),
        ("fill", ("Chair", {"colour": "red", "weight": 2, "height": 1})),
    ],
)
def test_rows_of_one_key_fold_in_file_order(
    policy: str, expected: tuple[str, dict[str, object]], imports: Importer
) -> None:
    imports.load("sku,name,height\nA,,1\n", {"height": "number"})
    job = imports.load("sku,name,colour,weight\nA,Chair,red,2\nA,Stool,,4\n", TYPES, policy=policy)
    assert counts(job) == {"rows": 2, "updated": 1, "skipped": 1}
    assert imports.products()["A"] == expected


@pytest.mark.parametrize("policy", ["overwrite", "replace", "merge", "fill"])
def test_rows_of_a_new_key_fold_into_one_product(policy: str, imports: Importer) -> None:
    job = imports.load("sku,name,colour,weight\nA,Chair,red,2\nB,Lamp,,\nA,,,4\nA,Stool,blue,\n", TYPES, policy=policy)
    assert counts(job) == {"rows": 4, "created": 2, "skipped": 2}
    assert (
        imports.products()["A"]
        == {
            "overwrite": ("Stool", {"colour": "blue"}),
            "replace": ("Stool", {"colour": "blue"}),
            "merge": ("Stool", {"colour": "blue", "weight": 4}),
            "fill": ("Chair", {"colour": "red", "weight": 2}),
        }[policy]
    )


def test_a_folded_row_is_skipped_with_an_issue_that_names_the_line(imports: Importer) -> None:
    job = imports.load("sku,name\nA,One\nB,Two\nA,Three\nA,Four\n")
    assert imports.codes(job) == [("repeated_key", 2), ("repeated_key", 4)]
    issue = imports.issues(job, "repeated_key")[0]
    assert (issue.key, issue.level, issue.line) == ("A", "info", 2)
    assert "line 5" in issue.message


def test_a_folded_row_leaves_its_own_line_as_raw_data(imports: Importer) -> None:
    imports.load("sku,name\nA,One\nA,Two\n")
    (row,) = imports.rows("SELECT raw_data FROM products")
    assert row["raw_data"] == {"sku": "A", "name": "Two"}


def test_keys_that_differ_in_blanks_around_them_are_one_key(imports: Importer) -> None:
    job = imports.load("sku,name\nA,One\n  A\t,Two\n")
    assert counts(job) == {"rows": 2, "created": 1, "skipped": 1}
    assert imports.products() == {"A": ("Two", {})}


def test_keys_that_differ_in_case_or_leading_zeros_are_two_keys(imports: Importer) -> None:
    job = imports.load("sku,name\n7,One\n007,Two\na,Three\nA,Four\n")
    assert counts(job) == {"rows": 4, "created": 4}
    assert set(imports.products()) == {"7", "007", "a", "A"}


def test_a_rejected_row_does_not_take_part_in_its_keys_fold(imports: Importer) -> None:
    job = imports.load("sku,name,weight\nA,Chair,2\nA,Stool,heavy\n", TYPES)
    assert counts(job) == {"rows": 2, "created": 1, "rejected": 1}
    assert imports.products()["A"] == ("Chair", {"weight": 2})


Product = tuple[str, dict[str, Any]]
cells = st.sampled_from(["", "1", "2"])
rows = st.lists(st.tuples(st.sampled_from("ABC"), cells, cells, cells), min_size=1, max_size=6)


def imported_one_by_one(products: dict[str, Product], row: tuple[str, str, str, str], policy: str) -> None:
    """What a single row does to the products, said as plainly as can be."""
    key, name, *texts = row
    given_data: dict[str, Any] = {field: int(text) for field, text in zip(("x", "y"), texts, strict=True) if text}
    cleared = {field for field, text in zip(("x", "y"), texts, strict=True) if not text}
    if key not in products:
        products[key] = (name, given_data)
        return
    old_name, old = products[key]
    products[key] = {
        "overwrite": (name, {**{field: old[field] for field in old if field not in cleared}, **given_data}),
        "replace": (name, given_data),
        "merge": (name or old_name, {**old, **given_data}),
        "fill": (old_name or name, {**given_data, **old}),
    }[policy]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["overwrite", "replace", "merge", "fill"]), rows, rows)
def test_a_file_does_what_its_rows_would_do_one_by_one(
    imports: Importer, policy: str, first: list[Any], second: list[Any]
) -> None:
    imports.execute("DELETE FROM products")
    expected: dict[str, Product] = {}
    for file in (first, second):
        for row in file:
            imported_one_by_one(expected, row, policy)
        types = {"x": "number", "y": "number"}
        text = "sku,name,x,y\n" + "".join(",".join(row) + "\n" for row in file)
        assert imports.load(text, types, policy=policy).status == "done"
        assert imports.products() == expected
