"""Attribute columns in merge mode. Source of the examples: seed 002, "Attribute assignment columns"."""

import pytest

from segops_pipeline.catalogue.pim.model import Record
from segops_pipeline_tests.bizzkit.assigning import Catalogue, attribute, codes, segments

PLAIN = attribute("PLAIN_ATTR")
QUANTIFIED = attribute("WEIGHT", {"Item": "PTranslatedStringD", "Quantity": "PDecimal2"})


def numbers(*names: str) -> list[Record]:
    return [attribute(name, {"Value": "PDecimal2"}) for name in names]


def test_a_simple_attribute_is_named_by_its_system_name_alone() -> None:
    catalogue = Catalogue(numbers("WEIGHT", "WIDTH", "BREADTH"))

    issues = catalogue.do("""
UniqueName;WEIGHT;WIDTH;BREADTH
Dumbbell 5kg;5000;25;10
Dumbbell 2.5kg;2500;22;10
Dumbbell 1kg;1000;22;10
""")

    assert issues == []
    assert catalogue.values("Dumbbell 5kg") == {"WEIGHT": 5000, "WIDTH": 25, "BREADTH": 10}
    assert catalogue.values("Dumbbell 1kg") == {"WEIGHT": 1000, "WIDTH": 22, "BREADTH": 10}


@pytest.mark.parametrize("header", ["PLAIN_ATTR", "PLAIN_ATTR/VALUE", "PLAIN_ATTR:Default", "PLAIN_ATTR/VALUE:Default"])
def test_short_headers_mean_the_default_value_of_the_only_field(header: str) -> None:
    catalogue = Catalogue(PLAIN)

    assert catalogue.do(f"UniqueName;{header}\nProduct 1;Default value") == []
    assert catalogue.values("Product 1") == {"PLAIN_ATTR": {"default": "Default value"}}


def test_several_columns_of_one_value_are_told_and_the_last_one_counts() -> None:
    catalogue = Catalogue(PLAIN)

    issues = catalogue.do("""
UniqueName;PLAIN_ATTR;PLAIN_ATTR/VALUE;PLAIN_ATTR:Default;PLAIN_ATTR/VALUE:Default
Product 1;Default value case 1;Default value case 2;Default value case 3;Default value case 4
Product 2;Default value case 1;Default value case 2;Default value case 3;NULL
""")

    assert codes(issues) == ["several_columns_one_value"]
    assert issues[0].level == "warning"
    assert "PLAIN_ATTR, PLAIN_ATTR/VALUE, PLAIN_ATTR:Default, PLAIN_ATTR/VALUE:Default" in issues[0].message
    assert catalogue.values("Product 1")["PLAIN_ATTR"] == {"default": "Default value case 4"}
    assert catalogue.values("Product 2")["PLAIN_ATTR"] == {"default": "Default value case 3"}


def test_null_neither_assigns_an_attribute_nor_clears_one() -> None:
    catalogue = Catalogue(numbers("WEIGHT")).product("there", {"WEIGHT": 5})

    assert catalogue.do("UniqueName;WEIGHT\nnew;NULL\nthere;NULL") == []
    assert catalogue.values("new") == {}
    assert catalogue.values("there") == {"WEIGHT": 5}


def test_null_is_a_keyword_only_in_capitals_and_without_blanks() -> None:
    catalogue = Catalogue(PLAIN)

    catalogue.do("UniqueName;PLAIN_ATTR\nA;null\nB; NULL")

    assert catalogue.values("A")["PLAIN_ATTR"] == {"default": "null"}
    assert catalogue.values("B")["PLAIN_ATTR"] == {"default": " NULL"}


def test_ignore_and_delete_are_texts_in_merge_mode() -> None:
    catalogue = Catalogue(PLAIN)

    catalogue.do("UniqueName;PLAIN_ATTR\nA;IGNORE\nB;DELETE")

    assert catalogue.values("A")["PLAIN_ATTR"] == {"default": "IGNORE"}
    assert catalogue.values("B")["PLAIN_ATTR"] == {"default": "DELETE"}


