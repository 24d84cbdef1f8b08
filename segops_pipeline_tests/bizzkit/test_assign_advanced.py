"""Rows with AttributeAssignmentHandling. Source of the examples: seed 002, "Advanced overwrite scenarios"."""

from typing import Any

import pytest

from segops_pipeline.catalogue.pim.assign import Assignments
from segops_pipeline.catalogue.pim.fold import FoldOptions, Row
from segops_pipeline.formats.bizzkit.headers import parse_header
from segops_pipeline.formats.bizzkit.keywords import Handling
from segops_pipeline_tests.bizzkit.assigning import HANDLING, Catalogue, attribute, codes, global_list, segments

SIZE = attribute("SIZE")
SIZES = attribute("SIZE", multi=True)
CULTURES = segments(culture="da-DK en")
SHIRTS = ("TSHIRT_SMALL", "TSHIRT_MEDIUM", "TSHIRT_LARGE")


def example(header: str) -> str:
    return f"""
UniqueName;AttributeAssignmentHandling;{header}
TSHIRT_SMALL;Standard;NULL
TSHIRT_MEDIUM;TreatNullAsDelete;NULL
TSHIRT_LARGE;Advanced;DELETE
"""


def of_shirts(catalogue: Catalogue, before: dict[str, Any], header: str) -> list[dict[str, Any]]:
    for shirt in SHIRTS:
        catalogue.product(shirt, before)
    assert codes(catalogue.do(example(header), "overwrite"), "error") == []
    return [catalogue.values(shirt) for shirt in SHIRTS]


def test_deletion_under_the_bare_name_removes_the_attribute() -> None:
    before = {"SIZE": {"default": "S", "T:da-DK": "lille"}, "OTHER": 1}

    assert of_shirts(Catalogue(SIZE), before, "SIZE") == [before, {"OTHER": 1}, {"OTHER": 1}]


def test_deletion_under_an_index_removes_that_value() -> None:
    before = {"SIZE": [{"default": "S"}, {"default": "M"}]}

    assert of_shirts(Catalogue(SIZES), before, "SIZE[1]") == [
        before,
        {"SIZE": before["SIZE"][:1]},
        {"SIZE": before["SIZE"][:1]},
    ]


def test_deletion_under_a_segment_removes_it_and_leaves_the_others() -> None:
    before = {"SIZE": {"default": "S", "T:da-DK": "lille", "T:en": "small"}}
    after = {"SIZE": {"default": "S", "T:en": "small"}}

    assert of_shirts(Catalogue(SIZE, CULTURES), before, "SIZE:Tda-DK") == [before, after, after]


def test_deletion_under_a_reference_column_removes_the_attribute() -> None:
    catalogue = Catalogue(attribute("SIZE", {"Value": "=SIZES"}), global_list("SIZES", "PString", "S"))
    before = {"SIZE": {"list": "SIZES", "item": "1"}}

    assert of_shirts(catalogue, before, "$SIZE") == [before, {}, {}]


def advanced(catalogue: Catalogue, text: str, handling: str = "Advanced") -> list[str]:
    """Do a row to product A; `text` is header and row without the first two columns."""
    header, row = text.split("\n")
    return codes(catalogue.do(f"UniqueName;{HANDLING};{header}\nA;{handling};{row}", "overwrite"))


def test_an_empty_handling_is_standard() -> None:
    catalogue = Catalogue(SIZE).product("A", {"SIZE": {"default": "S"}})

    assert advanced(catalogue, "SIZE\nNULL", "") == []
    assert catalogue.values("A") == {"SIZE": {"default": "S"}}


def test_keywords_of_advanced_rows_are_texts_in_others() -> None:
    for handling in ("Standard", "TreatNullAsDelete"):
        for word in ("IGNORE", "DELETE"):
            catalogue = Catalogue(SIZE)
            assert advanced(catalogue, f"SIZE/VALUE:Default\n{word}", handling) == []
            assert catalogue.values("A") == {"SIZE": {"default": word}}


def test_the_misspelt_keyword_of_the_seed_is_read_and_told() -> None:
    catalogue = Catalogue(SIZE).product("A", {"SIZE": {"default": "S"}})

    assert advanced(catalogue, "SIZE\nDELETÈ") == ["delete_misspelt"]
    assert catalogue.values("A") == {}


def test_deletion_in_one_ownership_leaves_the_other() -> None:
    catalogue = Catalogue(SIZE).product("A", {"SIZE": {"default": "S"}}, {"SIZE": {"default": "s"}})

    advanced(catalogue, "Ext_SIZE\nDELETE")

    assert catalogue.values("A") == {"SIZE": {"default": "S"}}
    assert catalogue.external("A") == {}


def test_null_in_an_advanced_row_is_that_of_a_standard_row() -> None:
    before = {"SIZE": {"default": "S", "T:en": "small"}}
    catalogue = Catalogue(SIZE, CULTURES).product("A", before)

    assert advanced(catalogue, "SIZE;SIZE:Ten\nNULL;NULL") == []
    assert catalogue.values("A") == before
    advanced(catalogue, "SIZE/VALUE:Default\nNULL")
    assert catalogue.values("A") == {"SIZE": {}}


