"""Seed 002, "Bundle items"."""

from typing import Any

import pytest

from segops_pipeline_tests.bizzkit.files import attribute, do, global_list, product, state
from segops_pipeline_tests.bizzkit.memory import MemoryRecords

BUNDLENAME = attribute("BUNDLENAME", "PString")


def bundle(*items: dict[str, Any]) -> MemoryRecords:
    """PRODUCT_001 with these items, two other products, and an attribute for attachments."""
    pim = {"bundle": list(items)} if items else {}
    return state(product("PRODUCT_001", pim), product("PRODUCT_002"), product("PRODUCT_003"), BUNDLENAME)


def test_an_item_is_removed_and_another_one_added_as_in_the_example() -> None:
    done = do(
        """
        UniqueName;ItemUniqueName;ItemOperation;Note;BUNDLENAME
        PRODUCT_001;PRODUCT_002;Remove;
        PRODUCT_001;PRODUCT_003;AddOrUpdate;;Gratis is
        """,
        bundle({"item": "PRODUCT_002", "amount": 2, "note": "alt"}),
    )

    assert done.outcomes == ["removed", "created"]
    assert done.product("PRODUCT_001").pim == {
        "bundle": [{"item": "PRODUCT_003", "amount": 1, "attributes": {"BUNDLENAME": "Gratis is"}}]
    }


def test_without_the_operation_an_item_is_added_or_updated() -> None:
    done = do(
        """
        UniqueName;ItemUniqueName;Note
        PRODUCT_001;PRODUCT_002;Internt notat
        PRODUCT_001;PRODUCT_003;
        """,
        bundle({"item": "PRODUCT_002", "amount": 2, "note": "alt"}),
    )

    assert done.outcomes == ["updated", "created"]
    assert done.product("PRODUCT_001").pim["bundle"] == [
        {"item": "PRODUCT_002", "amount": 2, "note": "Internt notat"}, {"item": "PRODUCT_003", "amount": 1}
    ]  # fmt: skip


def test_a_null_operation_adds_or_updates_too() -> None:
    done = do("UniqueName;ItemUniqueName;ItemOperation;Note\nPRODUCT_001;PRODUCT_002;NULL;", bundle())

    assert done.outcomes == ["created"]


@pytest.mark.parametrize("operation", ["Add", "", "Delete"])
def test_another_operation_is_an_error_before_the_row_is_done(operation: str) -> None:
    done = do(f"UniqueName;ItemUniqueName;ItemOperation;Note\nPRODUCT_001;PRODUCT_002;{operation};", bundle())

    assert [(one.code, one.line, one.column) for one in done.errors] == [("unknown_operation", 2, "ItemOperation")]
    assert done.product("PRODUCT_001").pim == {}


def test_the_note_column_is_required() -> None:
    done = do("UniqueName;ItemUniqueName;Amount\nPRODUCT_001;PRODUCT_002;1", bundle(), entity="bundle_item")

    assert [(one.code, one.column) for one in done.errors] == [("missing_column", "Note")]
    assert not done.results


def test_the_item_column_is_required() -> None:
    done = do("UniqueName;Note;Amount\nPRODUCT_001;;1", bundle(), entity="bundle_item")

    assert [(one.code, one.column) for one in done.errors] == [("missing_column", "ItemUniqueName")]


def test_a_row_that_ends_before_its_note_is_an_error() -> None:
    done = do("UniqueName;ItemUniqueName;Note\nPRODUCT_001;PRODUCT_002", bundle())

    assert done.codes == ["note_missing"]


def test_an_empty_note_removes_the_one_that_there_is_and_null_leaves_it() -> None:
    items = [{"item": item, "amount": 1, "note": "alt"} for item in ("PRODUCT_002", "PRODUCT_003")]

    done = do("UniqueName;ItemUniqueName;Note\nPRODUCT_001;PRODUCT_002;\nPRODUCT_001;PRODUCT_003;NULL", bundle(*items))

    assert done.product("PRODUCT_001").pim["bundle"] == [{"item": "PRODUCT_002", "amount": 1}, items[1]]
    assert done.outcomes == ["updated", "unchanged"]


def test_amounts_are_left_and_overwritten_as_in_the_example() -> None:
    done = do(
        """
        UniqueName;ItemUniqueName;Note;Amount
        PRODUCT_001;PRODUCT_002;;NULL
        PRODUCT_001;PRODUCT_003;;1.4
        """,
        bundle({"item": "PRODUCT_002", "amount": 7}, {"item": "PRODUCT_003", "amount": 2}),
    )

    assert done.product("PRODUCT_001").pim["bundle"] == [
        {"item": "PRODUCT_002", "amount": 7}, {"item": "PRODUCT_003", "amount": 1.4}
    ]  # fmt: skip