def test_an_empty_cell_sets_an_empty_text() -> None:
    catalogue = Catalogue(PLAIN).product("A", {"PLAIN_ATTR": {"default": "there", "T:da": "der"}})

    assert catalogue.do("UniqueName;PLAIN_ATTR\nA;") == []
    assert catalogue.values("A") == {"PLAIN_ATTR": {"default": "", "T:da": "der"}}


def test_an_empty_cell_is_no_number() -> None:
    catalogue = Catalogue(numbers("WEIGHT")).product("A", {"WEIGHT": 5})

    issues = catalogue.do("UniqueName;WEIGHT\nA;")

    assert codes(issues) == ["empty_value"]
    assert catalogue.values("A") == {"WEIGHT": 5}


def test_a_missing_cell_at_the_end_of_a_row_changes_nothing() -> None:
    catalogue = Catalogue(PLAIN, numbers("WEIGHT")).product("A", {"WEIGHT": 5})

    assert catalogue.do("UniqueName;PLAIN_ATTR;WEIGHT\nA;x") == []
    assert catalogue.values("A") == {"PLAIN_ATTR": {"default": "x"}, "WEIGHT": 5}


def test_translations_are_set_beside_the_default_value() -> None:
    catalogue = Catalogue(attribute("DESCRIPTION"), segments(culture="en jp"))

    issues = catalogue.do("""
UniqueName;DESCRIPTION:Default;DESCRIPTION:Ten;DESCRIPTION:Tjp
Dumbbell 5kg;"Tung vægt";"Heavy weight";"重いダンベル"
Dumbbell 2.5kg;"Almindelig vægt";"Regular weight";"通常のダンベル"
Dumbbell 1kg;"Let vægt";"Light weight";"軽量ダンベル"
""")

    assert issues == []
    assert catalogue.values("Dumbbell 5kg") == {
        "DESCRIPTION": {"default": "Tung vægt", "T:en": "Heavy weight", "T:jp": "重いダンベル"}
    }


def test_a_segment_can_have_several_dimensions() -> None:
    catalogue = Catalogue(attribute("DESCRIPTION"), segments(culture="da en", market="DENMARK ENGLAND"))

    issues = catalogue.do("""
UniqueName;DESCRIPTION:Tda:MDENMARK;DESCRIPTION:Ten:MDENMARK;DESCRIPTION:Tda:MENGLAND;DESCRIPTION:Ten:MENGLAND
Dumbbell 5kg;"Tung vægt";"Heavy weight";"Tung dansk vægt";"Heavy Danish weight"
""")

    assert issues == []
    assert catalogue.values("Dumbbell 5kg")["DESCRIPTION"] == {
        "T:da|M:DENMARK": "Tung vægt", "T:en|M:DENMARK": "Heavy weight",
        "T:da|M:ENGLAND": "Tung dansk vægt", "T:en|M:ENGLAND": "Heavy Danish weight",
    }  # fmt: skip


def test_only_the_segments_of_the_file_are_touched_and_null_leaves_them() -> None:
    before = {"DESCRIPTION": {"default": "a", "T:da": "b", "T:en": "c"}}
    catalogue = Catalogue(attribute("DESCRIPTION"), segments(culture="da en jp")).product("A", before)

    catalogue.do("UniqueName;DESCRIPTION:Tda;DESCRIPTION:Ten;DESCRIPTION:Tjp\nA;x;NULL;y")

    assert catalogue.values("A") == {"DESCRIPTION": {"default": "a", "T:da": "x", "T:en": "c", "T:jp": "y"}}


def test_segments_are_found_in_any_case_and_kept_as_they_are_registered() -> None:
    catalogue = Catalogue(attribute("DESCRIPTION"), segments(culture="da-DK", channel="Web", device="Phone"))

    assert catalogue.do("UniqueName;DESCRIPTION:TDA-dk:CWEB:Dphone\nA;x") == []
    assert catalogue.values("A") == {"DESCRIPTION": {"T:da-DK|C:Web|D:Phone": "x"}}


def test_the_order_of_the_dimensions_in_a_header_does_not_matter() -> None:
    catalogue = Catalogue(attribute("DESCRIPTION"), segments(culture="da", market="DENMARK"))

    issues = catalogue.do("UniqueName;DESCRIPTION:MDENMARK:Tda;DESCRIPTION:Tda:MDENMARK\nA;x;y")

    assert codes(issues) == ["several_columns_one_value"]
    assert catalogue.values("A") == {"DESCRIPTION": {"T:da|M:DENMARK": "y"}}


