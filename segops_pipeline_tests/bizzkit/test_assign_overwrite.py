"""Attribute columns in overwrite mode. Source of the examples: seed 002, "Overwrite mode"."""

import pytest

from segops_pipeline_tests.bizzkit.assigning import Catalogue, attribute, codes, segments

PLAIN = attribute("PLAIN_ATTR")
FOUR = attribute("SYSTEM_NAME", {f"FIELD_{number}": "PString" for number in range(1, 5)})
SEVERAL = attribute("SYSTEM_NAME", {"FIELD_1": "PString", "FIELD_2": "PString"}, multi=True)
TAGS = attribute("TAGS", {"Value": "PString"}, multi=True)
CULTURES = segments(culture="da en jp")


def test_only_the_full_header_sets_a_value() -> None:
    catalogue = Catalogue(PLAIN)

    assert catalogue.do("UniqueName;PLAIN_ATTR/VALUE:Default\nProduct 1;Default value", "overwrite") == []
    assert catalogue.values("Product 1") == {"PLAIN_ATTR": {"default": "Default value"}}


@pytest.mark.parametrize("header", ["PLAIN_ATTR", "PLAIN_ATTR/VALUE", "PLAIN_ATTR:Default", "Ext_PLAIN_ATTR"])
def test_a_short_header_fails_in_a_row_that_is_not_null(header: str) -> None:
    catalogue = Catalogue(PLAIN)

    issues = catalogue.do(f"UniqueName;{header}\nProduct 1;Default value\nProduct 2;NULL", "overwrite")

    assert [(one.code, one.line, one.column, one.value) for one in issues] == [
        ("needs_full_header", 2, header, "Default value")
    ]
    assert f"{header[:4].replace('PLAI', '')}PLAIN_ATTR/VALUE:Default" in (issues[0].suggestion or "")


def test_the_full_header_of_an_unsegmented_field_ends_with_the_field() -> None:
    catalogue = Catalogue(attribute("WEIGHT", {"Value": "PDecimal2"}), TAGS)

    issues = catalogue.do("UniqueName;WEIGHT/Value;WEIGHT;TAGS[0]/Value;TAGS[0]\nA;5;NULL;x;y", "overwrite")

    assert codes(issues) == ["needs_full_header"]
    assert "TAGS[0]/Value" in (issues[0].suggestion or "")
    assert catalogue.do("UniqueName;WEIGHT/Value;TAGS[0]/Value\nA;5;x", "overwrite") == []
    assert catalogue.values("A") == {"WEIGHT": 5, "TAGS": ["x"]}


def test_null_under_a_field_empties_it_and_all_fields_that_the_file_leaves_out() -> None:
    before = {f"FIELD_{number}": str(number) for number in range(1, 5)}
    catalogue = Catalogue(FOUR).product("A", {"SYSTEM_NAME": before}, {"SYSTEM_NAME": before})

    issues = catalogue.do("UniqueName;SYSTEM_NAME/FIELD_1;SYSTEM_NAME/FIELD_2\nA;NULL;two", "overwrite")

    assert codes(issues) == ["fields_left_out"]
    assert "FIELD_3, FIELD_4" in issues[0].message
    assert catalogue.values("A") == {"SYSTEM_NAME": {"FIELD_2": "two"}}
    assert catalogue.external("A") == {"SYSTEM_NAME": before}


def test_null_under_an_external_field_touches_the_externally_owned_value_only() -> None:
    before = {"FIELD_1": "1", "FIELD_2": "2"}
    catalogue = Catalogue(FOUR).product("A", {"SYSTEM_NAME": before}, {"SYSTEM_NAME": before})

    catalogue.do("UniqueName;Ext_SYSTEM_NAME/FIELD_1\nA;NULL", "overwrite")

    assert catalogue.values("A") == {"SYSTEM_NAME": before}
    assert catalogue.external("A") == {"SYSTEM_NAME": {}}


