"""Seed 002, "Products": "Product placement", in both modes."""

from typing import Any

import pytest

from segops_pipeline_tests.bizzkit.files import category, do, product, state
from segops_pipeline_tests.bizzkit.memory import MemoryRecords


def placed(primary: str | None = None, *additional: str) -> MemoryRecords:
    """PRODUCT-1 so placed, and the categories of the seed's examples."""
    pim: dict[str, Any] = {}
    if primary:
        pim["primary"] = primary
    if additional:
        pim["additional"] = list(additional)
    return state(product("PRODUCT-1", pim), *(category(f"CATEGORY_{number}") for number in range(1, 6)))


def test_merge_an_empty_primary_placement_removes_the_one_that_there_is() -> None:
    done = do(
        """
        UniqueName;PrimaryPlacementCategory
        PRODUCT-1;
        """,
        placed("CATEGORY_1", "CATEGORY_2"),
    )

    assert done.product("PRODUCT-1").pim == {"additional": ["CATEGORY_2"]}
    assert done.outcomes == ["updated"]


def test_merge_null_leaves_the_primary_placement() -> None:
    done = do(
        """
        UniqueName;PrimaryPlacementCategory
        PRODUCT-1;NULL
        """,
        placed("CATEGORY_1", "CATEGORY_2"),
    )

    assert done.product("PRODUCT-1").pim == {"primary": "CATEGORY_1", "additional": ["CATEGORY_2"]}
    assert done.outcomes == ["unchanged"]


def test_merge_a_value_is_the_new_primary_placement() -> None:
    done = do(
        """
        UniqueName;PrimaryPlacementCategory
        PRODUCT-1;CATEGORY_2
        """,
        placed("CATEGORY_1"),
    )

    assert done.product("PRODUCT-1").pim == {"primary": "CATEGORY_2"}


def test_merge_additional_placements_are_the_union_of_those_that_there_are_and_those_told() -> None:
    done = do(
        """
        UniqueName;AdditionalCategoryPlacement_1;AdditionalCategoryPlacement_2
        PRODUCT-1;CATEGORY_2;CATEGORY_3
        """,
        placed("CATEGORY_1"),
    )

    assert done.product("PRODUCT-1").pim == {"primary": "CATEGORY_1", "additional": ["CATEGORY_2", "CATEGORY_3"]}


def test_merge_an_additional_placement_that_is_there_is_not_added_again() -> None:
    done = do(
        """
        UniqueName;AdditionalCategoryPlacement_1;AdditionalCategoryPlacement_2
        PRODUCT-1;CATEGORY_3;CATEGORY_3
        """,
        placed(None, "CATEGORY_2", "CATEGORY_3"),
    )

    assert done.product("PRODUCT-1").pim == {"additional": ["CATEGORY_2", "CATEGORY_3"]}
    assert done.outcomes == ["unchanged"]


def test_merge_the_primary_category_as_an_additional_one_becomes_a_secondary_placement() -> None:
    done = do(
        """
        UniqueName;AdditionalCategoryPlacement_1
        PRODUCT-1;CATEGORY_1
        """,
        placed("CATEGORY_1"),
    )

    assert done.product("PRODUCT-1").pim == {"additional": ["CATEGORY_1"]}


def test_merge_a_secondary_category_as_the_primary_one_becomes_the_primary_placement() -> None:
    done = do(
        """
        UniqueName;PrimaryPlacementCategory
        PRODUCT-1;CATEGORY_1
        """,
        placed(None, "CATEGORY_1", "CATEGORY_2"),
    )

    assert done.product("PRODUCT-1").pim == {"primary": "CATEGORY_1", "additional": ["CATEGORY_2"]}


def test_merge_a_new_primary_placement_and_the_old_one_as_an_additional_one_change_places() -> None:
    done = do(
        """
        UniqueName;PrimaryPlacementCategory;AdditionalCategoryPlacement_1
        PRODUCT-1;CATEGORY_2;CATEGORY_1
        """,
        placed("CATEGORY_1", "CATEGORY_2"),
    )

    assert done.product("PRODUCT-1").pim == {"primary": "CATEGORY_2", "additional": ["CATEGORY_1"]}


@pytest.mark.parametrize("cell", ["", "NULL"])
def test_merge_removes_no_secondary_placement(cell: str) -> None:
    done = do(
        f"""
        UniqueName;AdditionalCategoryPlacement_1;AdditionalCategoryPlacement_2
        PRODUCT-1;{cell};CATEGORY_4
        """,
        placed("CATEGORY_1", "CATEGORY_2", "CATEGORY_3"),
    )

    assert done.product("PRODUCT-1").pim["additional"] == ["CATEGORY_2", "CATEGORY_3", "CATEGORY_4"]


def test_overwrite_puts_a_product_exactly_where_the_file_says() -> None:
    done = do(
        """
        UniqueName;PrimaryPlacementCategory;AdditionalCategoryPlacement_1;AdditionalCategoryPlacement_2;AdditionalCategoryPlacement_3
        PRODUCT-1;CATEGORY_1;CATEGORY_2;CATEGORY_3;CATEGORY_4
        """,
        placed("CATEGORY_3", "CATEGORY_5"),
        "overwrite",
    )

    pim = done.product("PRODUCT-1").pim
    assert pim == {"primary": "CATEGORY_1", "additional": ["CATEGORY_2", "CATEGORY_3", "CATEGORY_4"]}