def test_null_that_cannot_delete_is_that_of_a_standard_row() -> None:
    catalogue = Catalogue(SIZE, CULTURES).product("A", {"SIZE": {"default": "S", "T:en": "small"}})

    assert advanced(catalogue, "SIZE/VALUE:Default;SIZE/VALUE:Ten\nNULL;small", "TreatNullAsDelete") == []
    assert catalogue.values("A") == {"SIZE": {"T:en": "small"}}


def test_null_as_delete_removes_only_the_segment_where_standard_would_touch_all() -> None:
    before = {"SIZE": {"default": "S", "T:da-DK": "lille", "T:en": "small"}}
    for handling, after in (("TreatNullAsDelete", {"default": "S", "T:da-DK": "lille"}), ("Standard", {})):
        catalogue = Catalogue(SIZE, CULTURES).product("A", before)
        advanced(catalogue, "SIZE/VALUE:Ten\nNULL", handling)
        assert catalogue.values("A") == {"SIZE": after}


def test_ignore_keeps_a_segment_while_others_are_set() -> None:
    catalogue = Catalogue(SIZE, CULTURES).product("A", {"SIZE": {"default": "S", "T:da-DK": "lille", "T:en": "small"}})

    assert advanced(catalogue, "SIZE/VALUE:Default;SIZE/VALUE:Ten\nx;IGNORE") == []
    assert catalogue.values("A") == {"SIZE": {"default": "x", "T:en": "small"}}


def test_ignore_keeps_a_field_and_a_value() -> None:
    area = attribute("AREA", {"Width": "PInt32", "Height": "PInt32"}, multi=True)
    before = {"AREA": [{"Width": 1, "Height": 2}, {"Width": 3, "Height": 4}, {"Width": 5}]}
    catalogue = Catalogue(area).product("A", before)

    assert advanced(catalogue, "AREA[0]/Width;AREA[0]/Height;AREA[1]\n9;IGNORE;IGNORE") == []
    assert catalogue.values("A") == {"AREA": [{"Width": 9, "Height": 2}, {"Width": 3, "Height": 4}]}


def test_ignore_under_the_bare_name_keeps_all_that_the_row_does_not_set() -> None:
    catalogue = Catalogue(SIZE, CULTURES).product("A", {"SIZE": {"default": "S", "T:da-DK": "lille"}})

    advanced(catalogue, "SIZE;SIZE/VALUE:Default\nIGNORE;x")

    assert catalogue.values("A") == {"SIZE": {"default": "x", "T:da-DK": "lille"}}


def test_ignore_under_the_bare_name_keeps_all_values_that_the_row_does_not_set() -> None:
    before = [{"default": one} for one in "SML"]
    catalogue = Catalogue(SIZES).product("A", {"SIZE": before})

    advanced(catalogue, "SIZE;SIZE[0]/VALUE:Default\nIGNORE;x")

    assert catalogue.values("A") == {"SIZE": [{"default": "x"}, *before[1:]]}


def test_ignore_alone_changes_and_assigns_nothing() -> None:
    catalogue = Catalogue(SIZE, CULTURES)

    assert advanced(catalogue, "SIZE;SIZE/VALUE:Default;SIZE/VALUE:Ten\nIGNORE;IGNORE;IGNORE") == []
    assert catalogue.values("A") == {}


@pytest.mark.parametrize("header", ["SIZE/VALUE", "SIZE/VALUE:Default", "SIZE:Default"])
def test_neither_a_field_nor_the_default_value_can_be_deleted(header: str) -> None:
    before = {"SIZE": {"default": "S"}}
    catalogue = Catalogue(SIZE).product("A", before)

    assert advanced(catalogue, f"{header}\nDELETE") == ["nothing_to_delete"]
    assert catalogue.values("A") == before


def test_a_value_with_others_behind_it_cannot_be_removed() -> None:
    before = {"SIZE": [{"default": one} for one in "SML"]}
    catalogue = Catalogue(SIZES).product("A", before)

    assert advanced(catalogue, "SIZE[1]\nDELETE") == ["not_from_the_end"]
    assert catalogue.values("A") == before
    assert advanced(catalogue, "SIZE[1];SIZE[2]\nDELETE;DELETE") == []
    assert catalogue.values("A") == {"SIZE": before["SIZE"][:1]}


def test_a_column_that_only_deletes_stands_beside_one_that_sets_the_same_value() -> None:
    catalogue = Catalogue(SIZE, CULTURES)

    assert advanced(catalogue, "SIZE:Ten;SIZE/VALUE:Ten\nIGNORE;small") == []
    assert catalogue.values("A") == {"SIZE": {"T:en": "small"}}


def test_a_value_that_is_not_there_needs_no_removal() -> None:
    before = {"SIZE": [{"default": "S"}]}
    catalogue = Catalogue(SIZES).product("A", before)

    assert advanced(catalogue, "SIZE[1];SIZE[2]\nDELETE;DELETE") == []
    assert catalogue.values("A") == before