def test_null_under_a_field_of_one_value_empties_it_and_removes_the_values_left_out() -> None:
    one = {"FIELD_1": "a", "FIELD_2": "b"}
    catalogue = Catalogue(SEVERAL).product("A", {"SYSTEM_NAME": [one, one, one]}, {"SYSTEM_NAME": [one]})

    catalogue.do("UniqueName;SYSTEM_NAME[0]/FIELD_1;SYSTEM_NAME[1]/FIELD_2\nA;x;NULL", "overwrite")

    assert catalogue.values("A") == {"SYSTEM_NAME": [{"FIELD_1": "x"}, {}]}
    assert catalogue.external("A") == {"SYSTEM_NAME": [one]}
    catalogue.do("UniqueName;Ext_SYSTEM_NAME[0]/FIELD_1\nA;NULL", "overwrite")
    assert catalogue.external("A") == {"SYSTEM_NAME": [{}]}
    assert catalogue.values("A") == {"SYSTEM_NAME": [{"FIELD_1": "x"}, {}]}


def test_null_under_a_field_of_a_translated_text_empties_all_segments() -> None:
    catalogue = Catalogue(PLAIN).product("A", {"PLAIN_ATTR": {"default": "a", "T:da": "b"}})

    catalogue.do("UniqueName;PLAIN_ATTR/VALUE\nA;NULL", "overwrite")

    assert catalogue.values("A") == {"PLAIN_ATTR": {}}


def test_null_assigns_an_empty_value_where_the_attribute_was_not_assigned() -> None:
    catalogue = Catalogue(attribute("WEIGHT", {"Value": "PDecimal2"}))

    catalogue.do("UniqueName;WEIGHT/Value\nA;NULL", "overwrite")

    assert catalogue.values("A") == {"WEIGHT": None}


def test_segments_without_a_column_and_those_of_null_are_removed() -> None:
    catalogue = Catalogue(PLAIN, CULTURES)
    catalogue.product("A", {"PLAIN_ATTR": {"default": "a", "T:da": "b", "T:en": "c"}})

    catalogue.do(
        "UniqueName;PLAIN_ATTR/VALUE:Default;PLAIN_ATTR/VALUE:Ten;PLAIN_ATTR/VALUE:Tjp\nA;x;NULL;y", "overwrite"
    )

    assert catalogue.values("A") == {"PLAIN_ATTR": {"default": "x", "T:jp": "y"}}


def test_the_whole_list_of_values_is_what_the_file_says() -> None:
    catalogue = Catalogue(TAGS).product("A", {"TAGS": ["a", "b", "c", "d"]})

    catalogue.do("UniqueName;TAGS[0]/Value\nA;x", "overwrite")

    assert catalogue.values("A") == {"TAGS": ["x"]}


def test_null_is_an_empty_value_in_the_list_of_values() -> None:
    catalogue = Catalogue(TAGS)

    catalogue.do("UniqueName;TAGS[0]/Value;TAGS[1]/Value;TAGS[2]/Value\nA;x;NULL;", "overwrite")

    assert catalogue.values("A") == {"TAGS": ["x", None, ""]}


def test_attributes_without_a_column_stay() -> None:
    catalogue = Catalogue(PLAIN, TAGS).product("A", {"TAGS": ["a"], "PLAIN_ATTR": {"default": "a", "T:da": "b"}})

    catalogue.do("UniqueName;PLAIN_ATTR/VALUE:Default\nA;x", "overwrite")

    assert catalogue.values("A") == {"TAGS": ["a"], "PLAIN_ATTR": {"default": "x"}}


@pytest.mark.parametrize("header", ["PLAIN_ATTR", "PLAIN_ATTR:Default", "PLAIN_ATTR:Tda"])
def test_null_under_a_short_header_changes_nothing(header: str) -> None:
    before = {"PLAIN_ATTR": {"default": "a", "T:da": "b"}}
    catalogue = Catalogue(PLAIN, CULTURES).product("A", before)

    assert catalogue.do(f"UniqueName;{header}\nA;NULL\nB;NULL", "overwrite") == []
    assert catalogue.values("A") == before
    assert catalogue.values("B") == {}


