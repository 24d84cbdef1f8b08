"""Hand edits are kept where the file has not changed since; who wins where both have is a rule."""

import pytest

from segops_pipeline_tests.catalogue.ruled import conflicts, edit, load_under
from segops_pipeline_tests.importing import Importer, counts

FILE = "sku,name,colour,weight\nA,Chair,red,2\nB,Table,blue,3\n"
TYPES = {"weight": "number"}


def test_an_edit_of_a_field_that_the_file_gives_as_before_stays(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", colour="green")
    job = imports.load("sku,name,colour,weight\nA,Chair,red,5\n", TYPES)
    assert (counts(job), imports.data("A")) == ({"rows": 1, "updated": 1}, {"colour": "green", "weight": 5})


def test_an_edit_stays_when_the_same_file_comes_again_and_the_row_is_unchanged(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", name="By hand", colour="green")
    job = imports.load(FILE, TYPES)
    assert counts(job) == {"rows": 2, "unchanged": 2}
    assert imports.products()["A"] == ("By hand", {"colour": "green", "weight": 2})


def test_an_edit_stays_through_imports_of_ever_other_fields(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", colour="green")
    for weight in (5, 6, 7):
        imports.load(f"sku,name,colour,weight\nA,Chair,red,{weight}\n", TYPES)
    assert imports.data("A") == {"colour": "green", "weight": 7}


def test_a_value_that_a_person_has_cleared_stays_cleared(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", colour=None)
    imports.load("sku,name,colour,weight\nA,Chair,red,5\n", TYPES)
    assert imports.data("A") == {"weight": 5}


def test_an_edit_of_a_field_that_the_file_does_not_map_is_no_conflict(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", note="mine")
    job = imports.load("sku,name,colour,weight\nA,Chair,green,2\n", TYPES)
    assert counts(job) == {"rows": 1, "updated": 1}
    assert imports.data("A") == {"colour": "green", "weight": 2, "note": "mine"}


def test_replace_keeps_what_a_person_has_added(imports: Importer) -> None:
    imports.load(FILE, TYPES, policy="replace")
    edit(imports, "A", note="mine", colour="green")
    imports.load("sku,name,colour,weight\nA,Chair,red,5\n", TYPES, policy="replace")
    assert imports.data("A") == {"colour": "green", "weight": 5, "note": "mine"}


def test_what_both_have_changed_waits_for_a_person_and_writes_nothing(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", colour="green")
    before = imports.rows("SELECT * FROM products ORDER BY sku")
    job = imports.load("sku,name,colour,weight\nA,Chair,black,5\nB,Table,blue,3\n", TYPES)
    assert counts(job) == {"rows": 2, "conflicts": 1, "unchanged": 1}
    assert imports.rows("SELECT * FROM products ORDER BY sku") == before
    assert conflicts(imports) == {"A": {"colour": {"base": "red", "ours": "green", "theirs": "black"}}}


def test_both_having_changed_a_field_to_the_same_is_no_conflict(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", colour="green")
    job = imports.load("sku,name,colour,weight\nA,Chair,green,2\n", TYPES)
    assert counts(job) == {"rows": 1, "unchanged": 1}


def test_a_name_that_both_have_changed_is_contested_too(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", name="Throne")
    imports.load("sku,name,colour,weight\nA,Stool,red,2\n", TYPES)
    assert conflicts(imports) == {"A": {"name": {"base": "Chair", "ours": "Throne", "theirs": "Stool"}}}


def test_a_value_that_the_file_clears_and_a_person_has_changed_is_contested(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", colour="green")
    imports.load("sku,name,colour,weight\nA,Chair,,2\n", TYPES)
    assert conflicts(imports) == {"A": {"colour": {"base": "red", "ours": "green", "theirs": None}}}


@pytest.mark.parametrize(("rule", "colour"), [("keep", "green"), ("new", "black")])
def test_keep_and_new_decide_at_once(rule: str, colour: str, imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", colour="green")
    job = load_under(imports, {"conflict": rule}, "sku,name,colour,weight\nA,Chair,black,5\n", TYPES)
    assert (counts(job), imports.data("A")) == ({"rows": 1, "updated": 1}, {"colour": colour, "weight": 5})


def test_the_rule_of_a_field_comes_before_that_of_the_import(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", colour="green", weight=9)
    rules = {"conflict": "keep", "fields": {"colour": {"conflict": "new"}}}
    load_under(imports, rules, "sku,name,colour,weight\nA,Chair,black,5\n", TYPES)
    assert imports.data("A") == {"colour": "black", "weight": 9}


@pytest.mark.parametrize(
    ("dated", "colour"), [("2099-01-01", "black"), ("2001-01-01", "green"), ("", "green"), ("soon", "green")]
)
def test_newer_compares_the_rows_date_with_the_fields_last_change(dated: str, colour: str, imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", colour="green")
    rules = {"conflict": "newer", "dated_by": "changed"}
    file = f"sku,name,colour,weight,changed\nA,Chair,black,5,{dated}\n"
    load_under(imports, rules, file, TYPES, mapping={"changed": None})
    assert imports.data("A") == {"colour": colour, "weight": 5}


def test_newer_looks_at_the_change_of_this_very_field(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", colour="green")
    imports.execute("UPDATE revisions SET created_at = '2020-01-01'")
    edit(imports, "A", weight=9)
    imports.execute("UPDATE products SET updated_at = now()")
    rules = {"conflict": "newer", "dated_by": "changed"}
    file = "sku,name,colour,weight,changed\nA,Chair,black,5,2021-01-01\n"
    load_under(imports, rules, file, TYPES, mapping={"changed": None})
    assert imports.data("A") == {"colour": "black", "weight": 9}


def test_a_list_that_a_person_has_made_longer_stays_through_imports_of_other_fields(imports: Importer) -> None:
    types = {"tags": "list", "weight": "number"}
    imports.load('sku,name,tags,weight\nA,Chair,"oak, red",2\n', types)
    edit(imports, "A", tags=["oak", "red", "new"])
    for weight in (5, 6):
        imports.load(f'sku,name,tags,weight\nA,Chair,"oak, red",{weight}\n', types)
    assert imports.data("A") == {"tags": ["oak", "red", "new"], "weight": 6}


def test_fill_never_contests_what_it_would_not_write(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", name="Throne", colour="green")
    job = imports.load("sku,name,colour,weight,size\nA,Stool,black,2,XL\n", TYPES, policy="fill")
    assert counts(job) == {"rows": 1, "updated": 1}
    assert imports.products()["A"] == ("Throne", {"colour": "green", "weight": 2, "size": "XL"})


def test_two_sources_take_turns_unless_a_rule_says_otherwise(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    imports.load("sku,colour\nA,green\n", source="other")
    assert imports.data("A")["colour"] == "green"


def test_a_source_that_is_new_to_a_product_conflicts_only_where_a_rule_is_set(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = load_under(imports, {"conflict": "review"}, "sku,colour,note\nA,green,n\n", source="other")
    assert counts(job) == {"rows": 1, "conflicts": 1}
    assert conflicts(imports) == {"A": {"colour": {"base": None, "ours": "red", "theirs": "green"}}}


def test_a_source_that_is_new_to_a_product_may_be_told_to_keep_what_is_there(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    load_under(imports, {"fields": {"colour": {"conflict": "keep"}}}, "sku,colour,note\nA,green,n\n", source="other")
    assert imports.data("A") == {"colour": "red", "weight": 2, "note": "n"}


def test_an_edit_after_two_imports_is_compared_with_the_later_one(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    imports.load("sku,name,colour,weight\nA,Chair,pink,2\n", TYPES)
    edit(imports, "A", colour="green")
    job = imports.load("sku,name,colour,weight\nA,Chair,red,2\n", TYPES)
    assert (counts(job), conflicts(imports)["A"]["colour"]["base"]) == ({"rows": 1, "conflicts": 1}, "pink")


def test_a_row_that_left_out_a_field_is_remembered_with_what_the_file_gave(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", colour="green")
    imports.load("sku,name,colour,weight\nA,Chair,red,5\n", TYPES)
    job = imports.load("sku,name,colour,weight\nA,Chair,black,5\n", TYPES)
    assert counts(job) == {"rows": 1, "conflicts": 1}
    assert conflicts(imports) == {"A": {"colour": {"base": "red", "ours": "green", "theirs": "black"}}}


def test_source_rows_has_no_values_where_the_product_became_them(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    edit(imports, "A", colour="green")
    imports.load("sku,name,colour,weight\nA,Chair,red,5\nB,Table,blue,4\n", TYPES)
    rows = imports.rows("SELECT key, name, data FROM source_rows ORDER BY key")
    assert [tuple(row.values()) for row in rows] == [
        ("A", "Chair", {"colour": "red", "weight": 5}),
        ("B", None, None),
    ]
