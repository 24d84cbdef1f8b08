"""Seed 002, "Products": "Master/variants" and "Variant ordering"."""

import pytest

from segops_pipeline_tests.bizzkit.files import do, product, state
from segops_pipeline_tests.bizzkit.memory import MemoryRecords

KG, VAR1, VAR2, VAR3, SPECIAL = (
    "Dumbbell 5kg", "Dumbbell 5kg var 1", "Dumbbell 5kg var 2", "Dumbbell 5kg var 3", "Dumbbell 5kg special"
)  # fmt: skip


def dumbbells(*order: str) -> MemoryRecords:
    """The master with variants in this order, and another product that could be one."""
    return state(
        product(KG, {"variants": list(order)}), product(SPECIAL), *(product(one, {"master": KG}) for one in order)
    )


def test_masters_are_assigned_and_cleared_as_in_the_example() -> None:
    before = state(product("old", {"variants": [KG]}), product(KG, {"master": "old"}), product(VAR1), product(VAR2))

    done = do(
        """
        UniqueName;VariantOfMaster
        Dumbbell 5kg;
        Dumbbell 5kg var 1;Dumbbell 5kg
        Dumbbell 5kg var 2;Dumbbell 5kg var 1
        """,
        before,
    )

    assert done.product(KG).pim == {"variants": [VAR1]}
    assert done.product(VAR1).pim == {"master": KG, "variants": [VAR2]}
    assert done.product(VAR2).pim == {"master": VAR1}
    assert done.records.variants_of("old") == []
    assert done.outcomes == ["updated"] * 3


def test_a_structure_of_new_products_is_made_in_one_file() -> None:
    done = do(
        """
        UniqueName;VariantOfMaster
        Dumbbell 5kg;
        Dumbbell 5kg var 1;Dumbbell 5kg
        Dumbbell 5kg var 2;Dumbbell 5kg
        """
    )

    assert done.outcomes == ["created"] * 3
    assert done.records.variants_of(KG) == [VAR1, VAR2]


def test_an_empty_master_removes_the_product_as_a_variant() -> None:
    done = do("UniqueName;VariantOfMaster\nDumbbell 5kg var 1;", dumbbells(VAR1, VAR2))

    assert done.product(VAR1).pim == {}
    assert done.records.variants_of(KG) == [VAR2]
    assert done.product(KG).pim == {"variants": [VAR2]}


def test_null_leaves_the_master() -> None:
    done = do("UniqueName;VariantOfMaster\nDumbbell 5kg var 1;NULL", dumbbells(VAR1, VAR2))

    assert done.product(VAR1).pim == {"master": KG}
    assert done.outcomes == ["unchanged"]


def test_a_master_that_is_there_needs_no_row() -> None:
    done = do("UniqueName;VariantOfMaster\nDumbbell 5kg special;Dumbbell 5kg", dumbbells(VAR1))

    assert done.records.variants_of(KG) == [VAR1, SPECIAL]


def test_a_new_variant_is_the_last_one() -> None:
    done = do("UniqueName;VariantOfMaster\nA new one;Dumbbell 5kg", dumbbells(VAR2, VAR1))

    assert done.records.variants_of(KG) == [VAR2, VAR1, "A new one"]


def test_the_same_master_again_leaves_the_order() -> None:
    done = do("UniqueName;VariantOfMaster\nDumbbell 5kg var 1;Dumbbell 5kg", dumbbells(VAR1, VAR2))

    assert done.records.variants_of(KG) == [VAR1, VAR2]
    assert done.outcomes == ["unchanged"]


def test_an_unknown_master_is_an_error() -> None:
    done = do("UniqueName;VariantOfMaster\nDumbbell 5kg var 1;Nobody", dumbbells(VAR1))

    (error,) = done.errors
    assert (error.code, error.line, error.column, error.value) == ("unknown_master", 2, "VariantOfMaster", "Nobody")
    assert done.product(VAR1).pim == {"master": KG}


def test_a_row_of_a_new_master_must_be_above_that_of_its_variant() -> None:
    text = """
        UniqueName;VariantOfMaster
        Dumbbell 5kg var 1;Dumbbell 5kg
        Dumbbell 5kg;
        """

    done = do(text)

    assert done.outcomes == ["rejected", "created"]
    assert done.codes == ["unknown_master"]
    assert "any" in (done.errors[0].suggestion or "")
    assert done.records.get("product", VAR1) is None


def test_in_any_order_a_row_of_a_new_master_may_be_anywhere() -> None:
    done = do(
        """
        UniqueName;VariantOfMaster
        Dumbbell 5kg var 2;Dumbbell 5kg var 1
        Dumbbell 5kg var 1;Dumbbell 5kg
        Dumbbell 5kg;
        """,
        order="any",
    )

    assert done.outcomes == ["created"] * 3
    assert done.records.variants_of(VAR1) == [VAR2]
    assert done.records.variants_of(KG) == [VAR1]