def test_fields_are_set_each_by_its_own_column() -> None:
    registered = segments(culture="English German", market="Switzerland")
    catalogue = Catalogue(QUANTIFIED, registered).product("A", {"WEIGHT": {"Quantity": 1, "Item": {"default": "old"}}})

    issues = catalogue.do("""
Name;WEIGHT/ITEM:Default;WEIGHT/ITEM:TEnglish;WEIGHT/ITEM:TGerman;WEIGHT/ITEM:TGerman:MSwitzerland;WEIGHT/QUANTITY
A;kg;kilo;Kilogramm;Kilo;2.50
B;NULL;NULL;NULL;NULL;3
""")

    assert issues == []
    assert catalogue.values("A")["WEIGHT"] == {
        "Item": {"default": "kg", "T:English": "kilo", "T:German": "Kilogramm", "T:German|M:Switzerland": "Kilo"},
        "Quantity": 2.5,
    }
    assert catalogue.values("B")["WEIGHT"] == {"Quantity": 3}


def test_fields_of_several_values_are_set() -> None:
    catalogue = Catalogue(attribute("WEIGHT", {"Item": "PTranslatedStringD", "Quantity": "PDecimal2"}, multi=True))

    issues = catalogue.do("""
Name;WEIGHT[0]/ITEM:Default;WEIGHT[0]/QUANTITY;WEIGHT[1]/ITEM:Default;WEIGHT[1]/QUANTITY
A;kg;1;g;1000
""")

    assert issues == []
    assert catalogue.values("A")["WEIGHT"] == [
        {"Item": {"default": "kg"}, "Quantity": 1}, {"Item": {"default": "g"}, "Quantity": 1000}
    ]  # fmt: skip


def test_values_of_a_multi_valued_attribute_are_added_where_the_row_gives_them() -> None:
    """The seed's header also has DESCRIPTION:Default, for which its rows have no cell."""
    catalogue = Catalogue(attribute("EXERCISES", {"Value": "PString"}, multi=True))

    issues = catalogue.do("""
UniqueName;EXERCISES[0];EXERCISES[1];EXERCISES[2]
Dumbbell 5kg;"DeadLift";"Curls";"Farmers walk"
Dumbbell 2.5kg;"DeadLift";"Curls";NULL
Dumbbell 1kg;"Curls";NULL;NULL
""")

    assert issues == []
    assert catalogue.values("Dumbbell 5kg")["EXERCISES"] == ["DeadLift", "Curls", "Farmers walk"]
    assert catalogue.values("Dumbbell 2.5kg")["EXERCISES"] == ["DeadLift", "Curls"]
    assert catalogue.values("Dumbbell 1kg")["EXERCISES"] == ["Curls"]


def test_the_examples_whose_rows_are_a_cell_short_are_taken_as_they_stand() -> None:
    catalogue = Catalogue(attribute("EXERCISES", {"Value": "PString"}, multi=True), attribute("DESCRIPTION"))

    issues = catalogue.do("""
UniqueName;DESCRIPTION:Default;EXERCISES[0];EXERCISES[1];EXERCISES[2]
Dumbbell 5kg;"DeadLift";"Curls";"Farmers walk"
Dumbbell 2.5kg;"DeadLift";"Curls";NULL
Dumbbell 1kg;"Curls";NULL;NULL
""")

    assert issues == []
    first = {"DESCRIPTION": {"default": "DeadLift"}, "EXERCISES": ["Curls", "Farmers walk"]}
    assert catalogue.values("Dumbbell 5kg") == first
    assert catalogue.values("Dumbbell 2.5kg") == {**first, "EXERCISES": ["Curls"]}
    assert catalogue.values("Dumbbell 1kg") == {"DESCRIPTION": {"default": "Curls"}}


