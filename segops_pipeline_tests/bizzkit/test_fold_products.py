"""Seed 002, "Products": what a row does to its product as a whole, and "External IDs"."""

from functools import partial
from typing import Any

import pytest

from segops_pipeline_tests.bizzkit import files
from segops_pipeline_tests.bizzkit.files import attribute, category, global_list, product, state

do = partial(files.do, entity="product")

WEIGHT = attribute("WEIGHT", "PInt32")


def test_a_product_that_does_not_exist_is_created_with_what_its_row_gives() -> None:
    done = do(
        """
        UniqueName;PrimaryPlacementCategory;ExternalIntId;WEIGHT
        Dumbbell 5kg;FITNESS;119;5000
        """,
        state(WEIGHT, category("FITNESS")),
    )

    made = done.product("Dumbbell 5kg")
    assert done.outcomes == ["created"]
    assert made.data == {"WEIGHT": 5000}
    assert made.pim == {"primary": "FITNESS", "external_int": 119}


def test_a_new_product_is_named_by_its_unique_name_and_one_that_exists_keeps_its_name() -> None:
    there = product("A-1")
    there.name = "A fine product"

    done = do("UniqueName;WEIGHT\nA-1;1\nA-2;2", state(WEIGHT, there))

    assert done.product("A-1").name == "A fine product"
    assert done.product("A-2").name == "A-2"


def test_a_row_is_a_partial_update() -> None:
    there = product("A-1", {"primary": "C", "external_int": 7}, WEIGHT=1, COLOUR="red")

    done = do("UniqueName;WEIGHT\nA-1;2", state(WEIGHT, there))

    assert done.product("A-1").data == {"WEIGHT": 2, "COLOUR": "red"}
    assert done.product("A-1").pim == {"primary": "C", "external_int": 7}


def test_a_row_that_changes_nothing_is_unchanged_and_writes_nothing() -> None:
    before = state(WEIGHT, product("A-1", WEIGHT=2))

    done = do("UniqueName;WEIGHT\nA-1;2", before)

    assert done.outcomes == ["unchanged"]
    assert done.records.records == before.records


def test_a_row_of_only_null_creates_the_product_without_values() -> None:
    done = do("UniqueName;WEIGHT\nA-1;NULL", state(WEIGHT))

    assert done.outcomes == ["created"]
    assert done.product("A-1").data == {}


def test_rows_of_one_product_are_done_one_after_the_other() -> None:
    done = do("UniqueName;WEIGHT\nA-1;1\nA-1;2", state(WEIGHT))

    assert done.outcomes == ["created", "updated"]
    assert {one.identity for one in done.results} == {"A-1"}
    assert done.product("A-1").data == {"WEIGHT": 2}


def test_the_first_column_must_be_the_unique_name() -> None:
    done = do("WEIGHT;UniqueName\n1;A-1", state(WEIGHT))

    assert done.codes == ["column_place"]
    assert not done.results


def test_an_attribute_that_is_not_known_fails_the_import_before_any_row() -> None:
    done = do("UniqueName;WIDTH\nA-1;1", state(WEIGHT))

    assert done.codes == ["unknown_attribute"]
    assert not done.results
    assert done.records.get("product", "A-1") is None


@pytest.mark.parametrize("key", ["", "NULL"])
def test_a_row_without_a_unique_name_is_rejected(key: str) -> None:
    done = do(f"UniqueName;WEIGHT\n{key};1", state(WEIGHT))

    assert done.outcomes == ["rejected"]
    assert [(one.code, one.line, one.column) for one in done.errors] == [("empty_key", 2, "UniqueName")]


def test_a_row_that_fails_anywhere_changes_nothing() -> None:
    before = state(
        WEIGHT, attribute("UNIT", "list:UNITS"), global_list("UNITS", "mm"), product("M"), product("A-1", WEIGHT=1)
    )

    done = do("UniqueName;PrimaryPlacementCategory;VariantOfMaster;WEIGHT;UNIT\nA-1;NOWHERE;M;2;cm", before)

    assert done.codes == ["unknown_category"]
    assert done.records.records == before.records


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    done = do("UniqueName;PrimaryPlacementCategory;VariantOfMaster\nA-1;NOWHERE;Nobody", state())

    assert done.codes == ["unknown_category", "unknown_master"]


def test_external_ids_are_set_as_in_the_example() -> None:
    done = do(
        """
        UniqueName;ExternalStringId;ExternalIntId
        Dumbbell 5kg;DMB5000_0119;119
        Dumbbell 2.5kg;DMB5000_0117;117
        Dumbbell 1kg;DMB5000_0116;116
        """,
        state(product("Dumbbell 5kg", {"external_int": 1, "external_string": "old"})),
    )

    assert done.outcomes == ["updated", "created", "created"]
    assert done.product("Dumbbell 5kg").pim == {"external_int": 119, "external_string": "DMB5000_0119"}
    assert done.product("Dumbbell 2.5kg").pim == {"external_int": 117, "external_string": "DMB5000_0117"}
    assert done.product("Dumbbell 1kg").pim == {"external_int": 116, "external_string": "DMB5000_0116"}