def test_a_null_amount_of_a_new_item_is_1() -> None:
    done = do("UniqueName;ItemUniqueName;Note;Amount\nPRODUCT_001;PRODUCT_002;;NULL", bundle())

    assert done.product("PRODUCT_001").pim["bundle"] == [{"item": "PRODUCT_002", "amount": 1}]


@pytest.mark.parametrize("amount", ["", "many", "1,4"])
def test_an_amount_that_is_no_decimal_number_is_an_error_before_the_row_is_done(amount: str) -> None:
    done = do(f"UniqueName;ItemUniqueName;Note;Amount\nPRODUCT_001;PRODUCT_002;;{amount}", bundle())

    assert [(one.line, one.column) for one in done.errors] == [(2, "Amount")]
    assert done.product("PRODUCT_001").pim == {}


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("NOBODY;PRODUCT_002;", "unknown_bundle", "UniqueName"),
        ("PRODUCT_001;NOBODY;", "unknown_item", "ItemUniqueName"),
    ],
)
def test_both_products_must_exist(row: str, code: str, column: str) -> None:
    done = do(f"UniqueName;ItemUniqueName;Note\n{row}", bundle())

    assert [(one.code, one.line, one.column, one.value) for one in done.errors] == [(code, 2, column, "NOBODY")]
    assert done.records.records == bundle().records


@pytest.mark.parametrize("item", ["", "NULL"])
def test_a_row_must_name_its_item(item: str) -> None:
    done = do(f"UniqueName;ItemUniqueName;Note\nPRODUCT_001;{item};", bundle())

    assert [(one.code, one.column) for one in done.errors] == [("empty_key", "ItemUniqueName")]


def test_a_bundle_is_no_item_of_itself() -> None:
    done = do("UniqueName;ItemUniqueName;Note\nPRODUCT_001;PRODUCT_001;", bundle())

    assert done.codes == ["bundle_of_itself"]


def test_removing_what_is_not_in_the_bundle_is_told_and_changes_nothing() -> None:
    done = do("UniqueName;ItemUniqueName;ItemOperation;Note\nPRODUCT_001;PRODUCT_002;Remove;", bundle())

    assert done.outcomes == ["unchanged"]
    assert [(one.code, one.level) for one in done.issues] == [("nothing_to_remove", "info")]


def test_an_item_whose_product_is_gone_can_be_removed() -> None:
    done = do(
        "UniqueName;ItemUniqueName;ItemOperation;Note\nPRODUCT_001;GONE;Remove;", bundle({"item": "GONE", "amount": 1})
    )

    assert done.outcomes == ["removed"]
    assert done.product("PRODUCT_001").pim == {}


def test_an_item_is_what_a_row_is_about() -> None:
    done = do("UniqueName;ItemUniqueName;Note\nPRODUCT_001;PRODUCT_002;", bundle())

    assert [one.identity for one in done.results] == ["PRODUCT_001/PRODUCT_002"]


def test_attributes_of_an_attachment_are_merged_into_those_that_there_are() -> None:
    there = {"item": "PRODUCT_002", "amount": 1, "attributes": {"BUNDLENAME": "Gratis", "OTHER": 1}}

    done = do(
        "UniqueName;ItemUniqueName;Note;BUNDLENAME;Ext_BUNDLENAME\nPRODUCT_001;PRODUCT_002;;NULL;Udefra", bundle(there)
    )

    assert done.product("PRODUCT_001").pim["bundle"] == [{**there, "external": {"BUNDLENAME": "Udefra"}}]


def test_a_row_whose_attribute_is_wrong_does_not_attach_the_item() -> None:
    before = state(
        product("PRODUCT_001"), product("PRODUCT_002"), attribute("UNIT", "list:UNITS"), global_list("UNITS", "mm")
    )

    done = do("UniqueName;ItemUniqueName;Note;$UNIT\nPRODUCT_001;PRODUCT_002;;UNITS_9", before)

    assert done.codes == ["unknown_list_item"]
    assert done.records.records == before.records


def test_the_rest_of_the_bundle_stays() -> None:
    there = product("PRODUCT_001", {"primary": "C", "bundle": [{"item": "PRODUCT_003", "amount": 3}]}, WEIGHT=1)

    done = do("UniqueName;ItemUniqueName;Note\nPRODUCT_001;PRODUCT_002;", state(there, product("PRODUCT_002")))

    assert done.product("PRODUCT_001").data == {"WEIGHT": 1}
    assert done.product("PRODUCT_001").pim == {
        "primary": "C", "bundle": [{"item": "PRODUCT_003", "amount": 3}, {"item": "PRODUCT_002", "amount": 1}]
    }  # fmt: skip


def test_overwrite_does_not_take_bundle_items() -> None:
    done = do("UniqueName;ItemUniqueName;Note\nPRODUCT_001;PRODUCT_002;", bundle(), "overwrite")

    assert done.codes == ["not_in_mode"]