def test_overwrite_null_is_no_additional_placement_and_the_others_are_replaced() -> None:
    done = do(
        """
        UniqueName;AdditionalCategoryPlacement_1;AdditionalCategoryPlacement_2
        PRODUCT-1;CATEGORY_2;NULL
        """,
        placed("CATEGORY_1", "CATEGORY_2", "CATEGORY_3", "CATEGORY_4"),
        "overwrite",
    )

    assert done.product("PRODUCT-1").pim == {"primary": "CATEGORY_1", "additional": ["CATEGORY_2"]}


def test_overwrite_null_in_the_only_column_removes_all_additional_placements() -> None:
    done = do(
        """
        UniqueName;AdditionalCategoryPlacement_1
        PRODUCT-1;NULL
        """,
        placed("CATEGORY_1", "CATEGORY_2"),
        "overwrite",
    )

    assert done.product("PRODUCT-1").pim == {"primary": "CATEGORY_1"}


def test_overwrite_null_in_both_columns_removes_all_placements() -> None:
    done = do(
        """
        UniqueName;PrimaryPlacementCategory;AdditionalCategoryPlacement_1
        PRODUCT-1;NULL;NULL
        """,
        placed("CATEGORY_1", "CATEGORY_2"),
        "overwrite",
    )

    assert done.product("PRODUCT-1").pim == {}


def test_overwrite_the_last_example_of_the_seed() -> None:
    before = state(
        product("PRODUCT-1", {"primary": "CATEGORY_5", "additional": ["CATEGORY_2", "CATEGORY_4"]}),
        product("PRODUCT-2", {"additional": ["CATEGORY_1", "CATEGORY_2"]}),
        product("PRODUCT-3", {"primary": "CATEGORY_1", "additional": ["CATEGORY_2"]}),
        *(category(f"CATEGORY_{number}") for number in range(1, 6)),
    )

    done = do(
        """
        UniqueName;PrimaryPlacementCategory;AdditionalCategoryPlacement_1;AdditionalCategoryPlacement_2
        PRODUCT-1;NULL;CATEGORY_1;NULL
        PRODUCT-2;CATEGORY_2;CATEGORY_3;CATEGORY_4
        PRODUCT-3;NULL;NULL;NULL
        """,
        before,
        "overwrite",
    )

    assert done.product("PRODUCT-1").pim == {"additional": ["CATEGORY_1"]}
    assert done.product("PRODUCT-2").pim == {"primary": "CATEGORY_2", "additional": ["CATEGORY_3", "CATEGORY_4"]}
    assert done.product("PRODUCT-3").pim == {}


def test_overwrite_touches_only_what_has_a_column() -> None:
    done = do(
        """
        UniqueName;PrimaryPlacementCategory
        PRODUCT-1;NULL
        """,
        placed("CATEGORY_1", "CATEGORY_2"),
        "overwrite",
    )

    assert done.product("PRODUCT-1").pim == {"additional": ["CATEGORY_2"]}


def test_overwrite_a_row_that_ends_before_its_placements_leaves_them() -> None:
    done = do(
        """
        UniqueName;PrimaryPlacementCategory;AdditionalCategoryPlacement_1
        PRODUCT-1
        """,
        placed("CATEGORY_1", "CATEGORY_2"),
        "overwrite",
    )

    assert done.product("PRODUCT-1").pim == {"primary": "CATEGORY_1", "additional": ["CATEGORY_2"]}


@pytest.mark.parametrize("mode", ["merge", "overwrite"])
def test_a_category_that_does_not_exist_is_an_error_at_its_cell(mode: Any) -> None:
    done = do(
        """
        UniqueName;PrimaryPlacementCategory;AdditionalCategoryPlacement_1;AdditionalCategoryPlacement_2
        PRODUCT-1;CATEGORY_2;CATEGORY_3;ELSEWHERE
        """,
        placed("CATEGORY_1"),
        mode,
    )

    (error,) = done.errors
    assert (error.code, error.line, error.column) == ("unknown_category", 2, "AdditionalCategoryPlacement_2")
    assert error.value == "ELSEWHERE"
    assert error.suggestion
    assert done.outcomes == ["rejected"]
    assert done.product("PRODUCT-1").pim == {"primary": "CATEGORY_1"}


@pytest.mark.parametrize("mode", ["merge", "overwrite"])
def test_one_category_as_both_placements_of_a_row_is_an_error(mode: Any) -> None:
    done = do(
        """
        UniqueName;PrimaryPlacementCategory;AdditionalCategoryPlacement_1
        PRODUCT-1;CATEGORY_2;CATEGORY_2
        """,
        placed("CATEGORY_1"),
        mode,
    )

    assert done.codes == ["ambiguous_placement"]


@pytest.mark.parametrize("numbers", [(2,), (1, 3), (0, 1)])
def test_numbers_of_additional_placements_must_be_consecutive_from_1(numbers: tuple[int, ...]) -> None:
    header = ";".join(f"AdditionalCategoryPlacement_{number}" for number in numbers)

    done = do(f"UniqueName;{header}\nPRODUCT-1" + ";CATEGORY_2" * len(numbers), placed())

    assert done.codes
    assert not done.results