@pytest.mark.parametrize("cell", ["", "NULL"])
def test_an_empty_or_null_external_int_id_leaves_the_one_that_there_is(cell: str) -> None:
    done = do(f"UniqueName;ExternalIntId\nA-1;{cell}", state(product("A-1", {"external_int": 7})))

    assert done.product("A-1").pim == {"external_int": 7}
    assert done.outcomes == ["unchanged"]


def test_a_null_external_string_id_leaves_the_one_that_there_is() -> None:
    done = do("UniqueName;ExternalStringId\nA-1;NULL", state(product("A-1", {"external_string": "X"})))

    assert done.product("A-1").pim == {"external_string": "X"}


def test_an_empty_external_string_id_is_assigned() -> None:
    done = do("UniqueName;ExternalStringId\nA-1;", state(product("A-1", {"external_string": "X"})))

    assert done.product("A-1").pim == {"external_string": ""}
    assert done.outcomes == ["updated"]


@pytest.mark.parametrize("cell", ["12a", "1.5", "2147483648", "-2147483649"])
def test_an_external_int_id_is_a_whole_number_of_32_bits(cell: str) -> None:
    done = do(f"UniqueName;ExternalIntId\nA-1;{cell}", state(product("A-1", {"external_int": 7})))

    (error,) = done.errors
    assert (error.line, error.column, error.value) == (2, "ExternalIntId", cell)
    assert "ExternalStringId" in (error.suggestion or "")
    assert done.product("A-1").pim == {"external_int": 7}


@pytest.mark.parametrize("cell", ["2147483647", "-2147483648"])
def test_the_range_of_external_int_ids_is_used_up_to_its_ends(cell: str) -> None:
    done = do(f"UniqueName;ExternalIntId\nA-1;{cell}")

    assert done.product("A-1").pim == {"external_int": int(cell)}


@pytest.mark.parametrize("column", ["ExternalIntId", "ExternalStringId"])
def test_overwrite_does_not_take_external_ids(column: str) -> None:
    done = do(f"UniqueName;{column}\nA-1;1", state(), "overwrite")

    assert [(one.code, one.column) for one in done.errors] == [("not_in_mode", column)]


def test_overwrite_takes_placements_and_attributes() -> None:
    done = do(
        """
        UniqueName;PrimaryPlacementCategory;AdditionalCategoryPlacement_1;AttributeAssignmentHandling;WEIGHT/Value
        A-1;C-1;C-2;;5
        """,
        state(WEIGHT, category("C-1"), category("C-2")),
        "overwrite",
    )

    assert done.product("A-1").data == {"WEIGHT": 5}
    assert done.product("A-1").pim == {"primary": "C-1", "additional": ["C-2"]}


def test_merge_does_not_take_a_handling() -> None:
    done = do("UniqueName;AttributeAssignmentHandling;WEIGHT\nA-1;Standard;5", state(WEIGHT))

    assert [(one.code, one.column) for one in done.errors] == [("not_in_mode", "AttributeAssignmentHandling")]


def test_the_handling_of_a_row_counts_for_its_attributes() -> None:
    there: list[Any] = [product(f"TSHIRT_{size}", SIZE=1) for size in ("SMALL", "MEDIUM", "LARGE")]

    done = do(
        """
        UniqueName;AttributeAssignmentHandling;SIZE
        TSHIRT_SMALL;Standard;NULL
        TSHIRT_MEDIUM;TreatNullAsDelete;NULL
        TSHIRT_LARGE;Advanced;DELETE
        """,
        state(attribute("SIZE", "PInt32"), *there),
        "overwrite",
    )

    assert [done.product(one.key).data for one in there] == [{"SIZE": 1}, {}, {}]


def test_an_unknown_handling_is_an_error_at_its_cell() -> None:
    done = do(
        "UniqueName;AttributeAssignmentHandling;WEIGHT/Value\nA-1;Rough;5", state(WEIGHT, product("A-1")), "overwrite"
    )

    assert [(one.code, one.line, one.column) for one in done.errors] == [
        ("unknown_handling", 2, "AttributeAssignmentHandling")
    ]
    assert done.product("A-1").data == {}


@pytest.mark.parametrize(("key", "code"), [("#N/A", "spreadsheet_error"), ("x" * 513, "long_key")])
def test_what_can_be_no_key_anywhere_is_no_unique_name(key: str, code: str) -> None:
    done = do(f"UniqueName;WEIGHT\n{key};1", state(WEIGHT))

    assert done.codes == [code]


def test_blanks_around_unique_names_do_not_count() -> None:
    before = state(category("FITNESS"), product("M"), product("A-1"))
    done = do(
        """
        UniqueName;PrimaryPlacementCategory;AdditionalCategoryPlacement_1;VariantOfMaster
         A-1 ; FITNESS;NULL;M\u00a0
        """,
        before,
    )
    assert done.outcomes == ["updated"]
    assert done.product("A-1").pim == {"primary": "FITNESS", "master": "M"}
    assert done.records.get("product", " A-1 ") is None


@pytest.mark.parametrize("cell", ["  ", " NULL"])
def test_a_cell_is_empty_or_null_only_without_blanks(cell: str) -> None:
    before = state(category("FITNESS"), product("A-1", {"primary": "FITNESS"}))
    done = do(f"UniqueName;PrimaryPlacementCategory\nA-1;{cell}\n{cell};FITNESS\n", before)
    assert done.codes == ["unknown_category", "empty_key"]
    assert done.product("A-1").pim == {"primary": "FITNESS"}