def test_in_any_order_a_circle_is_named_and_the_other_rows_are_done() -> None:
    done = do(
        """
        UniqueName;VariantOfMaster
        A;B
        B;A
        C;
        """,
        order="any",
    )

    assert done.outcomes == ["rejected", "rejected", "created"]
    assert done.codes == ["circular_references"] * 2
    assert "A → B → A" in done.errors[0].message


def test_a_product_cannot_be_its_own_master() -> None:
    done = do("UniqueName;VariantOfMaster\nDumbbell 5kg;Dumbbell 5kg", dumbbells())

    assert done.codes == ["circular_master"]
    assert done.records.variants_of(KG) == []


def test_a_new_product_cannot_be_its_own_master() -> None:
    done = do("UniqueName;VariantOfMaster\nX;X")

    assert done.codes == ["circular_master"]
    assert done.records.get("product", "X") is None


def test_a_circle_of_masters_is_an_error_that_names_its_members() -> None:
    before = state(
        product("A", {"variants": ["B"]}),
        product("B", {"master": "A", "variants": ["C"]}),
        product("C", {"master": "B"}),
    )

    done = do("UniqueName;VariantOfMaster\nA;C", before)

    (error,) = done.errors
    assert error.code == "circular_master"
    assert "A → C → B → A" in error.message
    assert done.records.records == before.records


def test_a_row_that_frees_a_variant_and_a_later_one_that_places_it_again_both_count() -> None:
    before = state(product("A", {"variants": ["B"]}), product("B", {"master": "A"}), product("C"))

    done = do(
        """
        UniqueName;VariantOfMaster
        B;
        A;B
        B;C
        """,
        before,
    )

    assert done.outcomes == ["updated"] * 3
    assert done.product("A").pim == {"master": "B"}
    assert done.product("B").pim == {"master": "C", "variants": ["A"]}
    assert done.product("C").pim == {"variants": ["B"]}


def test_without_the_row_that_frees_it_first_the_same_file_fails() -> None:
    before = state(product("A", {"variants": ["B"]}), product("B", {"master": "A"}))

    done = do("UniqueName;VariantOfMaster\nA;B", before)

    assert done.codes == ["circular_master"]


def test_a_variant_is_placed_just_before_another_one() -> None:
    done = do(
        """
        UniqueName;PlaceVariantOfMasterBefore
        Dumbbell 5kg var 1;Dumbbell 5kg var 2
        """,
        dumbbells(VAR2, VAR3, VAR1),
    )

    assert done.records.variants_of(KG) == [VAR1, VAR2, VAR3]
    assert done.outcomes == ["updated"]


def test_a_variant_that_is_there_already_stays() -> None:
    done = do("UniqueName;PlaceVariantOfMasterBefore\nDumbbell 5kg var 1;Dumbbell 5kg var 2", dumbbells(VAR1, VAR2))

    assert done.outcomes == ["unchanged"]


def test_variants_that_nobody_has_ordered_can_be_ordered() -> None:
    before = state(product(KG), *(product(one, {"master": KG}) for one in (VAR1, VAR2, VAR3)))

    done = do("UniqueName;PlaceVariantOfMasterBefore\nDumbbell 5kg var 3;Dumbbell 5kg var 1", before)

    assert done.records.variants_of(KG) == [VAR3, VAR1, VAR2]


def test_an_empty_name_places_the_variant_at_the_end() -> None:
    done = do("UniqueName;PlaceVariantOfMasterBefore\nDumbbell 5kg var 1;", dumbbells(VAR1, VAR2, VAR3))

    assert done.records.variants_of(KG) == [VAR2, VAR3, VAR1]


def test_null_leaves_the_order() -> None:
    done = do("UniqueName;PlaceVariantOfMasterBefore\nDumbbell 5kg var 1;NULL", dumbbells(VAR1, VAR2))

    assert done.records.variants_of(KG) == [VAR1, VAR2]
    assert done.outcomes == ["unchanged"]


def test_variants_of_two_masters_cannot_be_ordered() -> None:
    before = state(
        product(KG), product(SPECIAL), product(VAR1, {"master": KG}), product(VAR2, {"master": SPECIAL})
    )  # fmt: skip

    done = do("UniqueName;PlaceVariantOfMasterBefore\nDumbbell 5kg var 1;Dumbbell 5kg var 2", before)

    (error,) = done.errors
    assert (error.code, error.column, error.value) == ("not_same_master", "PlaceVariantOfMasterBefore", VAR2)
    assert KG in error.message
    assert SPECIAL in error.message


