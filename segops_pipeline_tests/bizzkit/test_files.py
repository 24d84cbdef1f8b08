"""Which entity a file is of, the columns it has, and all that is wrong with its header."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.entities import COLUMNS, FILE_ENTITIES, FileEntity, SpecialName
from segops_pipeline.formats.bizzkit.files import Recognised, mode_issues, recognise, stray_cells
from segops_pipeline.formats.bizzkit.keywords import Mode
from segops_pipeline.formats.bizzkit.segments import Segment

OPEN_THREE: tuple[FileEntity, ...] = ("product", "brand", "product_hierarchy")
NAMED: tuple[FileEntity, ...] = ("brand", "product_hierarchy", "attribute")


def read(header: str, entity: FileEntity | None = None, file_name: str | None = None) -> Recognised:
    return recognise(file_name, header.split(";"), entity)


def codes(issues: tuple[Issue, ...] | list[Issue]) -> list[tuple[str, str | None]]:
    return [(issue.code, issue.column) for issue in issues]


# The headers of the specification's examples, and what their columns alone say
EXAMPLES: list[tuple[str, FileEntity]] = [
    ("UniqueName;PrimaryPlacementCategory", "product"),
    ("UniqueName;AdditionalCategoryPlacement_1;AdditionalCategoryPlacement_2", "product"),
    ("UniqueName;PrimaryPlacementCategory;AdditionalCategoryPlacement_1;AdditionalCategoryPlacement_2", "product"),
    ("UniqueName;ExternalStringId;ExternalIntId", "product"),
    ("UniqueName;VariantOfMaster", "product"),
    ("UniqueName;PlaceVariantOfMasterBefore", "product"),
    ("UniqueName;VariantOfMaster;PlaceVariantOfMasterBefore", "product"),
    ("UniqueName;Name;SubbrandOf", "brand"),
    ("UniqueName;ItemUniqueName;ItemOperation;Note;BUNDLENAME", "bundle_item"),
    ("UniqueName;ItemUniqueName;Note", "bundle_item"),
    ("UniqueName;ItemUniqueName;Note;Amount", "bundle_item"),
    ("UniqueName;ItemIndex;Value", "global_list_item"),
    ("UniqueName;ItemIndex;ItemOperation;Predefined_Value_Field_1", "predefined_value"),
    ("UniqueName;Name;LinkedCategory_1;LinkedCategory_2", "product_hierarchy"),
    ("UniqueName;Name;PrimaryPlacementCategory", "product_hierarchy"),
    ("UniqueName;Name;Type;Configuration", "attribute"),
    ("UniqueName;Name;Name:TEn-US;Description;Field1/Name;", "attribute"),
    ("UniqueName;Name;Type;Configuration;Field1/Name;Field1/PimType;Field1/GlobalListSystemName", "attribute"),
    ("UniqueName;AttributeAssignmentHandling;SIZE", "product"),
    ("UniqueName;AttributeAssignmentHandling;SIZE[1]", "product"),
    ("UniqueName;AttributeAssignmentHandling;SIZE:Tda-DK", "product"),
]
# Headers of examples that fit several entities
OPEN: list[tuple[str, tuple[FileEntity, ...]]] = [
    ("UniqueName;Name", NAMED),
    ("UniqueName;Name;Name:TEn-UK;Name:En-US;Name:Da-DK", NAMED),
    ("UniqueName;WEIGHT;WIDTH;BREADTH", OPEN_THREE),
    ("UniqueName;DESCRIPTION:Default;DESCRIPTION:Ten;DESCRIPTION:Tjp", OPEN_THREE),
    ("UniqueName;DESCRIPTION:Default;EXERCISES[0];EXERCISES[1];EXERCISES[2]", OPEN_THREE),
    ("UniqueName;PLAIN_ATTR;PLAIN_ATTR/VALUE;PLAIN_ATTR:Default;PLAIN_ATTR/VALUE:Default", OPEN_THREE),
    ("UniqueName;ItemIndex;ItemOperation;UNIT", ("global_list_item", "predefined_value")),
]


@pytest.mark.parametrize(("header", "entity"), EXAMPLES)
def test_the_columns_tell_what_an_example_is_of(header: str, entity: FileEntity) -> None:
    recognised = read(header, file_name="import.csv")
    assert (recognised.entity, recognised.told_by, recognised.errors) == (entity, "columns", ())
    assert recognised.leaves_no_doubt


@pytest.mark.parametrize(("header", "candidates"), OPEN)
def test_an_example_that_fits_several_entities_is_open(header: str, candidates: tuple[FileEntity, ...]) -> None:
    recognised = read(header, file_name="import.csv")
    assert (recognised.entity, recognised.candidates) == (None, candidates)
    assert codes(recognised.issues) == [("entity_open", None)]
    assert recognised.issues[0].suggestion == f"Say which: --entity {' or '.join(candidates)}."
    assert not recognised.leaves_no_doubt


@pytest.mark.parametrize(("header", "candidates"), OPEN)
def test_each_candidate_can_be_given(header: str, candidates: tuple[FileEntity, ...]) -> None:
    for entity in candidates:
        recognised = read(header, entity)
        assert (recognised.entity, recognised.told_by, recognised.errors) == (entity, "given", ())


@pytest.mark.parametrize(
    ("file_name", "header", "entity"),
    [
        ("brands.csv", "UniqueName;Name", "brand"),
        ("2024 Product Hierarchies.csv", "UniqueName;Name", "product_hierarchy"),
        ("categories.csv", "UniqueName;Name", "product_hierarchy"),
        ("attributes_v2.csv", "UniqueName;Name", "attribute"),
        ("products.csv", "UniqueName;WEIGHT", "product"),
        ("exports/brands/products.csv", "UniqueName;WEIGHT", "product"),
        ("product_attributes.csv", "UniqueName;WEIGHT", "product"),
        ("product_attributes.csv", "UniqueName;Name", "attribute"),
        ("GlobalListItems.csv", "UniqueName;ItemIndex;ItemOperation;UNIT", "global_list_item"),
        ("predefined-values.csv", "UniqueName;ItemIndex;ItemOperation;UNIT", "predefined_value"),
    ],
)
def test_the_file_s_name_decides_where_the_columns_leave_it_open(file_name: str, header: str, entity: str) -> None:
    recognised = read(header, file_name=file_name)
    assert (recognised.entity, recognised.told_by) == (entity, "file name")
    assert recognised.leaves_no_doubt


def test_columns_win_over_a_file_s_name_that_cannot_be() -> None:
    assert read("UniqueName;VariantOfMaster", file_name="brands.csv").entity == "product"


def test_a_name_that_speaks_against_ordinary_words_leaves_it_open() -> None:
    recognised = read("UniqueName;Name;PrimaryPlacementCategory", file_name="products.csv")
    assert (recognised.entity, recognised.candidates) == (None, ("product_hierarchy", "product"))


def test_an_ordinary_word_can_be_an_attribute_of_a_product() -> None:
    recognised = read("UniqueName;VariantOfMaster;Description")
    assert recognised.entity == "product"
    assert [column.code for column in recognised.attributes] == ["Description"]


def test_what_is_missing_is_told_for_the_entity_that_is_meant() -> None:
    recognised = read("UniqueName;ItemUniqueName;Amount")
    assert (recognised.entity, codes(recognised.errors)) == ("bundle_item", [("missing_column", "Note")])


def test_a_file_without_the_key_is_told_so() -> None:
    recognised = read("sku;name;price")
    assert (recognised.entity, recognised.candidates) == (None, ())
    assert codes(recognised.issues) == [("missing_column", "UniqueName")]


def test_a_file_of_nothing_is_told_so() -> None:
    assert codes(recognise(None, []).issues) == [("missing_column", "UniqueName")]


def test_the_own_columns_of_a_file_have_their_place_number_and_segment() -> None:
    recognised = read("Field2/Name:Tda;UniqueName;Name;Field1/Name;Field1/PimType;Name:TEn-US", "attribute")
    assert recognised.errors == ()
    assert [(one.place, one.number, one.segment) for one in recognised.columns("Field/Name")] == [
        (3, 1, None), (0, 2, Segment("da")),
    ]  # fmt: skip
    assert [(one.place, one.segment_key) for one in recognised.columns("Name")] == [(2, "default"), (5, "T:En-US")]
    cells = ["Felt", "WEIGHT", "Vægt", "NULL"]
    assert recognised.cell(cells, "UniqueName") == "WEIGHT"
    assert recognised.cell(cells, "Field/PimType") is None
    assert recognised.cell(cells, "IsConfidential") is None


def test_numbered_columns_come_by_their_number() -> None:
    recognised = read("UniqueName;AdditionalCategoryPlacement_2;AdditionalCategoryPlacement_10;" + ";".join(
        f"AdditionalCategoryPlacement_{number}" for number in (1, 3, 4, 5, 6, 7, 8, 9)
    ))  # fmt: skip
    assert recognised.errors == ()
    assert [one.number for one in recognised.columns("AdditionalCategoryPlacement")] == list(range(1, 11))


def test_attribute_columns_keep_the_file_s_order_and_places() -> None:
    recognised = read("UniqueName;B:Tda;PrimaryPlacementCategory;A[0];Ext_A[0]", "product")
    assert [(one.place, one.header) for one in recognised.attributes] == [(1, "B:Tda"), (3, "A[0]"), (4, "Ext_A[0]")]


@pytest.mark.parametrize(
    ("header", "entity", "code", "column"),
    [
        ("WEIGHT;UniqueName", "product", "column_place", "UniqueName"),
        ("WEIGHT;VariantOfMaster", "product", "missing_column", "UniqueName"),
        ("UniqueName;Note", "bundle_item", "missing_column", "ItemUniqueName"),
        ("UniqueName;ItemUniqueName", "bundle_item", "missing_column", "Note"),
        ("UniqueName;Name;Name:Default", "brand", "ambiguous_columns", "Name:Default"),
        ("UniqueName;Name;Name:Default", "product_hierarchy", "ambiguous_columns", "Name:Default"),
        ("UniqueName;Name;Name:Default", "attribute", "ambiguous_columns", "Name:Default"),
        ("UniqueName;Name;Description:Default;Description", "attribute", "ambiguous_columns", "Description"),
        ("UniqueName;Name;Field1/Name;Field1/Name:Default", "attribute", "ambiguous_columns", "Field1/Name:Default"),
        ("UniqueName;Value;Value:Default", "global_list_item", "ambiguous_columns", "Value:Default"),
        ("UniqueName;Name:Tda;Name:Tda", "brand", "duplicate_column", "Name:Tda"),
        ("UniqueName;Name:Tda-DK;Name:TDA-dk", "brand", "duplicate_column", "Name:TDA-dk"),
        ("UniqueName;UniqueName", "product", "duplicate_column", "UniqueName"),
        ("UniqueName;A:Tda:MDK;A:MDK:Tda", "product", "duplicate_column", "A:MDK:Tda"),
        ("UniqueName;ItemUniqueName;Note;Note", "bundle_item", "duplicate_column", "Note"),
        ("UniqueName;AdditionalCategoryPlacement_2", "product", "column_gap", "AdditionalCategoryPlacement_2"),
        ("UniqueName;AdditionalCategoryPlacement_0", "product", "column_gap", "AdditionalCategoryPlacement_0"),
        ("UniqueName;Name;LinkedCategory_1;LinkedCategory_3", "product_hierarchy", "column_gap", "LinkedCategory_3"),
        ("UniqueName;AdditionalCategoryPlacement", "product", "bad_column_header", "AdditionalCategoryPlacement"),
        ("UniqueName;LinkedCategory_n", "product_hierarchy", "bad_column_header", "LinkedCategory_n"),
        ("UniqueName;Predefined_Value_Field_5", "predefined_value", "bad_column_header", "Predefined_Value_Field_5"),
        ("UniqueName;Name;Field5/Name", "attribute", "bad_column_header", "Field5/Name"),
        ("UniqueName;Name;WEIGHT", "attribute", "bad_column_header", "WEIGHT"),
        ("UniqueName;Name:MDENMARK", "brand", "bad_column_header", "Name:MDENMARK"),
        ("UniqueName;VariantOfMaster:Tda", "product", "bad_column_header", "VariantOfMaster:Tda"),
        ("UniqueName;ItemIndex[0]", "predefined_value", "bad_column_header", "ItemIndex[0]"),
        ("UniqueName;Value[0]", "global_list_item", "bad_column_header", "Value[0]"),
        ("UniqueName;WEIGHT[0", "product", "bad_column_header", "WEIGHT[0"),
        ("UniqueName;;WEIGHT", "product", "empty_header", ""),
    ],
)  # fmt: skip
def test_a_header_that_is_wrong_is_told_with_its_column(
    header: str, entity: FileEntity, code: str, column: str
) -> None:
    recognised = read(header, entity)
    assert (code, column) in codes(recognised.errors)
    assert all(issue.suggestion for issue in recognised.errors)


def test_all_that_is_wrong_is_told_at_once() -> None:
    recognised = read("A[0;UniqueName;B;B;C:X", "product")
    assert codes(recognised.errors) == [
        ("bad_column_header", "A[0"), ("bad_column_header", "C:X"), ("column_place", "UniqueName"),
        ("duplicate_column", "B"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "entity", "name", "told"),
    [
        ("Name;WEIGHT;Ext_WEIGHT", "product", "UniqueName", "read as UniqueName"),
        ("uniquename;WEIGHT", "product", "UniqueName", "read as UniqueName"),
        ("UniqueName;Name:En-US", "brand", "Name", "T before the culture"),
        ("UniqueName;ItemIndex;Name:Default", "global_list_item", "Value", "read as Value:Default"),
    ],
)
def test_a_slip_in_an_own_column_is_taken_and_told(
    header: str, entity: FileEntity, name: SpecialName, told: str
) -> None:
    recognised = read(header, entity)
    assert recognised.has(name)
    assert [(issue.code, issue.level) for issue in recognised.issues] == [("header_slip", "info")]
    assert told in recognised.issues[0].message


def test_a_slip_in_an_attribute_column_is_taken_and_told() -> None:
    recognised = read("UniqueName;DESCRIPTION:TdaMDENMARK", "product")
    assert recognised.attributes[0].segment == Segment("da", market="DENMARK")
    assert [(issue.code, issue.level) for issue in recognised.issues] == [("header_slip", "info")]


def test_name_in_front_of_attributes_is_a_file_of_products_but_not_beyond_doubt() -> None:
    recognised = read("Name;WEIGHT[0]/ITEM:Default;WEIGHT[0]/QUANTITY")
    assert recognised.entity == "product"
    assert not recognised.leaves_no_doubt


def test_name_is_no_key_where_an_entity_has_names() -> None:
    assert codes(read("Name;SubbrandOf", "brand").errors) == [("missing_column", "UniqueName")]


def test_empty_columns_at_the_end_are_left_out_unless_a_cell_is_filled() -> None:
    recognised = read("UniqueName;WEIGHT;;", "product")
    assert recognised.empty == (2, 3)
    assert [issue.level for issue in recognised.issues] == ["info", "info"]
    assert stray_cells(recognised, ["A", "1"]) == []
    assert stray_cells(recognised, ["A", "1", "", None]) == []
    stray = stray_cells(recognised, ["A", "1", "", "5"], line=7)
    assert [(issue.code, issue.line, issue.value) for issue in stray] == [("stray_cell", 7, "5")]


@pytest.mark.parametrize(
    ("header", "entity", "mode", "columns"),
    [
        ("UniqueName;VariantOfMaster;ExternalIntId;A/VALUE:Default", "product", "merge", []),
        ("UniqueName;PrimaryPlacementCategory;AdditionalCategoryPlacement_1;A", "product", "overwrite", []),
        ("UniqueName;AttributeAssignmentHandling;A", "product", "overwrite", []),
        ("UniqueName;AttributeAssignmentHandling;A", "product", "merge", ["AttributeAssignmentHandling"]),
        ("UniqueName;ExternalIntId;ExternalStringId", "product", "overwrite", ["ExternalIntId", "ExternalStringId"]),
        ("UniqueName;VariantOfMaster;PlaceVariantOfMasterBefore", "product", "overwrite",
         ["VariantOfMaster", "PlaceVariantOfMasterBefore"]),
        ("UniqueName;Name", "brand", "overwrite", [None]),
        ("UniqueName;Name", "attribute", "overwrite", [None]),
        ("UniqueName;Name", "brand", "merge", []),
    ],
)  # fmt: skip
def test_a_mode_takes_what_the_specification_says(
    header: str, entity: FileEntity, mode: Mode, columns: list[str | None]
) -> None:
    assert codes(mode_issues(read(header, entity), mode)) == [("not_in_mode", column) for column in columns]


def test_what_is_shown_of_a_header_is_plain_json() -> None:
    shown = read("UniqueName;AdditionalCategoryPlacement_1;$A[0]/F:Tda", "product").as_dict()
    assert shown["special"][1] == {
        "header": "AdditionalCategoryPlacement_1", "place": 1, "name": "AdditionalCategoryPlacement", "number": 1,
        "segment": None,
    }  # fmt: skip
    assert shown["attributes"] == [{
        "header": "$A[0]/F:Tda", "place": 2, "code": "A", "external": False, "by_reference": True, "index": 0,
        "field": "F", "segment": "T:da",
    }]  # fmt: skip


HEADERS = st.sampled_from([
    "", "UniqueName", "Name", "Name:Default", "Name:En-US", "WEIGHT", "WEIGHT[0]", "A/B:Tda", "A[", ":", "Field1/Name",
    *(rule.template.replace("{n}", "1") for rules in COLUMNS.values() for rule in rules),
]) | st.text(max_size=6)  # fmt: skip


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.lists(HEADERS, max_size=7), st.sampled_from(["", "products.csv", "brands.csv", "list_items.csv"]))
def test_any_header_is_recognised_or_told_what_is_wrong(headers: list[str], file_name: str) -> None:
    recognised = recognise(file_name, headers)
    assert recognised.entity is not None or recognised.errors
    for entity in FILE_ENTITIES:
        given_one = recognise(file_name, headers, entity)
        places = [one.place for columns in given_one.special.values() for one in columns]
        places += [one.place for one in given_one.attributes]
        assert len(set(places)) == len(places)
        assert given_one.errors or {*places, *given_one.empty} == set(range(len(headers)))