def test_all_values_can_be_removed_and_the_attribute_stays_assigned() -> None:
    catalogue = Catalogue(SIZES).product("A", {"SIZE": [{"default": "S"}]})

    advanced(catalogue, "SIZE[0]\nDELETE")

    assert catalogue.values("A") == {"SIZE": []}


def test_values_are_moved_and_the_last_one_removed_in_one_row() -> None:
    catalogue = Catalogue(SIZES).product("A", {"SIZE": [{"default": one} for one in "SML"]})

    header = "SIZE[0];SIZE[1]/VALUE:Default;SIZE[2]"
    assert advanced(catalogue, f"{header}\nIGNORE;L;DELETE") == []
    assert catalogue.values("A") == {"SIZE": [{"default": "S"}, {"default": "L"}]}


def test_a_value_behind_a_removed_one_is_refused() -> None:
    catalogue = Catalogue(SIZES).product("A", {"SIZE": [{"default": "S"}]})

    header = "SIZE[0]/VALUE:Default;SIZE[1];SIZE[2]/VALUE:Default"
    assert advanced(catalogue, f"{header}\nS;DELETE;L") == ["not_from_the_end"]
    assert advanced(catalogue, f"{header}\nS;IGNORE;L") == ["hole_in_values"]
    assert catalogue.values("A") == {"SIZE": [{"default": "S"}]}


def test_a_segment_of_one_value_is_removed() -> None:
    before = [{"default": "S", "T:en": "small"}, {"default": "M", "T:en": "medium"}]
    catalogue = Catalogue(SIZES, CULTURES).product("A", {"SIZE": before})

    assert advanced(catalogue, "SIZE[0];SIZE[1]:Ten\nIGNORE;DELETE") == []
    assert catalogue.values("A") == {"SIZE": [before[0], {"default": "M"}]}


def test_a_deletion_on_a_product_without_the_attribute_changes_nothing() -> None:
    catalogue = Catalogue(SIZE, CULTURES)

    assert advanced(catalogue, "SIZE:Ten\nDELETE") == []
    assert advanced(catalogue, "SIZE\nDELETE") == []
    assert catalogue.values("A") == {}


CONTRADICTIONS = [
    ("SIZE;SIZE[0]/VALUE:Default", "DELETE;x"),
    ("SIZE[0];SIZE[0]/VALUE:Default", "DELETE;x"),
    ("SIZE[0]:Ten;SIZE[0]/VALUE:Ten", "DELETE;x"),
]


@pytest.mark.parametrize(("header", "row"), CONTRADICTIONS)
def test_a_value_cannot_be_given_and_deleted_by_one_row(header: str, row: str) -> None:
    before = {"SIZE": [{"default": "S"}]}
    catalogue = Catalogue(SIZES, CULTURES).product("A", before)

    assert "assigned_and_deleted" in advanced(catalogue, f"{header}\n{row}")
    assert catalogue.values("A") == before


def test_deletion_wins_over_null_and_ignore_under_its_parts() -> None:
    for cell in ("NULL", "IGNORE"):
        catalogue = Catalogue(SIZE).product("A", {"SIZE": {"default": "S"}})
        assert advanced(catalogue, f"SIZE;SIZE/VALUE:Default\nDELETE;{cell}") == []
        assert catalogue.values("A") == {}


def checked(header: str, row: str, handling: Handling) -> list[str]:
    """The codes of what is checked before any row is done."""
    records = Catalogue(SIZES, attribute("WEIGHT", {"Value": "PInt16"}), CULTURES).records
    columns = [parse_header(one, place) for place, one in enumerate(header.split(";"))]
    assignments = Assignments(columns, FoldOptions("overwrite"))
    assert codes(assignments.check(records), "error") == []
    return codes(assignments.check_row(Row(2, row.split(";")), handling))


def test_cells_that_can_never_be_right_are_known_before_any_row_is_done() -> None:
    assert checked("SIZE;WEIGHT/Value", "NULL;5", "Standard") == []
    assert checked("SIZE;WEIGHT/Value", "x;five", "Standard") == ["needs_full_header", "not_an_integer"]
    assert checked("WEIGHT/Value;WEIGHT", "DELETE;IGNORE", "Advanced") == ["nothing_to_delete"]
    assert checked("SIZE[0];SIZE[0]/VALUE:Ten", "NULL;x", "TreatNullAsDelete") == ["assigned_and_deleted"]


def test_cells_of_merge_mode_are_known_before_any_row_is_done() -> None:
    assignments = Assignments([parse_header("WEIGHT", 0), parse_header("SIZE", 1)], FoldOptions())
    assert assignments.check(Catalogue(SIZE, attribute("WEIGHT", {"Value": "PInt16"})).records) == []

    assert codes(assignments.check_row(Row(2, ["heavy", "x"]))) == ["not_an_integer"]
    assert assignments.check_row(Row(3, ["NULL", None])) == []