def test_empty_cells_make_values_of_empty_texts() -> None:
    catalogue = Catalogue(attribute("EXERCISES", {"Value": "PString"}, multi=True))

    catalogue.do("UniqueName;EXERCISES[0];EXERCISES[1];EXERCISES[2]\nDumbbell 1kg;Curls;;")

    assert catalogue.values("Dumbbell 1kg")["EXERCISES"] == ["Curls", "", ""]


def test_values_of_a_multi_valued_attribute_are_updated_and_never_removed() -> None:
    catalogue = Catalogue(attribute("TAGS", {"Value": "PString"}, multi=True)).product("A", {"TAGS": ["a", "b", "c"]})

    assert catalogue.do("UniqueName;TAGS[0];TAGS[1]\nA;NULL;x") == []
    assert catalogue.values("A") == {"TAGS": ["a", "x", "c"]}


def test_several_values_are_segmented_each() -> None:
    catalogue = Catalogue(attribute("EXERCISES", multi=True), segments(culture="English Danish"))

    issues = catalogue.do("""
UniqueName;EXERCISES[0]:TEnglish;EXERCISES[1]:TEnglish;EXERCISES[2]:TEnglish;EXERCISES[0]:TDanish;EXERCISES[1]:TDanish;EXERCISES[2]:TDanish
Dumbbell 5kg;"DeadLift";"Curls";"Farmers walk";"Dødløft";"Curls";"Landmandsvandring"
Dumbbell 2.5kg;"DeadLift";"Curls";NULL;"Dødløft";"Curls";NULL
Dumbbell 1kg;"Curls";NULL;NULL;"Curls";NULL;NULL
""")

    assert issues == []
    assert catalogue.values("Dumbbell 5kg")["EXERCISES"] == [
        {"T:English": "DeadLift", "T:Danish": "Dødløft"}, {"T:English": "Curls", "T:Danish": "Curls"},
        {"T:English": "Farmers walk", "T:Danish": "Landmandsvandring"},
    ]  # fmt: skip
    assert catalogue.values("Dumbbell 1kg")["EXERCISES"] == [{"T:English": "Curls", "T:Danish": "Curls"}]


def test_headers_with_a_hole_in_the_indices_are_refused() -> None:
    catalogue = Catalogue(attribute("TAGS", {"Value": "PString"}, multi=True))

    for header in ("TAGS[0];TAGS[2]", "TAGS[1];TAGS[2]"):
        issues = catalogue.do(f"UniqueName;{header}\nA;a;b")
        assert codes(issues, "error") == ["index_hole"]
        assert issues[0].column == header.split(";")[header.startswith("TAGS[0]")]


def test_columns_of_several_values_stand_in_any_order() -> None:
    catalogue = Catalogue(attribute("TAGS", {"Value": "PString"}, multi=True))

    assert catalogue.do("UniqueName;TAGS[1];TAGS[0]\nA;b;a") == []
    assert catalogue.values("A") == {"TAGS": ["a", "b"]}


def test_a_row_cannot_give_a_value_behind_one_that_is_not_there() -> None:
    catalogue = Catalogue(attribute("TAGS", {"Value": "PString"}, multi=True), PLAIN)
    catalogue.product("two", {"TAGS": ["a", "b"]})

    issues = catalogue.do("UniqueName;PLAIN_ATTR;TAGS[0];TAGS[1];TAGS[2]\nnew;x;a;NULL;c\ntwo;x;NULL;NULL;c")

    assert [(one.code, one.line, one.column, one.value) for one in issues] == [("hole_in_values", 2, "TAGS[2]", "c")]
    assert "value [1]" in issues[0].message
    assert catalogue.values("new") == {}
    assert catalogue.values("two")["TAGS"] == ["a", "b", "c"]


def test_a_wrong_cell_is_not_told_as_a_hole_too() -> None:
    catalogue = Catalogue(attribute("SIZES", {"Value": "PInt16"}, multi=True))

    assert codes(catalogue.do("UniqueName;SIZES[0];SIZES[1]\nA;one;2")) == ["not_an_integer"]