@pytest.mark.parametrize("before", ["Nobody", VAR1, SPECIAL])
def test_a_variant_is_placed_only_before_another_variant(before: str) -> None:
    done = do(f"UniqueName;PlaceVariantOfMasterBefore\nDumbbell 5kg var 1;{before}", dumbbells(VAR1, VAR2))

    assert done.codes == ["not_same_master"]
    assert done.records.variants_of(KG) == [VAR1, VAR2]


def test_a_product_that_is_no_variant_is_not_placed_before_one() -> None:
    done = do("UniqueName;PlaceVariantOfMasterBefore\nDumbbell 5kg special;Dumbbell 5kg var 1", dumbbells(VAR1))

    assert done.codes == ["not_same_master"]
    assert "no variant" in done.errors[0].message


def test_both_columns_make_a_variant_of_a_master_before_one_of_its_variants() -> None:
    done = do(
        """
        UniqueName;VariantOfMaster;PlaceVariantOfMasterBefore
        Dumbbell 5kg special;Dumbbell 5kg;Dumbbell 5kg var 2
        """,
        dumbbells(VAR1, VAR2),
    )

    assert done.product(SPECIAL).pim == {"master": KG}
    assert done.records.variants_of(KG) == [VAR1, SPECIAL, VAR2]


def test_a_row_whose_place_is_wrong_does_not_change_the_master_either() -> None:
    before = dumbbells(VAR1, VAR2)

    done = do("UniqueName;VariantOfMaster;PlaceVariantOfMasterBefore\nDumbbell 5kg special;Dumbbell 5kg;Nobody", before)

    assert done.outcomes == ["rejected"]
    assert done.records.records == before.records


def test_rows_of_masters_and_of_freed_products_may_have_an_empty_place() -> None:
    done = do(
        """
        UniqueName;VariantOfMaster;PlaceVariantOfMasterBefore
        Dumbbell 5kg;;
        Dumbbell 5kg var 1;;
        """,
        dumbbells(VAR1, VAR2),
    )

    assert done.outcomes == ["unchanged", "updated"]
    assert done.records.variants_of(KG) == [VAR2]


def test_the_first_ordering_example_fails_for_the_variant_has_another_master_by_then() -> None:
    done = do(
        """
        UniqueName;VariantOfMaster;PlaceVariantOfMasterBefore
        Dumbbell 5kg var 2;Dumbbell 5kg special;NULL
        Dumbbell 5kg var 1;NULL;Dumbbell 5kg var 2
        """,
        dumbbells(VAR2, VAR1),
    )

    assert done.outcomes == ["updated", "rejected"]
    assert [(one.code, one.line) for one in done.errors] == [("not_same_master", 3)]


def test_the_second_ordering_example_places_the_variant_before_the_other_one_leaves() -> None:
    done = do(
        """
        UniqueName;VariantOfMaster;PlaceVariantOfMasterBefore
        Dumbbell 5kg var 1;NULL;Dumbbell 5kg var 2
        Dumbbell 5kg var 2;Dumbbell 5kg special;NULL
        """,
        dumbbells(VAR2, VAR3, VAR1),
    )

    assert done.outcomes == ["updated", "updated"]
    assert done.records.variants_of(KG) == [VAR1, VAR3]
    assert done.records.variants_of(SPECIAL) == [VAR2]


def test_the_second_ordering_example_fails_when_it_is_imported_again() -> None:
    text = """
        UniqueName;VariantOfMaster;PlaceVariantOfMasterBefore
        Dumbbell 5kg var 1;NULL;Dumbbell 5kg var 2
        Dumbbell 5kg var 2;Dumbbell 5kg special;NULL
        """
    first = do(text, dumbbells(VAR2, VAR1))

    second = do(text, first.records)

    assert second.outcomes == ["rejected", "unchanged"]


def test_rows_of_two_masters_in_turn_come_to_the_same_as_those_grouped() -> None:
    rows = ["a1;A", "b1;B", "a2;A", "b2;B"]
    header = "UniqueName;VariantOfMaster\n"

    in_turn = do(header + "\n".join(["A;", "B;", *rows]))
    grouped = do(header + "\n".join(["A;", "B;", *sorted(rows)]))

    assert in_turn.records.records == grouped.records.records
    assert in_turn.records.variants_of("A") == ["a1", "a2"]


@pytest.mark.parametrize("column", ["VariantOfMaster", "PlaceVariantOfMasterBefore"])
def test_overwrite_does_not_take_masters_or_their_order(column: str) -> None:
    done = do(f"UniqueName;{column}\nDumbbell 5kg var 1;Dumbbell 5kg", dumbbells(VAR1), "overwrite")

    assert [(one.code, one.column) for one in done.errors] == [("not_in_mode", column)]
    assert not done.results