@pytest.mark.parametrize(("header", "left"), [("TAGS", {"external"}), ("Ext_TAGS", {"own"})])
def test_by_the_setting_null_under_the_bare_name_removes_the_attribute(header: str, left: set[str]) -> None:
    catalogue = Catalogue(TAGS).product("A", {"TAGS": ["a"]}, {"TAGS": ["b"]})

    assert catalogue.do(f"UniqueName;{header}\nA;NULL\nB;NULL", "overwrite", null_removes=True) == []
    owned = {"own": catalogue.values("A"), "external": catalogue.external("A")}
    assert {name for name, values in owned.items() if values} == left


def test_by_the_setting_a_value_of_the_same_row_wins_over_null_under_the_bare_name() -> None:
    catalogue = Catalogue(PLAIN).product("A", {"PLAIN_ATTR": {"default": "a", "T:da": "b"}})

    catalogue.do("UniqueName;PLAIN_ATTR;PLAIN_ATTR/VALUE:Default\nA;NULL;x", "overwrite", null_removes=True)

    assert catalogue.values("A") == {"PLAIN_ATTR": {"default": "x"}}


@pytest.mark.parametrize("prefix", ["", "Ext_"])
def test_null_under_one_value_is_not_supported_yet_and_told_once(prefix: str) -> None:
    catalogue = Catalogue(TAGS).product("A", {"TAGS": ["a"]}, {"TAGS": ["a"]})

    issues = catalogue.do(f"UniqueName;{prefix}TAGS[0]\nA;NULL\nB;NULL", "overwrite", null_removes=True)

    assert [(one.code, one.level, one.line) for one in issues] == [("null_item_not_supported", "info", 2)]
    assert catalogue.values("A") == catalogue.external("A") == {"TAGS": ["a"]}


def test_a_value_that_cannot_be_read_leaves_the_whole_row_undone() -> None:
    catalogue = Catalogue(TAGS, attribute("WEIGHT", {"Value": "PDecimal2"})).product("A", {"TAGS": ["a"]})

    issues = catalogue.do("UniqueName;TAGS[0]/Value;WEIGHT/Value\nA;x;1,5", "overwrite")

    assert codes(issues) == ["not_a_decimal"]
    assert catalogue.values("A") == {"TAGS": ["a"]}


def test_headers_with_a_hole_in_the_indices_are_refused() -> None:
    issues = Catalogue(TAGS).do("UniqueName;TAGS[1]/Value\nA;x", "overwrite")

    assert codes(issues, "error") == ["index_hole"]


def test_a_field_of_several_values_needs_an_index() -> None:
    assert codes(Catalogue(TAGS).do("UniqueName;TAGS/Value\nA;x", "overwrite")) == ["missing_index"]
    assert codes(Catalogue(TAGS).do("UniqueName;TAGS\nA;NULL", "overwrite")) == []


def test_a_segment_of_an_attribute_with_several_fields_needs_the_field() -> None:
    weight = attribute("WEIGHT", {"Item": "PTranslatedStringD", "Note": "PTranslatedStringD"})

    assert codes(Catalogue(weight, CULTURES).do("UniqueName;WEIGHT:Tda\nA;NULL", "overwrite")) == ["missing_field"]


def test_a_missing_cell_at_the_end_of_a_row_keeps_its_part() -> None:
    catalogue = Catalogue(PLAIN, CULTURES).product("A", {"PLAIN_ATTR": {"default": "a", "T:da": "b", "T:en": "c"}})

    catalogue.do("UniqueName;PLAIN_ATTR/VALUE:Default;PLAIN_ATTR/VALUE:Tda\nA;x", "overwrite")

    assert catalogue.values("A") == {"PLAIN_ATTR": {"default": "x", "T:da": "b"}}


def test_doing_a_file_again_changes_nothing() -> None:
    catalogue = Catalogue(PLAIN, TAGS, CULTURES)
    text = "UniqueName;PLAIN_ATTR/VALUE:Default;PLAIN_ATTR/VALUE:Tda;TAGS[0]/Value;TAGS[1]/Value\nA;x;NULL;a;NULL"
    catalogue.do(text, "overwrite")
    once = dict(catalogue.values("A"))

    catalogue.do(text, "overwrite")

    assert catalogue.values("A") == once == {"PLAIN_ATTR": {"default": "x"}, "TAGS": ["a", None]}
    assert catalogue.values("A")["TAGS"] is once["TAGS"]