def test_a_wrong_cell_is_told_with_its_place_and_the_row_changes_nothing() -> None:
    catalogue = Catalogue(numbers("WEIGHT"), PLAIN, attribute("PIECES", {"Value": "PInt16"}))

    issues = catalogue.do("UniqueName;PLAIN_ATTR;WEIGHT;PIECES\nA;x;heavy;40000\nB;y;1;2")

    assert [(one.code, one.line, one.column, one.value) for one in issues] == [
        ("not_a_decimal", 2, "WEIGHT", "heavy"), ("out_of_range", 2, "PIECES", "40000")
    ]  # fmt: skip
    assert all(one.suggestion for one in issues)
    assert catalogue.values("A") == {}
    assert catalogue.values("B") == {"PLAIN_ATTR": {"default": "y"}, "WEIGHT": 1, "PIECES": 2}


def test_externally_owned_values_are_kept_beside_the_others() -> None:
    catalogue = Catalogue(numbers("WEIGHT"))

    assert catalogue.do("Name;WEIGHT;Ext_WEIGHT\nDumbbell 5kg;5500;5000") == []
    assert catalogue.values("Dumbbell 5kg") == {"WEIGHT": 5500}
    assert catalogue.external("Dumbbell 5kg") == {"WEIGHT": 5000}


def test_a_confidential_attribute_takes_values_as_any_other() -> None:
    secret = attribute("COST", {"Value": "PDecimal2"})
    secret.data["is_confidential"] = True
    catalogue = Catalogue(secret)

    assert catalogue.do("UniqueName;COST\nA;1.5") == []
    assert catalogue.values("A") == {"COST": 1.5}


def test_a_value_that_is_the_same_changes_nothing() -> None:
    catalogue = Catalogue(PLAIN).product("A", {"PLAIN_ATTR": {"default": "x"}})
    before = catalogue.values("A")["PLAIN_ATTR"]

    catalogue.do("UniqueName;PLAIN_ATTR\nA;x")

    assert catalogue.values("A")["PLAIN_ATTR"] is before


WRONG_HEADERS = [
    ("WEIGTH/QUANTITY", "unknown_attribute", "Did you mean WEIGHT?"),
    ("OTHER", "unknown_attribute", "never guesses"),
    ("variantofMasters", "unknown_attribute", "Did you mean VariantOfMaster?"),
    ("RAW", "unconfigured_attribute", "Configuration"),
    ("PLAIN_ATTR[0]", "index_on_single_value", "without [0]"),
    ("TAGS", "missing_index", "TAGS[0]"),
    ("TAGS/Value", "missing_index", "TAGS[0]"),
    ("WEIGHT", "missing_field", "WEIGHT/Item"),
    ("WEIGHT/SIZE", "unknown_field", "system name"),
    ("WEIGHT/QUANTITY:Tda", "segment_on_plain_field", "without :Tda"),
    ("WEIGHT/QUANTITY:Default", "segment_on_plain_field", "without :Default"),
    ("TITLE", "missing_segment", "TITLE:T"),
    ("TITLE:Default", "no_default_segment", "culture"),
    ("TITLE:Tfr", "unknown_segment", "segops pim segments add culture fr"),
    ("TITLE:Tda:MFRANCE", "unknown_segment", "segops pim segments add market FRANCE"),
    ("$PLAIN_ATTR", "reference_without_list", "without $"),
    ("COLOUR", "unknown_list", "segops pim lists add COLOURS"),
    ("PRICE", "no_pim_type", "free table"),
]


@pytest.mark.parametrize(("header", "code", "remedy"), WRONG_HEADERS)
def test_a_wrong_header_is_told_with_its_remedy_before_any_row(header: str, code: str, remedy: str) -> None:
    several = attribute("TAGS", {"Value": "PString"}, multi=True)
    unusable = attribute("RAW", {}, configuration=None), attribute("PRICE", {"Value": "price"})
    title, colour = attribute("TITLE", {"Value": "PTranslatedString"}), attribute("COLOUR", {"Value": "=COLOURS"})
    catalogue = Catalogue(PLAIN, QUANTIFIED, several, *unusable, title, colour, segments(culture="da"))

    issues = catalogue.do(f"UniqueName;{header}\nA;x")

    assert [(one.code, one.level, one.column) for one in issues] == [(code, "error", header)]
    assert remedy in (issues[0].suggestion or "")
    assert catalogue.records.get("product", "A") is None
